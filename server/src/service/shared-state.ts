/** State shared by the processes of a cluster. A single process shares nothing. */
import type { RequestCost, RateLimitState } from "../http/rate-counter.ts";
import type { Snapshot } from "../metrics/metrics.ts";

/** Values cached for a second, which a change invalidates. */
export type CacheName = "keys" | "sessions" | "types";

/** State of the embedded database; a database of the operator's own always counts as running, and is queried. */
export interface DatabaseState {
  running: boolean;
  restarts: number;
}

/** Number of workers replaced, by reason: they ended, or were unresponsive and killed. */
export interface WorkersReplaced {
  ended: number;
  silent: number;
}

/** What a process uses of the other processes. */
export interface ClusterServices {
  /** counts a request of a key over all processes; without it the process counts for itself */
  countRequest?(spending: RequestCost): Promise<RateLimitState>;
  databaseState(): DatabaseState | Promise<DatabaseState>;
  /** exchanges this process's counts for those of all others */
  countsOfOthers?(own: Snapshot): Promise<Snapshot[]>;
  /** only in a cluster of several processes */
  workersReplaced?(): Promise<WorkersReplaced>;
  /** invalidates a cache in the other processes; resolves when they have done so, or their values are too old anyway */
  invalidate?(what: CacheName): Promise<void>;
}
