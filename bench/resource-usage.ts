/** Costs of a world other than time: disk space by table and index, write-ahead log of a create, memory. */
import { type Cluster, memoryOf } from "./servers/cluster.ts";
import type { Dossier } from "./servers/dossier.ts";

/** The size of a table's rows, or of one of its indexes. */
export interface DiskUsage {
  table: string;
  /** absent for the rows themselves */
  index?: string;
  /** on disk, for each customer of the world */
  bytesPerCustomer: number;
}

/** In bytes. */
export interface Memory {
  dossier: number;
  postgres: number;
}

/** Every table and index with at least a byte for each customer, the largest first. */
export async function diskUsageOf(cluster: Cluster, customers: number): Promise<DiskUsage[]> {
  const { rows } = await cluster.use("world", (client) =>
    client.query<{ table: string; index: string | null; bytes: string }>(
      `SELECT c.relname AS table, NULL AS index, pg_table_size(c.oid) AS bytes FROM pg_class c
          WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
        UNION ALL SELECT t.relname, c.relname, pg_relation_size(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
          JOIN pg_class t ON t.oid = i.indrelid WHERE c.relnamespace = 'public'::regnamespace`,
    ),
  );
  return rows
    .map(({ table, index, bytes }) => ({
      table,
      ...(index === null ? {} : { index }),
      bytesPerCustomer: Math.round(Number(bytes) / customers),
    }))
    .filter((room) => room.bytesPerCustomer >= 1)
    .sort((a, b) => b.bytesPerCustomer - a.bytesPerCustomer);
}

/** The current end of the write-ahead log, in bytes since its beginning. */
export async function walPosition(cluster: Cluster): Promise<number> {
  const { rows } = await cluster.use("postgres", (client) =>
    client.query<{ bytes: string }>("SELECT pg_current_wal_lsn() - '0/0' AS bytes"),
  );
  return Number(rows[0]?.bytes);
}

/** The current memory of PostgreSQL and Dossier. */
export function currentMemory(cluster: Cluster, dossier: Dossier): Memory {
  return { dossier: memoryOf(dossier.pid), postgres: memoryOf(cluster.pid) };
}
