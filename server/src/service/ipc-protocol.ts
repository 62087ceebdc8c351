/** What the primary process and its workers ask each other. */
import type { Config } from "../config.ts";
import type { Connection } from "../db/database.ts";
import type { Spent } from "../http/rate-limit.ts";
import type { Snapshot } from "../metrics.ts";
import type { DatabaseState, Kept } from "./shared-state.ts";

/** What a worker is to do. */
export interface Setup {
  config: Config & { secret: Buffer };
  connection: Connection;
  /** sessions for requests; a worker has one more */
  sessions: number;
}

/** Why a worker could not start; `code` is that of an error of Node, if it was one. */
export interface Refusal {
  message: string;
  code: string | undefined;
}

/** What the primary is asked. */
export interface OfPrimary {
  setup(): Setup;
  /** The worker answers requests there. */
  ready(url: string): void;
  refused(why: Refusal): void;
  spend(key: string): Spent;
  databaseState(): DatabaseState;
  countsOfOthers(own: Snapshot): Snapshot[];
  changed(what: Kept): void;
}

/** What a worker is asked. */
export interface OfWorker {
  counts(): Snapshot;
  forget(what: Kept): void;
  /** To finish what is under way and end. */
  stop(): void;
}
