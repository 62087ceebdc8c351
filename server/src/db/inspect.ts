/**
 * What a database looks like to whoever has to say whether Dossier can run on it: asked, never changed. The answers
 * are facts; what they mean is for `doctor` to say.
 */
import type pg from "pg";
import { findGap, type Gap } from "./migrate.ts";

/** A database and its server. */
export interface Inspection {
  version: string;
  versionNumber: number;
  encoding: string;
  /** the database's LC_CTYPE, and whether letters beyond ASCII are letters to it */
  ctype: string;
  knowsLetters: boolean;
  trgm: "installed" | "available" | "missing";
  /** the settings that an acknowledged write rests on, by name, as this session sees them */
  durability: Record<string, string>;
  /** a standby: nothing can be written */
  readOnly: boolean;
  /** this machine's clock minus the database's, and how exact that is, in milliseconds */
  clock: { difference: number; within: number };
  gap: Gap;
}

interface Facts {
  version: string;
  number: number;
  encoding: string;
  ctype: string;
  letters: boolean;
  trgm: Inspection["trgm"];
  fsync: string;
  full_page_writes: string;
  synchronous_commit: string;
  read_only: boolean;
}

const facts = `SELECT current_setting('server_version') AS version,
    current_setting('server_version_num')::int AS number,
    current_setting('server_encoding') AS encoding,
    (SELECT datctype FROM pg_database WHERE datname = current_database()) AS ctype,
    lower('Я' COLLATE "default") = 'я' AS letters,
    CASE WHEN EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN 'installed'
      WHEN EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') THEN 'available'
      ELSE 'missing' END AS trgm,
    current_setting('fsync') AS fsync,
    current_setting('full_page_writes') AS full_page_writes,
    current_setting('synchronous_commit') AS synchronous_commit,
    pg_is_in_recovery() OR current_setting('transaction_read_only')::bool AS read_only`;

/** Looks at the database. */
export async function inspect(pool: pg.Pool): Promise<Inspection> {
  const { rows } = await pool.query<Facts>(facts);
  const [row] = rows;
  if (!row) throw new Error("PostgreSQL answered nothing.");
  const { fsync, full_page_writes, synchronous_commit } = row;
  return {
    version: row.version,
    versionNumber: row.number,
    encoding: row.encoding,
    ctype: row.ctype,
    knowsLetters: row.letters,
    trgm: row.trgm,
    durability: { fsync, full_page_writes, synchronous_commit },
    readOnly: row.read_only,
    clock: await compareClocks(pool),
    gap: await findGap(pool),
  };
}

async function compareClocks(pool: pg.Pool): Promise<Inspection["clock"]> {
  const before = Date.now();
  const { rows } = await pool.query<{ now: number }>(
    "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now",
  );
  const after = Date.now();
  return { difference: (before + after) / 2 - (rows[0]?.now ?? 0), within: (after - before) / 2 };
}
