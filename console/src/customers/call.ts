/**
 * A call: the number that a telephone system opened the console with. It is read from the address once, taken out of it
 * before anything else runs, and kept in memory only.
 */
import { useSyncExternalStore } from "react";
import { readNumber } from "./call-number.ts";

export interface Call {
  number: string;
  /** the number called, which names the brand */
  to?: string;
  at: Date;
}

let current: Call | undefined;
const listeners = new Set<() => void>();

function set(call: Call | undefined): void {
  current = call;
  for (const listener of listeners) listener();
}

export const useCall = (): Call | undefined =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );

export const putAwayCall = () => set(undefined);

/** Takes the number of a call out of the address of the page. */
export function takeCall(): void {
  if (!location.pathname.endsWith("/call")) return;
  const query = new URLSearchParams(location.search);
  const hash = location.hash.slice(1);
  const named = new URLSearchParams(hash);
  const written = named.get("number") ?? query.get("number") ?? decode(hash);
  const to = named.get("to") ?? query.get("to");
  if (!location.search && !location.hash) return;
  history.replaceState(null, "", "/call");
  set({ number: readNumber(written), at: new Date(), ...(to ? { to: readNumber(to) } : {}) });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", "%2B"));
  } catch {
    return text;
  }
}

/** Listens for the next call in the same tab: a telephone system changes the fragment of an open page. */
export function listenForCalls(go: (path: string) => void): () => void {
  const hear = () => {
    if (!location.pathname.endsWith("/call") || !location.hash) return;
    takeCall();
    go("/call");
  };
  addEventListener("hashchange", hear);
  return () => removeEventListener("hashchange", hear);
}
