/**
 * Search as you type. The first letter is sent at once, then at most one request every 30 ms with the newest text, each
 * aborting the one before; answers out of order are dropped by number. While an answer is under way the list stays, so
 * nothing blinks. `settled` waits for the answer to the text as typed: Enter never opens a hit of an older one.
 */
import type { Customer, Page } from "@dossier/api";
import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "../session/api.ts";
import { leaveTrail } from "../frame/trail.tsx";
import { recall, remember } from "./search-memory.ts";

const pauseMs = 30;
const pageSize = 30;

export interface Filter {
  brandId?: number | undefined;
}

export type Hit = Customer;

interface Found {
  hits: Hit[];
  total: number;
  nextCursor: string | null;
  /** the text that the hits answer */
  text: string;
}

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
  const run = useRef<Run>(undefined);
  const brandId = filter.brandId;
  run.current ??= new Run((next) => {
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

type Outcome = { found: Found } | { error: unknown };

/** The requests of one search box. */
class Run {
  readonly #tell: (outcome: Outcome) => void;
  #number = 0;
  #abort: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastSent = 0;
  #wanted: { text: string; filter: Filter } | undefined;
  #found: Found | undefined;
  #waiting: (() => void)[] = [];
  #isDone = true;
  #isReadingMore = false;

  constructor(tell: (outcome: Outcome) => void) {
    this.#tell = tell;
  }

  isWaiting(): boolean {
    return !this.#isDone;
  }

  start(typed: string, filter: Filter, isAgain = false): void {
    const text = typed.trim();
    const same = this.#wanted?.text === text && this.#wanted.filter.brandId === filter.brandId;
    if (same && !isAgain) return;
    this.#wanted = { text, filter };
    this.#isDone = false;
    clearTimeout(this.#timer);
    const rest = this.#lastSent + pauseMs - performance.now();
    if (rest <= 0) void this.#send();
    else this.#timer = setTimeout(() => void this.#send(), rest);
  }

  async #send(): Promise<void> {
    const wanted = this.#wanted;
    if (!wanted) return;
    this.#lastSent = performance.now();
    this.#number += 1;
    const number = this.#number;
    this.#abort?.abort();
    this.#abort = new AbortController();
    let outcome: Outcome;
    try {
      const page = await ask(wanted.text, wanted.filter, this.#abort.signal);
      outcome = {
        found: { hits: page.items, total: page.itemTotal, nextCursor: page.nextCursor, text: wanted.text },
      };
    } catch (error) {
      outcome = { error };
    }
    if (number !== this.#number) return; // a newer text has been sent
    if ("found" in outcome) this.#found = outcome.found;
    this.#isDone = true;
    this.#tell(outcome);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async settled(): Promise<Hit[]> {
    while (!this.#isDone) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.#found?.hits ?? [];
  }

  more(): void {
    const [found, wanted] = [this.#found, this.#wanted];
    if (!found?.nextCursor || !wanted || this.#isReadingMore || !this.#isDone) return;
    this.#isReadingMore = true;
    const number = this.#number;
    ask(wanted.text, wanted.filter, new AbortController().signal, found.nextCursor)
      .then((page) => {
        if (number !== this.#number) return;
        this.#found = { ...found, hits: [...found.hits, ...page.items], nextCursor: page.nextCursor };
        this.#tell({ found: this.#found });
      })
      .catch((error: unknown) => this.#tell({ error }))
      .finally(() => {
        this.#isReadingMore = false;
      });
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#number += 1;
    this.#wanted = undefined; // a page that is shown again begins anew
    this.#isDone = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
