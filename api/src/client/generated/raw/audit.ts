// Written by `npm run client-types` from the endpoint table.
import type { RawPage } from "../../../envelope.ts";
import type { CallOptions, ListOptions } from "../../options.ts";
import type { AuditListInput } from "../audit.ts";

/** An entry of the audit trail, as the wire has it. */
export interface RawAuditEntry {
  /** Dossier's own id. */
  id: number;
  /** When it was done. */
  at: string;
  /** 0: the bootstrap administrator key; null: Dossier itself. */
  key_id: number | null;
  /** Such as `customer.update`. */
  operation: string;
  /** What it was about, such as `customer`. */
  kind: string;
  /** The id of what it was about. */
  subject_id: number;
  /** The brand it was done in; null: in none. */
  brand_id: number | null;
  /** The names of the fields that changed. */
  fields: string[];
  /** What became of it, as the answer said. */
  outcome: string;
  /**
   * Who ran the program, as it said itself by the header `Dossier-Client-User`: a claim that was not checked.
   * Emptied after a year.
   */
  client_user: string | null;
}

/** Who did what, when; never with which values. */
export interface RawAuditMethods {
  /** List what was done. */
  list(input?: AuditListInput, options?: CallOptions): Promise<RawPage<RawAuditEntry>>;
  /** Iterates over the whole list of `list`, item by item; pages are fetched as needed. */
  each(input?: AuditListInput, options?: ListOptions): AsyncGenerator<RawAuditEntry, void, undefined>;
}
