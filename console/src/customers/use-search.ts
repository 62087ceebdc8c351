/**
 * Search as you type, as a page uses it. While an answer is under way the list stays, so nothing blinks; Enter waits for the
 * answer to the text as typed, and never opens a hit of an older one.
 */
import type { Page } from "@dossier/api";
import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "../session/api.ts";
import { leaveTrail } from "../frame/trail.tsx";
import { recall, remember } from "./search-memory.ts";
import { type Filter, type Found, type Hit, SearchRun } from "./search-run.ts";

const pageSize = 30;

interface Search {
  typed: string;
  setTyped(text: string): void;
  found: Found | undefined;
  error: unknown;
  isSlow: boolean;
  /** the hits for the text as typed */
  settled(): Promise<Hit[]>;
  more(): void;
  again(): void;
}

function ask(text: string, { brandId }: Filter, signal: AbortSignal, cursor?: string): Promise<Page<Hit>> {
  const page = { itemLimit: pageSize, ...(brandId ? { brandId } : {}), ...(cursor ? { cursor } : {}) };
  const options = { signal, retry: false } as const;
  return text ? api.customer.search({ query: text, ...page }, options) : api.customer.list(page, options);
}

export function useSearch(number: number, filter: Filter): Search {
  const [typed, setTypedState] = useState(() => recall(number).typed);
  const [found, setFound] = useState<Found>();
  const [error, setError] = useState<unknown>();
  const [isSlow, setSlow] = useState(false);
  const run = useRef<SearchRun>(undefined);
  const brandId = filter.brandId;
  run.current ??= new SearchRun(ask, (next) => {
    setSlow(false);
    if ("error" in next) return setError(next.error);
    setError(undefined);
    setFound(next.found);
    leaveTrail(
      "customers",
      next.found.hits.map(({ id }) => id),
    );
    return undefined;
  });
  const runner = run.current;

  useEffect(() => {
    runner.start(typed, { brandId });
    const timer = setTimeout(() => setSlow(runner.isWaiting()), 150);
    return () => clearTimeout(timer);
  }, [typed, brandId, runner]);
  useEffect(() => () => runner.stop(), [runner]);
  useEffect(() => {
    remember(number, { ...recall(number), typed });
  }, [number, typed]);

  return {
    typed,
    setTyped: useCallback(
      (text: string) => {
        setTypedState(text);
        runner.start(text, { brandId }); // at once: Enter may be the next key, and waits for what has been sent
      },
      [runner, brandId],
    ),
    found,
    error,
    isSlow,
    settled: useCallback(() => runner.settled(), [runner]),
    more: useCallback(() => runner.more(), [runner]),
    again: useCallback(() => runner.start(typed, { brandId }, true), [runner, typed, brandId]),
  };
}
