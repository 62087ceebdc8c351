/**
 * Rows of each table for one customer of the world, as the server writes them; where that is not trivial (search terms)
 * the server's own functions compute them.
 */
import { wordsOf } from "../../server/src/domain/search/normalise.ts";
import { termsOf } from "../../server/src/domain/search/terms.ts";
import { eventsOf, eventTypes, hasTicket, moment, type Person, type World } from "./world.ts";

/** A value of a row; null means none. */
export type Cell = string | number | null;

/** How one table is filled. */
export interface TableRows {
  table: string;
  columns: string;
  /** rows of one customer */
  rows(world: World, one: Person): Iterable<Cell[]>;
}

/** A channel: the id of its type, the type's name, its rule, the address. */
interface Channel {
  type: number;
  name: "email" | "telephone" | "livechat";
  rule: "email" | "phone" | "plain";
  address: string;
}

/** A customer's channels, in the order in which they are added. */
export function channelsOf({ email, telephone, chat }: Person): Channel[] {
  const phone: Channel[] = telephone
    ? [{ type: 2, name: "telephone", rule: "phone", address: telephone }]
    : [];
  const live: Channel[] = chat ? [{ type: 8, name: "livechat", rule: "plain", address: chat }] : [];
  return [{ type: 1, name: "email", rule: "email", address: email }, ...phone, ...live];
}

/** The search terms of a customer. */
export function searchTerms(one: Person): ReadonlySet<string> {
  const channels = channelsOf(one).map(({ rule, address }) => ({ rule, normalised: address }));
  return termsOf({ ...one, channels });
}

/** The time of writing of all rows: one moment, because everything is imported at once. */
const written = "2026-01-01T00:00:00+00:00";

const titles = [
  "Where is my parcel",
  "Invoice question",
  "Change of address",
  "Broken on arrival",
  "Login fails",
];
const statuses = ["new", "open", "pending", "solved", "closed"];

/** A customer's n-th event. */
export function eventOf(world: World, at: number, n: number) {
  const type = eventTypes[n % eventTypes.length] as string;
  return { type, message: `${type} ${at}-${n}: done`, by: "shop", at: moment(world, at, n) };
}

/** A customer's ticket, if there is one, with its messages. */
export function ticketOf(world: World, one: Person) {
  if (!hasTicket(one.at)) return undefined;
  const id = one.at / 3;
  const title = titles[id % titles.length] as string;
  const status = statuses[id % statuses.length] as string;
  const text = `${title}? I have been waiting for an answer.`;
  const name = `${one.firstname} ${one.lastname}`;
  return { id, title, status, text, name, at: moment(world, one.at, 5000) };
}

export const tables: TableRows[] = [
  {
    table: "customer",
    columns: "id, brand_id, primary_id, firstname, lastname, provenance, created_at, updated_at",
    *rows(_, { at, primaryId, firstname, lastname }) {
      const origin = `["api",0,"${written}"]`;
      const provenance = `{"external_primary_id":${origin},"firstname":${origin},"lastname":${origin}}`;
      yield [at, 1, primaryId, firstname, lastname, provenance, written, written];
    },
  },
  {
    table: "customer_channel",
    columns: "customer_id, brand_id, channel_type_id, address, normalised, source, key_id, created_at",
    *rows(_, one) {
      for (const { type, address } of channelsOf(one))
        yield [one.at, 1, type, address, address, "api", 0, written];
    },
  },
  {
    table: "search_term",
    columns: "brand_id, type, term, customer_id",
    *rows(_, one) {
      for (const term of searchTerms(one)) yield [1, term.slice(0, 1), term.slice(1), one.at];
    },
  },
  {
    table: "event",
    columns: "customer_id, type, message, initiated_by, occurred_at, key_id",
    *rows(world, { at }) {
      const count = eventsOf(world, at);
      for (let n = 0; n < count; n += 1) {
        const event = eventOf(world, at, n);
        yield [at, event.type, event.message, event.by, event.at, 0];
      }
    },
  },
  {
    table: "ticket",
    columns:
      "id, brand_id, channel_type_id, direction, from_address, from_name, contact, title, status, customer_id, created_at, last_update, closed_at",
    *rows(world, one) {
      const found = ticketOf(world, one);
      if (!found) return;
      const { id, name, title, status, at } = found;
      const closed = status === "closed" ? at : null;
      yield [id, 1, 1, "inbound", one.email, name, one.email, title, status, one.at, at, at, closed];
    },
  },
  {
    table: "ticket_term",
    columns: "brand_id, type, term, ticket_id",
    *rows(world, one) {
      const found = ticketOf(world, one);
      if (!found) return;
      yield [1, "a", one.email, found.id];
      for (const word of wordsOf(found.title)) yield [1, "w", word, found.id];
    },
  },
  {
    table: "message",
    columns:
      "ticket_id, customer_id, type, channel_type_id, direction, author, from_address, content, created_at",
    *rows(world, one) {
      const found = ticketOf(world, one);
      if (!found) return;
      yield [found.id, one.at, "message", 1, "inbound", found.name, one.email, found.text, found.at];
    },
  },
  {
    table: "audit_entry",
    columns: "at, key_id, operation, entity, subject_id, brand_id, fields, outcome",
    *rows(world, one) {
      const fields = "{external_primary_id,firstname,lastname,channels}";
      yield [written, 0, "customer.create", "customer", one.at, 1, fields, "created"];
      const found = ticketOf(world, one);
      if (found) yield [written, 0, "ticket.create", "ticket", found.id, 1, "{}", "created"];
    },
  },
];
