/** Lists of keys: by kind in pages, and all of them, for what ends with a key. */
import type { ApiKey } from "@dossier/api";
import { queryOptions } from "@tanstack/react-query";
import { useEffect } from "react";
import { useSearchParams } from "wouter";
import { api } from "../../session/api.ts";
import { usePaged } from "../parts/paged.tsx";
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

/** The keys of a kind; those that are over only where the address asks for them. */
export function useKeyList(kind: ApiKey["kind"]) {
  const [parameters, setParameters] = useSearchParams();
  const showsOver = parameters.has("revoked");
  const list = usePaged(["keys", kind], (place, signal) => api.key.list({ kind, ...place }, { signal }));
  const shown = list.items.filter((one) => showsOver || !isOver(one));
  const isShort = list.hasMore && !list.isReadingMore && !list.error && shown.length < wantedRows;
  useEffect(() => {
    // a page may hold nothing but keys that are over
    if (isShort) list.readMore();
  }, [isShort]);
  return {
    ...list,
    shown,
    showsOver,
    hasOver: list.items.some(isOver),
    toggleOver: () => setParameters(showsOver ? {} : { revoked: "1" }, { replace: true }),
  };
}
