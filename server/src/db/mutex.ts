/**
 * Keyed mutex: calls about one record run one after the other in this process, so that they wait here, and not for a
 * database lock on a connection that others need. Calls of one group may run concurrently: the batcher combines them in
 * one transaction. The mutex only orders work; the database's lock remains the authority.
 */
import { abandonedError, isUnreachable, overloadError, contentionError } from "./errors.ts";
import type { Requester } from "./requester.ts";

export interface MutexRequest {
  key: string;
  /** calls with the same group may run concurrently; without a group a call runs alone */
  group?: (() => string) | undefined;
}

/** Counts of calls that had to wait, since the mutex was created. */
export interface MutexCounts {
  waiting: number;
  refused: Record<"full" | "timeout" | "abandoned", number>;
}

export interface Mutex {
  run<T>(requester: Requester, claim: MutexRequest, work: () => Promise<T>): Promise<T>;
  readonly counts: Readonly<MutexCounts>;
}

/** How many calls may wait for one record, and how long. */
export interface MutexLimits {
  /** in milliseconds */
  timeoutMs: number;
  /** so many may always wait */
  minWaiting: number;
  /** more may wait while their expected wait is below so many milliseconds */
  targetMs: number;
}

interface Waiter {
  group: string | undefined;
  admit(): void;
  fail(error: Error): void;
}

interface KeyState {
  running: number;
  runningGroup: MutexRequest["group"];
  waiting: Set<Waiter>;
  /** moving average of the time it is held, in milliseconds */
  meanHeldMs: number;
}

/** Maximum number of concurrent calls of one group. */
const maxGroupSize = 64;

const waitedTooLong = () => new Error("waited too long for calls about the same thing");

const newState = (): KeyState => ({ running: 0, runningGroup: undefined, waiting: new Set(), meanHeldMs: 0 });

export function createMutex(limits: MutexLimits): Mutex {
  const states = new Map<string, KeyState>();
  const counts: MutexCounts = { waiting: 0, refused: { full: 0, timeout: 0, abandoned: 0 } };

  const countRejected = (reason: keyof MutexCounts["refused"], error: Error) => {
    counts.refused[reason] += 1;
    return error;
  };

  function enqueue({ signal }: Requester, { waiting }: KeyState, request: MutexRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      const dequeue = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        waiting.delete(waiter);
        counts.waiting -= 1;
      };
      const waiter: Waiter = {
        group: request.group?.(),
        admit() {
          dequeue();
          resolve();
        },
        fail(error) {
          dequeue();
          reject(error);
        },
      };
      const abort = () => waiter.fail(countRejected("abandoned", abandonedError()));
      const timeout = () => waiter.fail(countRejected("timeout", contentionError(waitedTooLong())));
      const timer = setTimeout(timeout, limits.timeoutMs);
      signal?.addEventListener("abort", abort);
      waiting.add(waiter);
      counts.waiting += 1;
    });
  }

  async function acquire(requester: Requester, state: KeyState, request: MutexRequest): Promise<void> {
    if (canJoin(state, request)) {
      state.running += 1;
      state.runningGroup = request.group;
    } else if (requester.signal?.aborted) throw countRejected("abandoned", abandonedError());
    else if (isFull(state, limits))
      throw countRejected("full", overloadError(new Error("too many calls about one thing")));
    else await enqueue(requester, state, request);
  }

  /** Admits the call that has waited longest, and the waiting calls of its group. */
  function release(key: string, state: KeyState, startedAt: number): void {
    const heldMs = performance.now() - startedAt;
    state.meanHeldMs = state.meanHeldMs === 0 ? heldMs : state.meanHeldMs + (heldMs - state.meanHeldMs) / 8;
    state.running -= 1;
    if (state.running > 0) return;
    const group = nextGroup(state);
    const [first] = group;
    if (!first) return void states.delete(key);
    const { group: runningGroup } = first;
    state.running = group.length;
    state.runningGroup = runningGroup === undefined ? undefined : () => runningGroup;
    for (const waiter of group) waiter.admit();
  }

  return {
    counts,
    async run(requester, request, work) {
      const state = states.get(request.key) ?? newState();
      states.set(request.key, state);
      await acquire(requester, state, request);
      const startedAt = performance.now();
      try {
        return await work();
      } catch (error) {
        // The database is unreachable: the waiting calls would find that out one after the other.
        if (error instanceof Error && isUnreachable(error))
          for (const waiter of state.waiting) waiter.fail(error);
        throw error;
      } finally {
        release(request.key, state, startedAt);
      }
    },
  };
}

function canJoin({ running, runningGroup, waiting }: KeyState, request: MutexRequest): boolean {
  if (running === 0) return true;
  if (waiting.size > 0 || !runningGroup || !request.group || running >= maxGroupSize) return false;
  return runningGroup() === request.group();
}

function isFull({ waiting, meanHeldMs }: KeyState, { minWaiting, targetMs }: MutexLimits): boolean {
  if (waiting.size < minWaiting) return false;
  const groups = new Set(Array.from(waiting, (one) => one.group ?? one));
  return groups.size * meanHeldMs > targetMs;
}

function nextGroup({ waiting }: KeyState): Waiter[] {
  const [first] = waiting;
  if (first?.group === undefined) return first ? [first] : [];
  const group: Waiter[] = [];
  for (const waiter of waiting)
    if (waiter.group === first.group && group.length < maxGroupSize) group.push(waiter);
  return group;
}
