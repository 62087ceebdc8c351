// Written by `npm run client-types` from the endpoint table.
import type { RawItem } from "../../../envelope.ts";
import type { NoFields } from "../../../input-values.ts";
import type { CallOptions } from "../../options.ts";

/** What `dossier doctor` finds on a running server, as the wire has it. */
export interface RawHealth {
  /** That of the worst check. */
  state: "ok" | "warning" | "error";
  /** When these checks were made: at most a few seconds ago. */
  checked_at: string;
  /** The release of Dossier. */
  version: string;
  /** The version of Node.js. */
  node: string;
  /** The version of PostgreSQL; null: it did not answer in time. */
  database: string | null;
  /** Whether Dossier runs that PostgreSQL itself, on its data folder, or uses the one of `DATABASE_URL`. */
  is_embedded: boolean;
  /** When the process that answers was started. */
  started_at: string;
  /** For how many seconds it has been running. */
  uptime: number;
  /** Every check, also of what is as it should be. */
  checks: {
    /** What was checked, such as `backups`. */
    name: string;
    /** `warning`: it works, but needs attention. `error`: it does not work, or is not safe. */
    state: "ok" | "warning" | "error";
    /** What was found. */
    message: string;
    /** What to do about it; null: nothing. */
    hint: string | null;
  }[];
}

/** What is right with the installation, and what to do about what is not. */
export interface RawHealthMethods {
  /** Look the installation over. */
  find(input?: NoFields, options?: CallOptions): Promise<RawItem<RawHealth>>;
}
