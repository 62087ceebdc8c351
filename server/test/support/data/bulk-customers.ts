// Bulk data: many customers, quickly, with a realistic skew, inserted in bulk, but with the same terms, words and
// variants that the server writes for each. `insertCustomers` takes given ones; `insertBulkCustomers` generates 100,000
// and more.
import { type AddressRule, builtinTypes } from "@dossier/api";
import type { Db } from "../../../src/db/database.ts";
import { openDatabase } from "../../../src/db/pool.ts";
import { storedVariants } from "../../../src/domain/search/edit-distance.ts";
import { type SearchDocument, termsOf } from "../../../src/domain/search/terms.ts";
import { createTestDatabase } from "../database.ts";

export interface Person {
  brandId: number;
  firstname: string;
  lastname: string;
  primaryId: string | null;
  channels: { typeId: number; normalised: string }[];
}

/** A pool on a database of this test file's own, with these further brands. */
export async function openBulkDatabase(brands: readonly string[] = []): Promise<Db> {
  const { connection } = await createTestDatabase();
  const db = openDatabase({ ...connection, statement_timeout: 60_000, query_timeout: 60_000 });
  for (const name of brands) await db.pool.query("INSERT INTO brand (name) VALUES ($1)", [name]);
  return db;
}

/** The search document of a person. */
export function searchableOf(person: Person): SearchDocument {
  return {
    ...person,
    channels: person.channels.map(({ typeId, normalised }) => ({ rule: ruleOf(typeId), normalised })),
  };
}

function ruleOf(typeId: number): AddressRule {
  return builtinTypes.find((type) => type.id === typeId)?.rule ?? "plain";
}

/** Inserts customers with their search terms. Returns their ids, in order. */
export async function insertCustomers(db: Db, people: readonly Person[]): Promise<number[]> {
  const ids = await insertRows(db, people);
  await insertTerms(db, people, ids);
  return ids;
}

async function insertRows(db: Db, people: readonly Person[]): Promise<number[]> {
  const { rows } = await db.pool.query<{ id: number }>(
    `INSERT INTO customer (brand_id, firstname, lastname, primary_id)
     SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) RETURNING id`,
    [
      people.map((one) => one.brandId),
      people.map((one) => one.firstname),
      people.map((one) => one.lastname),
      people.map((one) => one.primaryId),
    ],
  );
  const ids = rows.map((row) => row.id);
  const channels = people.flatMap((one, at) =>
    one.channels.map((channel) => ({ ...channel, ...one, id: ids[at] })),
  );
  await db.pool.query(
    `INSERT INTO customer_channel (customer_id, brand_id, channel_type_id, address, normalised, source)
     SELECT c, b, t, n, n, 'api' FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[]) AS a (c, b, t, n)`,
    [
      channels.map((one) => one.id),
      channels.map((one) => one.brandId),
      channels.map((one) => one.typeId),
      channels.map((one) => one.normalised),
    ],
  );
  return ids;
}

async function insertTerms(db: Db, people: readonly Person[], ids: readonly number[]): Promise<void> {
  const words = new Map<number, Set<string>>();
  const packed = people.map((person) => {
    const terms = termsOf(searchableOf(person));
    const known = words.get(person.brandId) ?? new Set();
    words.set(person.brandId, known);
    for (const term of terms) if (term.startsWith("w")) known.add(term.slice(1));
    return [...terms].join("\n");
  });
  await db.pool.query(
    `INSERT INTO search_term (brand_id, type, term, customer_id)
     SELECT b, left(t, 1)::"char", substr(t, 2), c
       FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS a (b, packed, c), string_to_table(packed, E'\\n') AS t
       WHERE packed <> ''`,
    [people.map((one) => one.brandId), packed, ids],
  );
  for (const [brandId, known] of words)
    await insertWords(
      db,
      brandId,
      [...known].filter((word) => storedVariants(word).length > 0),
    );
}

