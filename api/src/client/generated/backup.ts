// Written by `npm run client-types` from the endpoint table.
import type { NoFields } from "../../input-values.ts";
import type { CallOptions } from "../options.ts";

/** The scheduled backups of an installation. */
export interface Backup {
  /**
   * Whether Dossier runs PostgreSQL itself, and so can make backups on schedule; of `DATABASE_URL` they are
   * the operator's, and everything else here is empty. For example `true`.
   */
  isEmbedded: boolean;
  /** Where scheduled backups are, as the operator has set it. For example `/var/lib/dossier/backups`. */
  folder: string | null;
  /** After how many seconds the next is made; null: none is. For example `86400`. */
  every: number | null;
  /** How many are kept: the oldest go. For example `7`. */
  keep: number | null;
  /**
   * Whether there is a passphrase, so that new backups hold the installation's secret. For example `true`.
   */
  hasPassphrase: boolean;
  /**
   * When the next is due, which may have passed; null: none is scheduled. RFC 3339, UTC. For example
   * `2026-11-23T18:00:00.000Z`.
   */
  nextDueAt: string | null;
  /** The last attempt on schedule, if it failed. */
  failure: {
    /** When it failed. RFC 3339, UTC. */
    at: string;
    /** Why, in words for the operator. */
    message: string;
  } | null;
  /**
   * The file with what was erased since, which a restore needs, as the operator has set it; null: there is
   * none. For example `/var/lib/dossier/backups/erasures.jsonl`.
   */
  erasureLog: string | null;
  /** How many backups the folder holds. For example `1`. */
  count: number;
  /** The newest hundred of them, newest first. */
  backups: {
    /** The name of the file in the folder. */
    name: string;
    /** In bytes. */
    size: number;
    /**
     * When it was begun: it is the state of a moment just after. RFC 3339, UTC. For example
     * `2026-11-23T18:00:00.000Z`.
     */
    createdAt: string;
    /**
     * Whether the installation's secret is in it, sealed under the passphrase; null: it cannot be read as a
     * backup.
     */
    hasSecret: boolean | null;
  }[];
}

/** The scheduled backups: which there are, and when the next is due. */
export interface BackupMethods {
  /**
   * Look at the scheduled backups.
   *
   * The folder is read at most once in five seconds. A backup holds personal data and is not encrypted; only
   * the installation's secret in it is sealed. Backups are made and restored in a terminal, by `dossier
   * backup` and `dossier restore`, or on the schedule of the settings.
   *
   * Needs the permission SETTINGS_CRUD for all brands.
   *
   * @example
   * const backup = await dossier.backup.find();
   */
  find(input?: NoFields, options?: CallOptions): Promise<Backup>;
}
