/** Lists of keys: by kind in pages, and all of them, for what ends with a key and for names. */
import type { ApiKey } from "@dossier/api";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useSearchParams } from "wouter";
import { api } from "../../session/api.ts";
import { useMay } from "../../session/session.tsx";
import { useTexts } from "../../text/texts.ts";
import { useList } from "../parts/list.tsx";
import { partsTexts } from "../parts/text.ts";
import { isOver } from "./key-life.ts";

const wantedRows = 20;

/** All keys, as the key of the session sees them. */
export const allKeysQuery = queryOptions({
  queryKey: ["keys", "all"],
  queryFn: async ({ signal }) => {
    const keys: ApiKey[] = [];
    for await (const key of api.key.each({ itemLimit: 99 }, { signal })) keys.push(key);
    return keys;
  },
});

/** The names of keys, as far as the key of the session may list them. */
export function useKeyName(bootstrap: string): { keys: readonly ApiKey[]; nameOf: (id: number) => string } {
  const text = useTexts(partsTexts);
  const { data: keys = [] } = useQuery({ ...allKeysQuery, enabled: useMay("SETTINGS_CRUD") });
  const nameOf = (id: number) =>
    id === 0 ? bootstrap : (keys.find((one) => one.id === id)?.name ?? text.key(id));
  return { keys, nameOf };
}

/** The keys of a kind; those that are over only where the address asks for them. */
export function useKeyList(kind: ApiKey["kind"]) {
  const [parameters, setParameters] = useSearchParams();
  const showsOver = parameters.has("revoked");
  const list = useList(["keys", kind], (paging, signal) => api.key.list({ kind, ...paging }, { signal }));
  const shown = list.items?.filter((one) => showsOver || !isOver(one));
  const isShort =
    list.hasMore && !list.isReadingMore && !list.error && shown !== undefined && shown.length < wantedRows;
  useEffect(() => {
    // a page may hold nothing but keys that are over
    if (isShort) list.readMore();
  }, [isShort]);
  return {
    ...list,
    items: list.hasMore && shown?.length === 0 ? undefined : shown,
    total: undefined,
    showsOver,
    hasOver: list.items?.some(isOver) ?? false,
    toggleOver: () => setParameters(showsOver ? {} : { revoked: "1" }, { replace: true }),
  };
}