async function insertWords(db: Db, brandId: number, words: readonly string[]): Promise<void> {
  const { rows } = await db.pool.query<{ word: string }>(
    "INSERT INTO search_word (brand_id, word) SELECT $1, w FROM unnest($2::text[]) AS w ON CONFLICT DO NOTHING RETURNING word",
    [brandId, words],
  );
  const pairs = rows.flatMap(({ word }) => storedVariants(word).map((spelling) => [spelling, word]));
  await db.pool.query(
    `INSERT INTO search_deletion_variant (brand_id, variant, word)
     SELECT $1, v, w FROM unnest($2::text[], $3::text[]) AS a (v, w)`,
    [brandId, pairs.map(([spelling]) => spelling), pairs.map(([, word]) => word)],
  );
}

const syllables =
  "ba be bo da di du fa fe go ha ho ja ka ke ko la le lo ma me mo na ne no pa pe po ra re ro sa se so ta te to va ve vo".split(
    " ",
  );
const domains = [
  "example.org",
  "mail.test",
  "post.example",
  "firma.example",
  "web.test",
  "old.example",
  "new.test",
];

/** A number from 0 to below 1 that looks random and is the same in every run. */
function chance(n: number, salt: number): number {
  const x = Math.imul((n + 1) ^ (salt * 0x9e3779b1), 0x85ebca6b);
  const y = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((y ^ (y >>> 16)) >>> 0) / 2 ** 32;
}

function madeUp(n: number, length: number): string {
  const letters = Array.from(
    { length },
    (_, at) => syllables[Math.floor(chance(n, at + 50) * syllables.length)],
  );
  return letters.join("");
}

/** So many digits, different for every n. */
function digits(n: number, factor: number, count: number): string {
  return String((n * factor) % 10 ** count).padStart(count, "0");
}

/** The n-th person: 11 % Maria, 5 % Schmidt, 15 % with 4711 in the number, 40 % at example.org. */
export function generatePerson(n: number): Person {
  const first = chance(n, 1) < 0.11 ? "Maria" : madeUp(Math.floor(chance(n, 2) ** 2 * 800), 2);
  const middle = chance(n, 3) < 0.1 ? ` ${madeUp(Math.floor(chance(n, 4) * 300), 2)}` : "";
  const particles = chance(n, 5) < 0.02 ? "de la " : "";
  const last = chance(n, 6) < 0.05 ? "Schmidt" : madeUp(1000 + Math.floor(chance(n, 7) ** 2 * 12_000), 3);
  const many = chance(n, 8) < 0.005 ? " von und zu der Au" : "";
  const domain = chance(n, 9) < 0.4 ? domains[0] : domains[1 + Math.floor(chance(n, 10) * 6)];
  const phone =
    chance(n, 12) < 0.15 ? `+494711${digits(n, 6_180_339, 7)}` : `+49${digits(n, 618_033_989, 9)}`;
  return {
    brandId: chance(n, 13) < 0.8 ? 1 : 2,
    firstname: first + middle,
    lastname: particles + last + many,
    primaryId: `K-${String(n).padStart(7, "0")}`,
    channels: [
      { typeId: 1, normalised: `${first}.${last}.${n}@${domain}`.toLowerCase() },
      { typeId: 2, normalised: phone },
    ],
  };
}

/** 100,000 customers, four fifths of them in brand 1 and the others in brand 2, analysed and vacuumed. */
export async function insertBulkCustomers(db: Db, count = 100_000, batch = 10_000): Promise<void> {
  await db.pool.query("ALTER TABLE search_term DROP CONSTRAINT search_term_pkey");
  for (let from = 0; from < count; from += batch) {
    const size = Math.min(batch, count - from);
    await insertCustomers(
      db,
      Array.from({ length: size }, (_, at) => generatePerson(from + at)),
    );
  }
  await db.pool.query("ALTER TABLE search_term ADD PRIMARY KEY (brand_id, type, term, customer_id)");
  await db.pool.query("VACUUM (ANALYZE)");
}
