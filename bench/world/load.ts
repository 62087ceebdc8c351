/**
 * Bulk loader: COPY into tables without indexes and triggers, then the derived rows, each in one statement or one more
 * COPY, then the indexes. The result is what the server would have written, which check.ts verifies; only the audit
 * trail of events and messages is left out: the world is an import.
 */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { storedVariants } from "../../server/src/domain/search/edit-distance.ts";
import { type Cell, type TableRows, tables, searchTerms } from "./tables.ts";
import type { Progress } from "../progress.ts";
import { person, type World } from "./world.ts";

const derived: [what: string, text: string][] = [
  [
    "counting rows",
    `INSERT INTO row_count (table_name, brand_id, slot, count)
      SELECT 'customer', brand_id, 0, count(*) FROM customer GROUP BY brand_id
      UNION ALL SELECT 'ticket', brand_id, 0, count(*) FROM ticket GROUP BY brand_id
      UNION ALL SELECT 'audit_entry', brand_id, 0, count(*) FROM audit_entry GROUP BY brand_id`,
  ],
  [
    "counting timelines",
    `INSERT INTO timeline_count (customer_id, item_type, count)
      SELECT customer_id, 'event/' || type, count(*) FROM event GROUP BY customer_id, type
      UNION ALL SELECT customer_id, 'ticket', count(*) FROM ticket GROUP BY customer_id
      UNION ALL SELECT customer_id, type, count(*) FROM message GROUP BY customer_id, type`,
  ],
  ["sequences", "SELECT setval(pg_get_serial_sequence('customer', 'id'), (SELECT max(id) FROM customer))"],
  ["sequences", "SELECT setval(pg_get_serial_sequence('ticket', 'id'), (SELECT max(id) FROM ticket))"],
];

/** Loads the world; the database must be migrated and empty. */
export async function load(client: pg.Client, world: World, progress: Progress): Promise<void> {
  const loadedTables = tables.map(({ table }) => table);
  const allTables = [
    ...loadedTables,
    "search_word",
    "search_deletion_variant",
    "timeline_count",
    "row_count",
  ];
  await client.query("SET maintenance_work_mem = '512MB'; SET work_mem = '256MB'");
  const rebuild = await strip(client, allTables);
  for (const pass of tables) await copy(client, pass.table, pass.columns, rowsOf(pass, world, progress));
  await copyDictionary(client, world, progress);
  for (const [what, text] of derived) {
    progress.at(what);
    await client.query(text);
  }
  for (const [at, [what, text]] of rebuild.entries()) {
    progress.at(what, at / rebuild.length);
    await client.query(text);
  }
  for (const table of allTables) await client.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
  progress.at("vacuuming");
  await client.query("VACUUM (FREEZE, ANALYZE)");
  await client.query("CHECKPOINT");
}

function* rowsOf(pass: TableRows, world: World, progress: Progress): Iterable<Cell[]> {
  for (let at = 1; at <= world.customers; at += 1) {
    if (at % 1000 === 0) progress.at(`copying ${pass.table}`, at / world.customers);
    yield* pass.rows(world, person(world, at));
  }
}

/** The distinct words, and their deletion variants. */
async function copyDictionary(client: pg.Client, world: World, progress: Progress): Promise<void> {
  const words = new Set<string>();
  for (let at = 1; at <= world.customers; at += 1) {
    if (at % 1000 === 0) progress.at("collecting words", at / world.customers);
    for (const term of searchTerms(person(world, at))) if (term.startsWith("w")) words.add(term.slice(1));
  }
  const kept = [...words].filter((word) => storedVariants(word).length > 0);
  await copy(
    client,
    "search_word",
    "brand_id, word",
    kept.map((word) => [1, word]),
  );
  const variants = kept.flatMap((word) => storedVariants(word).map((variant): Cell[] => [1, variant, word]));
  await copy(client, "search_deletion_variant", "brand_id, variant, word", variants);
}

/** Copies rows into a table. */
export async function copy(
  client: pg.Client,
  table: string,
  columns: string,
  rows: Iterable<Cell[]>,
): Promise<void> {
  const stream = client.query(copyFrom(`COPY ${table} (${columns}) FROM STDIN`));
  await pipeline(Readable.from(chunks(rows)), stream);
}

const chunkSize = 1 << 16;

/** COPY's text format. Nothing in the world needs escaping, which is checked. */
function* chunks(rows: Iterable<Cell[]>): Iterable<Buffer> {
  let text = "";
  for (const row of rows) {
    if (row.some((cell) => typeof cell === "string" && /[\\\n\t]/.test(cell)))
      throw new Error(`cannot be copied as it is: ${JSON.stringify(row)}`);
    text += `${row.map((cell) => cell ?? "\\N").join("\t")}\n`;
    if (text.length > chunkSize) {
      yield Buffer.from(text);
      text = "";
    }
  }
  if (text) yield Buffer.from(text);
}

interface SchemaPart {
  tab: string;
  name: string;
  def: string;
  kind: string;
}

/** Drops indexes, constraints and triggers; returns the statements that restore the first two, in order. */
async function strip(client: pg.Client, tables: readonly string[]): Promise<[string, string][]> {
  const { rows: constraints } = await client.query<SchemaPart>(
    `SELECT conrelid::regclass::text AS tab, conname AS name, pg_get_constraintdef(oid) AS def, contype AS kind
      FROM pg_constraint WHERE contype IN ('p', 'u', 'f')
        AND (conrelid = ANY ($1::regclass[]) OR (contype = 'f' AND confrelid = ANY ($1::regclass[])))
      ORDER BY contype = 'f', conrelid, contype <> 'p', conname`,
    [tables],
  );
  const { rows: indexes } = await client.query<{ name: string; def: string }>(
    `SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS def
      FROM pg_index i WHERE i.indrelid = ANY ($1::regclass[])
        AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)`,
    [tables],
  );
  for (const { tab, name } of constraints.toReversed())
    await client.query(`ALTER TABLE ${tab} DROP CONSTRAINT ${name}`);
  for (const { name } of indexes) await client.query(`DROP INDEX ${name}`);
  for (const table of tables) await client.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
  const back = ({ tab, name, def }: SchemaPart): [string, string] => [
    `building ${name}`,
    `ALTER TABLE ${tab} ADD CONSTRAINT ${name} ${def}`,
  ];
  return [
    ...constraints.filter(({ kind }) => kind !== "f").map(back),
    ...indexes.map(({ name, def }): [string, string] => [`building ${name}`, def]),
    ...constraints.filter(({ kind }) => kind === "f").map(back),
  ];
}
