/**
 * Statistics of the database's content, for monitoring: a few statements that read maintained counts, so that they cost
 * the same for any number of customers. They name brands by id, and no person.
 */
import { DossierError } from "@dossier/api";
import type { Db, Statement } from "../db/database.ts";
import { areAllMigrations } from "../db/migrate.ts";
import { countJobs, type JobCount } from "./job-list.ts";
import { countOverdue, type Overdue } from "./erasure/due.ts";

/** How many brands are counted, the oldest first: as many as merit a time series each. */
export const maxBrands = 100;

export interface BrandCount {
  brandId: number;
  customers: number;
  tickets: number;
}

/** The statistics; of a database that did not answer, only that fact. */
export interface DatabaseSnapshot {
  up: boolean;
  bytes?: number;
  upToDate?: boolean;
  brands: readonly BrandCount[];
  jobs?: readonly JobCount[];
  overdue?: Overdue;
}

const total = (kind: string) =>
  `(SELECT coalesce(sum(count), 0) FROM row_count WHERE table_name = '${kind}' AND brand_id = b.id)`;

const readStats: Statement = {
  name: "database_stats_read",
  text: `SELECT pg_database_size(current_database()) AS bytes,
      ARRAY(SELECT name FROM schema_migration) AS migrations,
      ARRAY(SELECT json_build_object('brandId', b.id, 'customers', ${total("customer")}, 'tickets', ${total("ticket")})
        FROM (SELECT id FROM brand ORDER BY id LIMIT ${maxBrands}) b ORDER BY b.id) AS brands`,
};

/** Reads the statistics. Does not fail: that a database is unreachable, or too busy, is a result too. */
export async function readDatabaseStats(db: Db): Promise<DatabaseSnapshot> {
  try {
    const jobs = await countJobs(db);
    const overdue = await countOverdue(db);
    const row = await db.row<{ bytes: number; migrations: string[]; brands: BrandCount[] }>(readStats);
    return {
      up: true,
      bytes: row?.bytes ?? 0,
      upToDate: areAllMigrations(row?.migrations ?? []),
      brands: row?.brands ?? [],
      jobs,
      overdue,
    };
  } catch (error) {
    const away = error instanceof DossierError && error.code === "unavailable";
    return away ? { up: false, brands: [] } : { up: true, upToDate: false, brands: [] };
  }
}
