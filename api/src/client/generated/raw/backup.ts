// Written by `npm run client-types` from the endpoint table.
import type { RawItem } from "../../../envelope.ts";
import type { NoFields } from "../../../input-values.ts";
import type { CallOptions } from "../../options.ts";

/** The scheduled backups of an installation, as the wire has it. */
export interface RawBackup {
  /**
   * Whether Dossier runs PostgreSQL itself, and so can make backups on schedule; of `DATABASE_URL` they are
   * the operator's, and everything else here is empty.
   */
  is_embedded: boolean;
  /** Where scheduled backups are, as the operator has set it. */
  folder: string | null;
  /** After how many seconds the next is made; null: none is. */
  every: number | null;
  /** How many are kept: the oldest go. */
  keep: number | null;
  /** Whether there is a passphrase, so that new backups hold the installation's secret. */
  has_passphrase: boolean;
  /** When the next is due, which may have passed; null: none is scheduled. */
  next_due_at: string | null;
  /** The last attempt on schedule, if it failed. */
  failure: {
    /** When it failed. */
    at: string;
    /** Why, in words for the operator. */
    message: string;
  } | null;
  /**
   * The file with what was erased since, which a restore needs, as the operator has set it; null: there is
   * none.
   */
  erasure_log: string | null;
  /** How many backups the folder holds. */
  count: number;
  /** The newest hundred of them, newest first. */
  backups: {
    /** The name of the file in the folder. */
    name: string;
    /** In bytes. */
    size: number;
    /** When it was begun: it is the state of a moment just after. */
    created_at: string;
    /**
     * Whether the installation's secret is in it, sealed under the passphrase; null: it cannot be read as a
     * backup.
     */
    has_secret: boolean | null;
  }[];
}

/** The scheduled backups: which there are, and when the next is due. */
export interface RawBackupMethods {
  /** Look at the scheduled backups. */
  find(input?: NoFields, options?: CallOptions): Promise<RawItem<RawBackup>>;
}
