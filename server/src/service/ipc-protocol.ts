/** Protocol between the primary process and its workers. */
import type { Config } from "../config.ts";
import type { Connection } from "../db/database.ts";
import type { Secret } from "../domain/context.ts";
import type { RequestCost, RateLimitState } from "../http/rate-counter.ts";
import type { Snapshot } from "../metrics/metrics.ts";
import type { DatabaseState, CacheName, WorkersReplaced } from "./shared-state.ts";

export interface Setup {
  config: Config;
  secret: Secret;
  connection: Connection;
  /** connections for requests; a worker has one more */
  maxConnections: number;
}

/** Why a worker could not start; `code` is that of Node's error, if it was one. */
export interface StartFailure {
  message: string;
  code: string | undefined;
}

/** Methods that workers call at the primary. */
export interface PrimaryApi {
  setup(): Setup;
  /** The worker accepts requests at this URL. */
  ready(url: string): void;
  startFailed(why: StartFailure): void;
  countRequest(cost: RequestCost): RateLimitState;
  databaseState(): DatabaseState;
  countsOfOthers(own: Snapshot): Snapshot[];
  workersReplaced(): WorkersReplaced;
  invalidate(what: CacheName): void;
}

/** Methods that the primary calls at a worker. */
export interface WorkerApi {
  ping(): void;
  counts(): Snapshot;
  invalidate(what: CacheName): void;
  /** Finishes requests in flight and ends. */
  stop(): void;
}
