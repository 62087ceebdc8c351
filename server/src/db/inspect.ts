/** Facts about a database, for deciding whether Dossier can run on it: read only. `doctor` judges them. */
import type { TLSSocket } from "node:tls";
import type pg from "pg";
import { type ClockDifference, DatabaseClock } from "./clock.ts";
import type { Db } from "./database.ts";
import { readMigrationStatus, type MigrationStatus } from "./migrate.ts";

export interface Inspection {
  version: string;
  versionNumber: number;
  encoding: string;
  /** the database's LC_CTYPE, and whether it classifies letters beyond ASCII as letters */
  ctype: string;
  supportsUnicode: boolean;
  trgm: "installed" | "available" | "missing";
  /** the settings that make an acknowledged write durable, by name, as in this connection */
  durability: Record<string, string>;
  /** a standby: it accepts no writes */
  readOnly: boolean;
  clock: ClockDifference;
  transport: Transport;
  migrations: MigrationStatus;
}

export interface Transport {
  /** the version of TLS; undefined if the connection is not encrypted */
  protocol: string | undefined;
  /** whether the certificate was verified */
  isVerified: boolean;
}

interface InspectionRow {
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

const inspectionSql = `SELECT current_setting('server_version') AS version,
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

export async function inspect(db: Db): Promise<Inspection> {
  const { pool } = db;
  const { rows } = await pool.query<InspectionRow>(inspectionSql);
  const [row] = rows;
  if (!row) throw new Error("PostgreSQL answered nothing.");
  const { fsync, full_page_writes, synchronous_commit } = row;
  return {
    version: row.version,
    versionNumber: row.number,
    encoding: row.encoding,
    ctype: row.ctype,
    supportsUnicode: row.letters,
    trgm: row.trgm,
    durability: { fsync, full_page_writes, synchronous_commit },
    readOnly: row.read_only,
    clock: await new DatabaseClock().measure(db),
    transport: await readTransport(pool),
    migrations: await readMigrationStatus(pool),
  };
}

async function readTransport(pool: pg.Pool): Promise<Transport> {
  const client = await pool.connect();
  try {
    const { encrypted, authorized, getProtocol } = client.connection.stream as Partial<TLSSocket>;
    if (!encrypted) return { protocol: undefined, isVerified: false };
    return {
      protocol: getProtocol?.call(client.connection.stream) ?? "TLS",
      isVerified: authorized === true,
    };
  } finally {
    client.release();
  }
}
