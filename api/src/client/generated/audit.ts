// Written by `npm run client-types` from the endpoint table.
import type { Page } from "../../envelope.ts";
import type { CallOptions, ListOptions } from "../options.ts";

/** An entry of the audit trail. */
export interface AuditEntry {
  /** Dossier's own id. For example `101`. */
  id: number;
  /** When it was done. RFC 3339, UTC. For example `2026-11-23T18:00:00.000Z`. */
  at: string;
  /** 0: the bootstrap administrator key; null: Dossier itself. For example `3`. */
  keyId: number | null;
  /** Such as `customer.update`. */
  operation: string;
  /** What it was about, such as `customer`. */
  kind: string;
  /** The id of what it was about. For example `7`. */
  subjectId: number;
  /** The brand it was done in; null: in none. For example `1`. */
  brandId: number | null;
  /** The names of the fields that changed. */
  fields: string[];
  /** What became of it, as the answer said. For example `updated`. */
  outcome: string;
  /**
   * Who ran the program, as it said itself by the header `Dossier-Client-User`: a claim that was not checked.
   * Emptied after a year.
   */
  clientUser: string | null;
}

/**
 * The fields of `audit.list`.
 *
 * @example
 * const input: AuditListInput = {};
 */
export interface AuditListInput {
  /** What this key did. */
  keyId?: number | undefined;
  /** What was done, such as `customer.update`. At most 64 characters. */
  operation?: string | undefined;
  /** What it was about, such as `customer`; with subjectId, one thing. At most 64 characters. */
  kind?: string | undefined;
  /** The id of what it was about. For example `7`. */
  subjectId?: number | undefined;
  /** What happened in this brand. For example `1`. */
  brandId?: number | undefined;
  /**
   * From this time on. A `Date`, or RFC 3339 with the distance from UTC. For example
   * `2026-11-23T18:00:00.000Z`.
   */
  since?: Date | string | undefined;
  /** Up to this time, which is not included. A `Date`, or RFC 3339 with the distance from UTC. */
  until?: Date | string | undefined;
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

/** Who did what, when; never with which values. */
export interface AuditMethods {
  /**
   * List what was done.
   *
   * Newest first. Entries are never changed or removed, and hold no values. A key for some brands sees what
   * happened in those.
   *
   * Needs the permission AUDIT_READ.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const { items, nextCursor } = await dossier.audit.list();
   */
  list(input?: AuditListInput, options?: CallOptions): Promise<Page<AuditEntry>>;
  /**
   * Iterates over the whole list of `list`, item by item; pages are fetched as needed.
   *
   * @example
   * for await (const item of dossier.audit.each({}, { limit: 500 })) console.log(item.id);
   */
  each(input?: AuditListInput, options?: ListOptions): AsyncGenerator<AuditEntry, void, undefined>;
}
