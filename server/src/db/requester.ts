/**
 * Requester: the API key of a call, and the signal that its connection has closed. It accompanies every call to the
 * database, so that keys take turns in every queue and abandoned calls leave it.
 */

/** The part of an AbortSignal that is used. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

export interface Requester {
  /** calls with the same key share one turn: the id of an API key */
  readonly key: number;
  /** aborts when the response is no longer needed */
  readonly signal?: AbortSignalLike | undefined;
}

/** The signal of a request. Every request has one, and an AbortController costs several times as much. */
export class DisconnectSignal implements AbortSignalLike {
  aborted = false;
  #listeners: Set<() => void> | undefined;

  addEventListener(_type: "abort", listener: () => void): void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    this.#listeners?.delete(listener);
  }

  abort(): void {
    this.aborted = true;
    for (const listener of this.#listeners ?? []) listener();
  }
}

/** The service itself: its background work, and the authentication of keys. */
export const systemRequester: Requester = { key: -1 };

/** How many callers may wait in a queue in front of the database. */
export const maxWaiting = { perRequester: 1000, inAll: 4000 };

export interface Presence {
  /** Records a call of this key. */
  markActive(key: number): void;
  /** Records that this key has more requests in progress than its share beside quiet keys. */
  markBusy(key: number): void;
  /** Whether another key has made a call in the last second. */
  hasOthers(key: number): boolean;
  /** Whether another key that was not busy in the last second has made a call in it. */
  hasQuietOthers(key: number): boolean;
}

const activeForMs = 1000; // in milliseconds

export function createPresence(now: () => number = () => performance.now()): Presence {
  const active = createLatestTwo();
  const quiet = createLatestTwo();
  const busyAt = new Map<number, number>();

  function isBusy(key: number): boolean {
    const at = busyAt.get(key);
    if (at === undefined) return false;
    if (now() - at < activeForMs) return true;
    busyAt.delete(key);
    return false;
  }

  return {
    markActive(key) {
      if (key === systemRequester.key) return;
      const at = now();
      active.mark(key, at);
      if (!isBusy(key)) quiet.mark(key, at);
    },
    markBusy: (key) => void busyAt.set(key, now()),
    hasOthers: (key) => now() - active.latestExcept(key) < activeForMs,
    hasQuietOthers: (key) => now() - quiet.latestExcept(key) < activeForMs,
  };
}

/** Stores the two keys that were marked last, which suffices to know of another one. */
function createLatestTwo() {
  let last = { key: systemRequester.key, at: -Infinity };
  let other = last;
  return {
    mark(key: number, at: number): void {
      if (key !== last.key) [other, last] = [last, { key, at }];
      last.at = at;
    },
    /** when another key was marked last */
    latestExcept: (key: number) => (key === last.key ? other : last).at,
  };
}
