/**
 * Puts a world into an empty database: COPY into tables without indexes and triggers, then everything that is derived
 * in one statement each, then the indexes. What the server would have written is there afterwards, and nothing else:
 * the terms come from the server's own code.
 */
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { storedSpellings } from "../server/src/domain/search-spelling.ts";
import { wordsOf } from "../server/src/domain/search-fold.ts";
import { termsOf } from "../server/src/domain/search-term.ts";
import { eventsOf, eventTypes, hasTicket, moment, person, type Person, type World } from "./world.ts";

type Cell = string | number | null;
type Told = (text: string) => void;

interface Pass {
  table: string;
  columns: string;
  /** rows of one customer */
  rows(world: World, one: Person): Iterable<Cell[]>;
}

const channels = (one: Person): [type: number, address: string][] => [
  [1, one.email],
  ...(one.telephone ? [[2, one.telephone] as [number, string]] : []),
  ...(one.chat ? [[8, one.chat] as [number, string]] : []),
];

const titles = ["Where is my parcel", "Invoice question", "Change of address", "Broken on arrival", "Login fails"];
const titleOf = (at: number) => titles[(at / 3) % titles.length] as string;

const passes: Pass[] = [
  {
    table: "customer",
    columns: "id, brand_id, primary_id, firstname, lastname",
    *rows(_, one) {
      yield [one.at, 1, one.primaryId, one.firstname, one.lastname];
    },
  },
  {
    table: "customer_channel",
    columns: "customer_id, brand_id, type_id, address, normalised, source",
    *rows(_, one) {
      for (const [type, address] of channels(one)) yield [one.at, 1, type, address, address, "import"];
    },
  },
  {
    table: "search_term",
    columns: "brand_id, kind, term, customer_id",
    *rows(_, one) {
      const rules = { 1: "email", 2: "phone", 8: "plain" } as const;
      const found = channels(one).map(([type, normalised]) => ({ rule: rules[type as 1], normalised }));
      for (const term of termsOf({ ...one, primaryId: one.primaryId, channels: found }))
        yield [1, term.slice(0, 1), term.slice(1), one.at];
    },
  },
  {
    table: "event",
    columns: "customer_id, type, message, initiated_by, occurred_at",
    *rows(world, one) {
      const count = eventsOf(world, one.at);
      for (let n = 0; n < count; n += 1) {
        const type = eventTypes[n % eventTypes.length] as string;
        yield [one.at, type, `${type} ${one.at}-${n}: done`, "shop", moment(world, one.at, n)];
      }
    },
  },
  {
    table: "ticket",
    columns:
      "id, brand_id, type_id, direction, from_address, from_name, contact, title, status, customer_id, created_at",
    *rows(world, one) {
      if (!hasTicket(one.at)) return;
      const status = ["new", "open", "pending", "solved", "closed"][(one.at / 3) % 5] as string;
      const name = `${one.firstname} ${one.lastname}`;
      const at = moment(world, one.at, 5000);
      yield [one.at / 3, 1, 1, "inbound", one.email, name, one.email, titleOf(one.at), status, one.at, at];
    },
  },
  {
    table: "ticket_term",
    columns: "brand_id, kind, term, ticket_id",
    *rows(_, one) {
      if (!hasTicket(one.at)) return;
      yield [1, "a", one.email, one.at / 3];
      for (const word of wordsOf(titleOf(one.at))) yield [1, "w", word, one.at / 3];
    },
  },
  {
    table: "message",
    columns: "ticket_id, customer_id, kind, type_id, direction, author, from_address, content, created_at",
    *rows(world, one) {
      if (!hasTicket(one.at)) return;
      const text = `${titleOf(one.at)}? I have been waiting for an answer.`;
      const at = moment(world, one.at, 5000);
      yield [one.at / 3, one.at, "message", 1, "inbound", one.firstname, one.email, text, at];
    },
  },
];

const derived: [what: string, text: string][] = [
  ["dictionary", "INSERT INTO search_word SELECT DISTINCT brand_id, term FROM search_term WHERE kind = 'w'"],
  ["counts", "INSERT INTO row_count SELECT 'customer', brand_id, 0, count(*) FROM customer GROUP BY brand_id"],
  ["counts of tickets", "INSERT INTO row_count SELECT 'ticket', brand_id, 0, count(*) FROM ticket GROUP BY brand_id"],
  [
    "counts of timelines",
    `INSERT INTO timeline_count SELECT customer_id, 'event/' || type, count(*) FROM event GROUP BY customer_id, type
      UNION ALL SELECT customer_id, 'ticket', count(*) FROM ticket GROUP BY customer_id
      UNION ALL SELECT customer_id, 'message', count(*) FROM message GROUP BY customer_id`,
  ],
  ["sequences", "SELECT setval(pg_get_serial_sequence('customer', 'id'), (SELECT max(id) FROM customer))"],
  ["sequences", "SELECT setval(pg_get_serial_sequence('ticket', 'id'), (SELECT max(id) FROM ticket))"],
];

