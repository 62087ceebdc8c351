/**
 * Ticket search by words of the title or by the contact's exact address. Candidates come from the rarest word, at most
 * 10,001 of them, the newest of a common word; then titles and filters are compared. Terms are written with the ticket,
 * and again when its title changes.
 */
import { setImmediate as turn } from "node:timers/promises";
import { type ChannelType, normaliseAddress } from "@dossier/api";
import type { Db, Statement, Tx } from "../../db/database.ts";
import { recognisedAddresses } from "../address.ts";
import { chunkBySize } from "../pagination.ts";
import { wordsOf } from "../search/normalise.ts";

/** The filter of a search. A filter that is not set lists all its values. */
export interface TicketFilter {
  brandIds: readonly number[];
  customerId: number | undefined;
  statuses: readonly string[];
  /** true: tickets without a customer; false: with one; empty: none */
  unlinked: readonly boolean[];
}

const maxCandidates = 10_001;
const maxWords = 8; // among which the rarest is chosen; titles are compared with all of them

const insertTerms: Statement = {
  name: "ticket_insert_terms",
  text: `INSERT INTO ticket_term (brand_id, type, term, ticket_id)
    SELECT $1, left(t.term, 1)::"char", substr(t.term, 2), t.ticket_id
      FROM unnest($2::bigint[], $3::text[]) AS t (ticket_id, term) ON CONFLICT DO NOTHING`,
};

const deleteWords: Statement = {
  name: "ticket_delete_words",
  text: "DELETE FROM ticket_term WHERE ticket_id = $1 AND type = 'w'",
};

interface IndexedTicket {
  id: number;
  title: string;
  type?: ChannelType;
  contact?: string | undefined;
  direction?: "inbound" | "outbound";
  from?: string;
  to?: string;
}

/** Indexes tickets of a brand by their current content. */
export async function addTicketTerms(tx: Tx, brandId: number, all: readonly IndexedTicket[]): Promise<void> {
  const terms = all.flatMap((one) => {
    const words = wordsOf(one.title).map((word) => `w${word}`);
    return [...words, ...addressTermsOf(one)].map((term) => ({ id: one.id, term }));
  });
  if (terms.length === 0) return;
  await tx.row(insertTerms, [brandId, terms.map(({ id }) => id), terms.map(({ term }) => term)]);
}

/** The contact's address as it is compared; for purges, the addresses recognised in the contact's and the other party's. */
function addressTermsOf({ type, contact, direction, from = "", to = "" }: IndexedTicket): string[] {
  const [theirs, others] = direction === "outbound" ? [to, from] : [from, to];
  // On a channel of names, or where the type cannot compare it, the text may still be an e-mail address or a number.
  const isRead = contact !== undefined && (type?.rule === "email" || type?.rule === "phone");
  const recognised = isRead ? [] : recognisedAddresses(theirs);
  return [
    ...(contact === undefined ? [] : [`a${contact}`]),
    ...recognised.map(({ normalised }) => `c${normalised}`),
    ...recognisedAddresses(others).map(({ normalised }) => `o${normalised}`),
  ];
}

/** Indexes a ticket by its new title. */
export async function updateTicketTerms(
  tx: Tx,
  { id, brandId, title }: { id: number; brandId: number; title: string },
): Promise<void> {
  await tx.row(deleteWords, [id]);
  await addTicketTerms(tx, brandId, [{ id, title }]);
}

// 'a' to 'b' is one word and those that begin with it: `term || U+10FFFF` ends the range.
const countByWord: Statement = {
  name: "ticket_count_by_word",
  text: `SELECT w.word, (SELECT count(*) FROM (
        SELECT FROM unnest($2::bigint[]) AS b (id) CROSS JOIN LATERAL (SELECT FROM ticket_term
          WHERE brand_id = b.id AND type = 'w' AND term >= w.word AND term < w.beyond LIMIT 1000) AS t LIMIT 1000) AS part) AS n
    FROM unnest($1::text[], $3::text[]) AS w (word, beyond)`,
};

