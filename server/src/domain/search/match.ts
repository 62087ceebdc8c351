/**
 * Matches of a search: how the words of a query are like a customer that it found. Decided from the customer as it is
 * shown, so a page needs no further statement. Invariant: a customer that was found has a match; what the query equals,
 * begins or is a part of is the same spelling or a beginning, and every other customer was found by another spelling.
 */
import type { RawCustomer } from "@dossier/api";
import { normaliseText, squeeze, truncateTerm, wordsOf } from "./normalise.ts";
import { type Query, rankName, rankNameWithTypos, rankWords } from "./query.ts";

type CustomerMatch = NonNullable<RawCustomer["match"]>;

/** What a customer is found by, as it is shown. */
export interface FoundCustomer {
  /** the names that are searched, field by field */
  names: readonly string[];
  primaryId: string;
  addresses: readonly string[];
}

/** How a query is like a customer that it found: the best of its fields, of equal ones the name, then the primary id. */
export function matchOf(query: Query, { names, primaryId, addresses }: FoundCustomer): CustomerMatch {
  const ofName = rankWords(query.words, wordsOf(names.join(" ")), false);
  if (ofName === 0 && query.words.length > 0) return { class: "same", field: "name" };
  const ofId = classOfText(query, primaryId);
  if (ofId === "same") return { class: "same", field: "primary_id" };
  const ofAddresses = addresses.map((address) => classOfAddress(query, address));
  if (ofAddresses.includes("same")) return { class: "same", field: "channel" };
  if (ofName === 1) return { class: "prefix", field: "name" };
  if (ofId) return { class: "prefix", field: "primary_id" };
  if (ofAddresses.includes("prefix")) return { class: "prefix", field: "channel" };
  const isName =
    addresses.length === 0 || (rankName(query, names) ?? rankNameWithTypos(query, names)) !== undefined;
  return { class: "similar", field: isName ? "name" : "channel" };
}

type Literal = "same" | "prefix" | undefined;

/** Of a text of letters and digits, whose signs do not count: it is the query, or the query is a part of it. */
function classOfText({ whole, words }: Query, text: string): Literal {
  const squeezed = text === "" ? "" : truncateTerm(squeeze(normaliseText(text)));
  if (squeezed === "" || whole === "") return undefined;
  if (squeezed === whole) return "same";
  const hasWords = words.length > 0 && rankWords(words, wordsOf(text), false) !== undefined;
  return hasWords || squeezed.includes(whole) ? "prefix" : undefined;
}

function classOfAddress(query: Query, address: string): Literal {
  const { digits, email, address: typed } = query;
  const lower = address.toLowerCase();
  if (email !== undefined && lower === email) return "same";
  if (digits !== undefined && /^\+[0-9]+$/.test(address)) {
    const number = address.slice(1);
    if (number === digits) return "same";
    if (number.includes(digits)) return "prefix";
  }
  return typed !== "" && lower.includes(typed)
    ? (classOfText(query, address) ?? "prefix")
    : classOfText(query, address);
}
