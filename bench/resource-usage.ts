/** What a world costs beside time: room on disk by table and index, log written by a create, memory. */
import { type Cluster, memoryOf } from "./servers/cluster.ts";
import type { Dossier } from "./servers/dossier.ts";

/** The room of a table's rows, or of one of its indexes. */
export interface Room {
  table: string;
  /** of the rows themselves: none */
  index?: string;
  /** on disk, for each customer of the world */
  bytesPerCustomer: number;
}

/** In bytes. */
export interface Memory {
  dossier: number;
  postgres: number;
}

/** Every table and index that takes at least a byte for each customer, the biggest first. */
export async function roomOf(cluster: Cluster, customers: number): Promise<Room[]> {
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

/** Where the write-ahead log ends now, in bytes since its beginning. */
export async function logEnd(cluster: Cluster): Promise<number> {
  const { rows } = await cluster.use("postgres", (client) =>
    client.query<{ bytes: string }>("SELECT pg_current_wal_lsn() - '0/0' AS bytes"),
  );
  return Number(rows[0]?.bytes);
}

/** What the two have in memory now. */
export function memoryNow(cluster: Cluster, dossier: Dossier): Memory {
  return { dossier: memoryOf(dossier.pid), postgres: memoryOf(cluster.pid) };
}
