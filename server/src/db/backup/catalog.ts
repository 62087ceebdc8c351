/**
 * Catalog of a database, as a backup sees it: every table of Dossier's is copied unless a rule here says why not, so
 * a new table cannot be forgotten.
 */
import type pg from "pg";
import type { Migration } from "../migrate.ts";
import type { BackupTable } from "./format.ts";

/** Tables whose rows a backup leaves out, and why. A restored database has them empty. */
export const emptyTables: Readonly<Record<string, string>> = {
  session: "a session that was closed since must not open again: people sign in anew",
  start_link: "a link that was used since must not open another session",
  heartbeat: "is about the running server",
  disk_probe: "is scratch space",
};

/** The tables that migrations create, in their order. */
export function tablesOf(migrations: readonly Migration[]): string[] {
  const names: string[] = ["schema_migration"];
  for (const { sql } of migrations) {
    for (const [, verb, name = ""] of sql.matchAll(
      /^(CREATE|DROP) (?:UNLOGGED )?TABLE (?:IF (?:NOT )?EXISTS )?(\w+)/gim,
    )) {
      if (verb?.toUpperCase() === "CREATE") names.push(name);
      else names.splice(names.indexOf(name), 1);
    }
  }
  return names;
}

/** Every table of the schema with its columns, by name. */
export async function readTables(client: pg.Client): Promise<BackupTable[]> {
  const { rows } = await client.query<BackupTable>(
    `SELECT c.relname AS name, ARRAY(
        SELECT attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
          AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY attnum) AS columns
      FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
      ORDER BY c.relname COLLATE "C"`,
  );
  return rows;
}

/** A sequence, and the column that takes its values. */
export interface Sequence {
  name: string;
  table: string;
  column: string;
  /** null: never used */
  last: number | null;
}

/** Every sequence of the schema. */
export async function readSequences(client: pg.Client): Promise<Sequence[]> {
  const { rows } = await client.query<Sequence>(
    `SELECT s.relname AS name, t.relname AS table, a.attname AS column, pg_sequence_last_value(s.oid) AS last
      FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass
          AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
        JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
      WHERE s.relnamespace = current_schema()::regnamespace AND s.relkind = 'S' ORDER BY s.relname COLLATE "C"`,
  );
  return rows;
}

/** A name as SQL writes it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The columns of a table as COPY takes them. */
export function columnList({ name, columns }: BackupTable): string {
  return `${quoted(name)} (${columns.map(quoted).join(", ")})`;
}
