/**
 * Finding tickets by words of the title or by the contact's exact address. Candidates come from the rarest word, at
 * most 10,001 of them, the newest of a common word; then titles and filters are compared. Terms are written with the
 * ticket, and again when its title changes.
 */
import { normaliseAddress } from "@dossier/api";
import type { Db, Statement, Tx } from "../../db/database.ts";
import { wordsOf } from "../search/normalise.ts";

/** Which tickets are wanted. What is not filtered by is enumerated. */
export interface Filter {
  brandIds: readonly number[];
  customerId: number | undefined;
  statuses: readonly string[];
  /** true: tickets without a customer; false: with one; neither: none at all */
  waiting: readonly boolean[];
}

const most = 10_001;
const mostWords = 8; // among which the rarest is looked for; titles are compared with all of them

const insertTerms: Statement = {
  name: "ticket_add_terms",
  text: `INSERT INTO ticket_term (brand_id, kind, term, ticket_id)
    SELECT $1, left(t.term, 1)::"char", substr(t.term, 2), t.ticket_id
      FROM unnest($2::bigint[], $3::text[]) AS t (ticket_id, term) ON CONFLICT DO NOTHING`,
};

const deleteWords: Statement = {
  name: "ticket_remove_words",
  text: "DELETE FROM ticket_term WHERE ticket_id = $1 AND kind = 'w'",
};

interface Titled {
  id: number;
  title: string;
  contact?: string | undefined;
}

/** Makes tickets of a brand found, by what they have by now. */
export async function addTicketTerms(tx: Tx, brandId: number, all: readonly Titled[]): Promise<void> {
  const terms = all.flatMap(({ id, title, contact }) => {
    const address = contact === undefined ? [] : [`a${contact}`];
    return [...wordsOf(title).map((word) => `w${word}`), ...address].map((term) => ({ id, term }));
  });
  if (terms.length === 0) return;
  await tx.row(insertTerms, [brandId, terms.map(({ id }) => id), terms.map(({ term }) => term)]);
}

/** Makes a ticket found by its new title. */
export async function changeTicketTerms(
  tx: Tx,
  { id, brandId, title }: { id: number; brandId: number; title: string },
): Promise<void> {
  await tx.row(deleteWords, [id]);
  await addTicketTerms(tx, brandId, [{ id, title }]);
}

// 'a' to 'b' is one word and those that begin with it: `term || U+10FFFF` ends the range.
const rarities: Statement = {
  name: "ticket_word_rarity",
  text: `SELECT w.word, (SELECT count(*) FROM (
        SELECT FROM unnest($2::bigint[]) AS b (id) CROSS JOIN LATERAL (SELECT FROM ticket_term
          WHERE brand_id = b.id AND kind = 'w' AND term >= w.word AND term < w.beyond LIMIT 1000) AS t LIMIT 1000) AS part) AS n
    FROM unnest($1::text[], $3::text[]) AS w (word, beyond)`,
};

const byWord: Statement = {
  name: "ticket_by_word",
  text: `SELECT t.ticket_id AS id FROM unnest($2::bigint[]) AS b (id) CROSS JOIN LATERAL (
      SELECT ticket_id FROM ticket_term WHERE brand_id = b.id AND kind = 'w' AND term >= $1 AND term < $3
      ORDER BY term, ticket_id DESC LIMIT $4) AS t LIMIT $4`,
};

const byAddress: Statement = {
  name: "ticket_by_address",
  text: `SELECT t.ticket_id AS id FROM unnest($2::bigint[]) AS b (id) CROSS JOIN unnest($1::text[]) AS a (address)
      CROSS JOIN LATERAL (SELECT ticket_id FROM ticket_term
        WHERE brand_id = b.id AND kind = 'a' AND term = a.address ORDER BY ticket_id DESC LIMIT $3) AS t LIMIT $3`,
};

const filtered: Statement = {
  name: "ticket_candidates",
  text: `SELECT id, title FROM ticket WHERE id = ANY ($1::bigint[]) AND ($2::bigint IS NULL OR customer_id = $2)
    AND status = ANY ($3) AND (customer_id IS NULL) = ANY ($4::boolean[])`,
};

/** The ids of what is found, newest first; more than 10,000 where there are more. */
export async function searchTickets(db: Db, query: string, filter: Filter): Promise<number[]> {
  const words = wordsOf(query);
  const [byName, byContact] = [await findByWords(db, words, filter), await findByAddress(db, query, filter)];
  const ids = new Set([...byName, ...byContact]);
  if (ids.size === 0) return [];
  const rows = await db.rows<{ id: number; title: string }>(filtered, [
    [...ids],
    filter.customerId ?? null,
    filter.statuses,
    filter.waiting,
  ]);
  const contacts = new Set(byContact);
  const found = rows.filter(
    ({ id, title }) => contacts.has(id) || (words.length > 0 && hasAll(title, words)),
  );
  return found.map(({ id }) => id).sort((a, b) => b - a);
}

function hasAll(title: string, words: readonly string[]): boolean {
  const there = wordsOf(title);
  return words.every((word) => there.some((one) => one.startsWith(word)));
}

const beyond = (word: string) => `${word}\u{10FFFF}`;

async function findByWords(db: Db, words: readonly string[], { brandIds }: Filter): Promise<number[]> {
  if (words.length === 0) return [];
  const some = words.slice(0, mostWords);
  const found = await db.rows<{ word: string; n: number }>(rarities, [some, brandIds, some.map(beyond)]);
  found.sort((a, b) => a.n - b.n || b.word.length - a.word.length);
  const [rarest] = found;
  if (!rarest || rarest.n === 0) return [];
  const rows = await db.rows<{ id: number }>(byWord, [rarest.word, brandIds, beyond(rarest.word), most]);
  return rows.map(({ id }) => id);
}

async function findByAddress(db: Db, query: string, { brandIds }: Filter): Promise<number[]> {
  const addresses = new Set(
    (["email", "phone", "twitter", "facebook", "plain"] as const).flatMap((rule) => {
      const read = normaliseAddress(rule, query);
      return "fault" in read ? [] : [read.normalised];
    }),
  );
  if (addresses.size === 0) return [];
  const rows = await db.rows<{ id: number }>(byAddress, [[...addresses], brandIds, most]);
  return rows.map(({ id }) => id);
}