/** Loads the world; the database must be migrated and empty. */
export async function load(client: pg.Client, world: World, tell: Told): Promise<void> {
  const tables = [...passes.map(({ table }) => table), "search_word", "search_variant", "timeline_count", "row_count"];
  await client.query("SET maintenance_work_mem = '512MB'; SET max_parallel_maintenance_workers = 2");
  const rebuild = await dropIndexes(client, tables);
  for (const pass of passes) await copy(client, pass.table, pass.columns, rowsOf(pass, world, tell));
  for (const [what, text] of derived) {
    tell(`deriving ${what}`);
    await client.query(text);
  }
  await copy(client, "search_variant", "brand_id, variant, word", await variants(client));
  for (const [what, text] of rebuild) {
    tell(what);
    await client.query(text);
  }
  for (const table of passes.map((pass) => pass.table))
    await client.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
  tell("vacuuming");
  await client.query("VACUUM (FREEZE, ANALYZE)");
  await client.query("CHECKPOINT");
}

function* rowsOf(pass: Pass, world: World, tell: Told): Iterable<Cell[]> {
  for (let at = 1; at <= world.customers; at += 1) {
    if (at % 5000 === 0 || at === world.customers)
      tell(`${pass.table} ${Math.floor((100 * at) / world.customers)} %`);
    yield* pass.rows(world, person(world, at));
  }
}

async function variants(client: pg.Client): Promise<Iterable<Cell[]>> {
  const { rows } = await client.query<{ word: string }>("SELECT word FROM search_word");
  return rows.flatMap(({ word }) => storedSpellings(word).map((variant) => [1, variant, word]));
}

async function copy(client: pg.Client, table: string, columns: string, rows: Iterable<Cell[]>): Promise<void> {
  const stream = client.query(copyFrom(`COPY ${table} (${columns}) FROM STDIN`));
  await pipeline(Readable.from(chunks(rows)), stream);
}

/** COPY's text format; nothing in the world needs escaping, which is checked. */
function* chunks(rows: Iterable<Cell[]>): Iterable<Buffer> {
  let text = "";
  for (const row of rows) {
    const line = row.map((cell) => cell ?? "\\N").join("\t");
    if (/[\\\n]/.test(line.replaceAll("\\N", ""))) throw new Error(`cannot be copied: ${line}`);
    text += `${line}\n`;
    if (text.length > 1 << 16) {
      yield Buffer.from(text);
      text = "";
    }
  }
  if (text) yield Buffer.from(text);
}

/** Takes indexes, constraints and triggers away; answers the statements that bring the first two back, in order. */
async function dropIndexes(client: pg.Client, tables: readonly string[]): Promise<[string, string][]> {
  interface Part {
    tab: string;
    name: string;
    def: string;
    kind: string;
  }
  const { rows: constraints } = await client.query<Part>(
    `SELECT conrelid::regclass::text AS tab, conname AS name, pg_get_constraintdef(oid) AS def, contype AS kind
      FROM pg_constraint WHERE conrelid = ANY ($1::regclass[]) AND contype IN ('p', 'u', 'f')
      ORDER BY contype = 'f', contype = 'u', conname`,
    [tables],
  );
  const { rows: referring } = await client.query<Part>(
    `SELECT conrelid::regclass::text AS tab, conname AS name, pg_get_constraintdef(oid) AS def, contype AS kind
      FROM pg_constraint WHERE confrelid = ANY ($1::regclass[]) AND NOT conrelid = ANY ($1::regclass[])
        AND contype = 'f'`,
    [tables],
  );
  const all = [...constraints, ...referring];
  const { rows: indexes } = await client.query<{ name: string; def: string }>(
    `SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS def
      FROM pg_index i WHERE i.indrelid = ANY ($1::regclass[])
        AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)`,
    [tables],
  );
  for (const { tab, name } of all.toReversed()) await client.query(`ALTER TABLE ${tab} DROP CONSTRAINT ${name}`);
  for (const { name } of indexes) await client.query(`DROP INDEX ${name}`);
  for (const table of tables) await client.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
  const bare = all.filter(({ kind }) => kind !== "f");
  const foreign = all.filter(({ kind }) => kind === "f");
  const back = ({ tab, name, def }: Part): [string, string] => [
    `building ${name}`,
    `ALTER TABLE ${tab} ADD CONSTRAINT ${name} ${def}`,
  ];
  return [
    ...bare.map(back),
    ...indexes.map(({ name, def }): [string, string] => [`building ${name}`, def]),
    ...foreign.map(back),
  ];
}
