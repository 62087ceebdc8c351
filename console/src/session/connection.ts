/** Connection state: fine, offline, or asked to wait. One value for the page; components read it with a hook. */
import { useSyncExternalStore } from "react";

export type Connection =
  | { state: "fine" }
  | { state: "offline"; since: Date }
  | { state: "away" | "limit"; seconds: number };

let current: Connection = { state: "fine" };
const listeners = new Set<() => void>();

export function setConnection(next: Connection): void {
  if (next.state === current.state && (next.state === "fine" || next.state === "offline")) return;
  current = next;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useConnection = (): Connection => useSyncExternalStore(subscribe, () => current);
