// Written by `npm run client-types` from the endpoint table.
import type { NoFields } from "../../input-values.ts";
import type { CallOptions } from "../options.ts";

/** What `dossier doctor` finds on a running server. */
export interface Health {
  /** That of the worst check. For example `warning`. */
  state: "ok" | "warning" | "error";
  /**
   * When these checks were made: at most a few seconds ago. RFC 3339, UTC. For example
   * `2026-11-23T18:00:00.000Z`.
   */
  checkedAt: string;
  /** The release of Dossier. For example `1.0.0`. */
  version: string;
  /** The version of Node.js. For example `24.12.0`. */
  node: string;
  /** The version of PostgreSQL; null: it did not answer in time. For example `18.4`. */
  database: string | null;
  /**
   * Whether Dossier runs that PostgreSQL itself, on its data folder, or uses the one of `DATABASE_URL`. For
   * example `true`.
   */
  isEmbedded: boolean;
  /** When the process that answers was started. RFC 3339, UTC. For example `2026-11-23T18:00:00.000Z`. */
  startedAt: string;
  /** For how many seconds it has been running. For example `86400`. */
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
export interface HealthMethods {
  /**
   * Look the installation over.
   *
   * What `dossier doctor` finds, with advice for what is not as it should be: settings, database, durability,
   * disk, backups, secrets. The checks are made at most once in five seconds, and take two and a half at
   * most, so that pages may ask often. Whether the server takes requests at all is answered by `/readyz`,
   * without a key.
   *
   * Needs the permission METRICS_READ for all brands.
   *
   * @example
   * const health = await dossier.health.find();
   */
  find(input?: NoFields, options?: CallOptions): Promise<Health>;
}
