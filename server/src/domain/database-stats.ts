/**
 * What the database holds, for whoever watches it: one statement that reads counts which are kept anyway, so that it
 * costs the same however many customers there are. It speaks of brands by their ids, of nobody else.
 */
import { DossierError } from "@dossier/api";
import type { Db, Statement } from "../db/database.ts";
import { areCurrent } from "../db/migrate.ts";
import { countJobs, type JobCount } from "./job-list.ts";

/** How many brands are counted, the oldest first: as many as a time series each is good for. */
export const mostBrands = 100;

export interface BrandCount {
  brandId: number;
  customers: number;
  tickets: number;
}

/** What was found; of a database that did not answer, only that. */
export interface Census {
  up: boolean;
  bytes?: number;
  current?: boolean;
  brands: readonly BrandCount[];
  jobs?: readonly JobCount[];
}

const total = (kind: string) =>
  `(SELECT coalesce(sum(n), 0) FROM row_count WHERE kind = '${kind}' AND brand_id = b.id)`;

const census: Statement = {
  name: "census",
  text: `SELECT pg_database_size(current_database()) AS bytes,
      ARRAY(SELECT name FROM schema_migration) AS migrations,
      ARRAY(SELECT json_build_object('brandId', b.id, 'customers', ${total("customer")}, 'tickets', ${total("ticket")})
        FROM (SELECT id FROM brand ORDER BY id LIMIT ${mostBrands}) b ORDER BY b.id) AS brands`,
};

/** Asks the database what it holds. Does not fail: a database that is away, or too busy to say, is an answer too. */
export async function takeCensus(db: Db): Promise<Census> {
  try {
    const jobs = await countJobs(db);
    const row = await db.row<{ bytes: number; migrations: string[]; brands: BrandCount[] }>(census);
    return {
      up: true,
      bytes: row?.bytes ?? 0,
      current: areCurrent(row?.migrations ?? []),
      brands: row?.brands ?? [],
      jobs,
    };
  } catch (error) {
    const away = error instanceof DossierError && error.code === "unavailable";
    return away ? { up: false, brands: [] } : { up: true, current: false, brands: [] };
  }
}