const selectByWord: Statement = {
  name: "ticket_by_word",
  text: `SELECT t.ticket_id AS id FROM unnest($2::bigint[]) AS b (id) CROSS JOIN LATERAL (
      SELECT ticket_id FROM ticket_term WHERE brand_id = b.id AND type = 'w' AND term >= $1 AND term < $3
      ORDER BY term, ticket_id DESC LIMIT $4) AS t LIMIT $4`,
};

const selectByAddress: Statement = {
  name: "ticket_by_address",
  text: `SELECT t.ticket_id AS id FROM unnest($2::bigint[]) AS b (id) CROSS JOIN unnest($1::text[]) AS a (address)
      CROSS JOIN LATERAL (SELECT ticket_id FROM ticket_term
        WHERE brand_id = b.id AND type = 'a' AND term = a.address ORDER BY ticket_id DESC LIMIT $3) AS t LIMIT $3`,
};

const selectCandidates: Statement = {
  name: "ticket_select_candidates",
  text: `SELECT id, title FROM ticket WHERE id = ANY ($1::bigint[]) AND ($2::bigint IS NULL OR customer_id = $2)
    AND status = ANY ($3) AND (customer_id IS NULL) = ANY ($4::boolean[])`,
};

/** The ids of the matches, newest first; more than 10,000 if there are more. */
export async function searchTickets(db: Db, query: string, filter: TicketFilter): Promise<number[]> {
  const words = wordsOf(query);
  const [byName, byContact] = [await findByWords(db, words, filter), await findByAddress(db, query, filter)];
  const ids = new Set([...byName, ...byContact]);
  if (ids.size === 0) return [];
  const contacts = new Set(byContact);
  const found: number[] = [];
  let letters = 0;
  for (const some of chunkBySize([...ids]))
    for (const { id, title } of await readCandidates(db, some, filter)) {
      if (contacts.has(id) || (words.length > 0 && matchesAllWords(title, words))) found.push(id);
      letters += title.length;
      if (letters < lettersPerTurn) continue;
      letters = 0;
      await turn();
    }
  return found.sort((a, b) => b - a);
}

/** How many characters of titles are compared in one turn of the event loop. */
const lettersPerTurn = 16 * 1024;

function readCandidates(db: Db, ids: number[], { customerId, statuses, unlinked }: TicketFilter) {
  return db.rows<{ id: number; title: string }>(selectCandidates, [
    ids,
    customerId ?? null,
    statuses,
    unlinked,
  ]);
}

function matchesAllWords(title: string, words: readonly string[]): boolean {
  const there = wordsOf(title);
  return words.every((word) => there.some((one) => one.startsWith(word)));
}

const prefixEnd = (word: string) => `${word}\u{10FFFF}`;

async function findByWords(db: Db, words: readonly string[], { brandIds }: TicketFilter): Promise<number[]> {
  if (words.length === 0) return [];
  const some = words.slice(0, maxWords);
  const found = await db.rows<{ word: string; n: number }>(countByWord, [
    some,
    brandIds,
    some.map(prefixEnd),
  ]);
  found.sort((a, b) => a.n - b.n || b.word.length - a.word.length);
  const [rarest] = found;
  if (!rarest || rarest.n === 0) return [];
  const rows = await db.rows<{ id: number }>(selectByWord, [
    rarest.word,
    brandIds,
    prefixEnd(rarest.word),
    maxCandidates,
  ]);
  return rows.map(({ id }) => id);
}

async function findByAddress(db: Db, query: string, { brandIds }: TicketFilter): Promise<number[]> {
  const addresses = new Set(
    (["email", "phone", "twitter", "facebook", "plain"] as const).flatMap((rule) => {
      const read = normaliseAddress(rule, query);
      return "fault" in read ? [] : [read.normalised];
    }),
  );
  if (addresses.size === 0) return [];
  const rows = await db.rows<{ id: number }>(selectByAddress, [[...addresses], brandIds, maxCandidates]);
  return rows.map(({ id }) => id);
}
