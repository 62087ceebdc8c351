// Written by `npm run client-types` from the endpoint table.
import type { Page, Result } from "../../envelope.ts";
import type { CallOptions, ListOptions } from "../options.ts";

/** A background job. */
export interface Job {
  /** Dossier's own id. For example `7`. */
  id: number;
  /** What is done, such as `webhook`. */
  kind: string;
  /** Whether it waits, runs, or has failed. */
  state: "waiting" | "running" | "failed";
  /** The brand it is about. For example `1`. */
  brandId: number;
  /** The customer it is about. For example `7`. */
  customerId: number | null;
  /** The ticket it is about. */
  ticketId: number | null;
  /** How often it was begun. For example `1`. */
  attempts: number;
  /** Why it was not done the last time: a word, never a text of others. */
  lastError: string | null;
  /** When it was put down. RFC 3339, UTC. For example `2026-11-23T18:00:00.000Z`. */
  createdAt: string;
  /** When it was last begun. RFC 3339, UTC. */
  startedAt: string | null;
  /** Of a waiting job: when it, or the one it waits behind, is due. RFC 3339, UTC. */
  dueAt: string | null;
}

/** A page of the list, with what `job.list` adds. */
export interface JobPage extends Page<Job> {
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

/**
 * The fields of `job.list`.
 *
 * @example
 * const input: JobListInput = {};
 */
export interface JobListInput {
  /** Only jobs of this kind. At most 64 characters. */
  kind?: string | undefined;
  /** Only jobs that wait, run, or have failed. */
  state?: "waiting" | "running" | "failed" | undefined;
  /** Only jobs of this brand. For example `1`. */
  brandId?: number | undefined;
  /** How many to skip; default 0. */
  itemStart?: number | undefined;
  /**
   * How many to answer, from 1; default 15. More than 99 counts as 99, as the answer's itemLimit says. 1 or
   * more.
   */
  itemLimit?: number | undefined;
  /** `nextCursor` of the page before; not together with itemStart. At most 1,000 characters. */
  cursor?: string | undefined;
}

/**
 * The fields of `job.retry`.
 *
 * @example
 * const input: JobRetryInput = { id: 7 };
 */
export interface JobRetryInput {
  /** Dossier's own id of the job. For example `7`. */
  id: number;
}

/** Background jobs: waiting, running, failed. */
export interface JobMethods {
  /**
   * List background work.
   *
   * Newest first; what was done is not listed. `counts` says how many there are of each kind and state (of a
   * brand up to 10,000). Failed jobs are kept for 30 days.
   *
   * Needs the permission SETTINGS_CRUD.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const { items, nextCursor } = await dossier.job.list();
   */
  list(input?: JobListInput, options?: CallOptions): Promise<JobPage>;
  /**
   * Iterates over the whole list of `list`, item by item; pages are fetched as needed.
   *
   * @example
   * for await (const item of dossier.job.each({}, { limit: 500 })) console.log(item.id);
   */
  each(input?: JobListInput, options?: ListOptions): AsyncGenerator<Job, void, undefined>;
  /**
   * Try a failed job again.
   *
   * As if for the first time, before those that wait behind it.
   *
   * Needs the permission SETTINGS_CRUD.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const { outcome } = await dossier.job.retry({ id: 7 });
   */
  retry(input: JobRetryInput, options?: CallOptions): Promise<Result>;
}
