/**
 * Pacing: while a busy key and a quiet one are active, one response is written per turn of the event loop, keys taking
 * turns. A batch completes sixty calls together; without pacing the loop writes sixty responses and reads as many
 * requests before it reads those of another key. If many responses wait, several are written per turn, which bounds the
 * wait. Requests without a known key take turns as one whenever a key is active: most of them need no database, so that
 * nothing else slows a flood of them.
 */
import type { Presence } from "../../db/requester.ts";
import { FairQueue } from "../../db/fair-queue.ts";
import { isApiKey } from "./admission.ts";

/** Spreads responses over turns of the event loop. */
export interface Pacing {
  /** Undefined if this key's response may be written now, otherwise a promise for its turn. */
  wait(key: number): Promise<void> | undefined;
}

type PacingPresence = Pick<Presence, "hasOthers" | "hasQuietOthers">;

/** Each turn writes one response per this many waiting ones, at least one. */
const drainDivisor = 48;

export function createPacing({ hasOthers, hasQuietOthers }: PacingPresence): Pacing {
  const waiting = new FairQueue<() => void>();
  let wroteThisTurn = false;

  function flush(): void {
    wroteThisTurn = waiting.size > 0;
    if (wroteThisTurn) setImmediate(flush);
    for (let left = Math.ceil(waiting.size / drainDivisor); left > 0; left -= 1) waiting.dequeue()?.item();
  }

  return {
    wait(key) {
      if (!(isApiKey(key) ? hasQuietOthers(key) : hasOthers(key))) return undefined;
      if (wroteThisTurn) return new Promise((resolve) => waiting.add(key, resolve));
      wroteThisTurn = true;
      setImmediate(flush);
      return undefined;
    },
  };
}
