// Written by `npm run client-types` from the endpoint table.
import type { RawPage, RawResult } from "../../../envelope.ts";
import type { CallOptions, ListOptions } from "../../options.ts";
import type { JobListInput, JobRetryInput } from "../job.ts";

/** A background job, as the wire has it. */
export interface RawJob {
  /** Dossier's own id. */
  id: number;
  /** What is done, such as `webhook`. */
  kind: string;
  /** Whether it waits, runs, or has failed. */
  state: "waiting" | "running" | "failed";
  /** The brand it is about. */
  brand_id: number;
  /** The customer it is about. */
  customer_id: number | null;
  /** The ticket it is about. */
  ticket_id: number | null;
  /** How often it was begun. */
  attempts: number;
  /** Why it was not done the last time: a word, never a text of others. */
  last_error: string | null;
  /** When it was put down. */
  created_at: string;
  /** When it was last begun. */
  started_at: string | null;
  /** Of a waiting job: when it, or the one it waits behind, is due. */
  due_at: string | null;
}

/** A page of the list, with what `job.list` adds. */
export interface RawJobPage extends RawPage<RawJob> {
  /** How many there are of each kind and state, of all that the filters let through. */
  counts: {
    /** What is done. */
    kind: string;
    /** Whether it waits, runs, or has failed. */
    state: "waiting" | "running" | "failed";
    /** How many. */
    count: number;
  }[];
}

/** Background jobs: waiting, running, failed. */
export interface RawJobMethods {
  /** List background work. */
  list(input?: JobListInput, options?: CallOptions): Promise<RawJobPage>;
  /** Iterates over the whole list of `list`, item by item; pages are fetched as needed. */
  each(input?: JobListInput, options?: ListOptions): AsyncGenerator<RawJob, void, undefined>;
  /** Try a failed job again. */
  retry(input: JobRetryInput, options?: CallOptions): Promise<RawResult>;
}
