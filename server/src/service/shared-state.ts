/** What the processes that answer together share. A process alone shares with nobody and asks nobody. */
import type { Spent } from "../http/rate-limit.ts";
import type { Snapshot } from "../metrics.ts";

/** What is remembered for a second, and must be forgotten when somebody changes it. */
export type Kept = "keys" | "types";

/** How the embedded database is; a database of the operator's own is always taken to run, and asked. */
export interface DatabaseState {
  running: boolean;
  restarts: number;
}

/** What a process is given by those beside it. */
export interface Shared {
  /** counts a request of a key over all processes; without it the process counts for itself */
  spend?(key: string): Promise<Spent>;
  databaseState(): DatabaseState | Promise<DatabaseState>;
  /** what all other processes have counted, in exchange for what this one has */
  countsOfOthers?(own: Snapshot): Promise<Snapshot[]>;
  /** tells the others that something they may remember has changed */
  changed?(what: Kept): void;
}
