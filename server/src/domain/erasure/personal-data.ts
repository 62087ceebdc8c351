/**
 * Where personal data can be, and how it goes. Every column of the database that can hold words stands either among
 * `places`, with the statement that takes them away, or in `impersonal`, with the reason why they are nobody's; a test
 * compares both with the database, so a new column must be thought about. A purge does what `places` says, in order.
 */
import type { Statement } from "../../db/database.ts";

/** What a receipt counts. */
export const counted = [
  "customers",
  "channels",
  "custom_values",
  "events",
  "tickets",
  "messages",
  "answers",
] as const;

/** How many of each kind a purge erased. */
export type Counts = Record<(typeof counted)[number], number>;

/**
 * A statement that erases a portion and answers how many rows of each kind it erased; where there can be many it also
 * answers how many it looked at, and is repeated until there are none. $1 are the customers, $2 the size of a portion; the tickets' also takes their addresses: $3 brand, $4 types,
 * $5 normalised.
 */
interface Place {
  columns: Record<string, readonly string[]>;
  statement?: Statement;
  /** where no statement does it: what does */
  by?: string;
}

const emptyTickets: Statement = {
  name: "erase_tickets",
  text: `WITH portion AS (
      SELECT id FROM (
        (SELECT id FROM ticket WHERE customer_id = ANY ($1) LIMIT $2)
        UNION (SELECT id FROM ticket WHERE former_customer_id = ANY ($1) LIMIT $2)
        UNION (SELECT t.id FROM unnest($4::bigint[], $5::text[]) AS a (type_id, normalised)
          CROSS JOIN LATERAL (SELECT id FROM ticket
            WHERE brand_id = $3 AND type_id = a.type_id AND contact = a.normalised AND customer_id IS NULL
            ORDER BY id LIMIT $2) AS t)) AS theirs
      ORDER BY id LIMIT $2),
    emptied AS (
      UPDATE ticket SET customer_id = NULL, former_customer_id = NULL, contact = NULL,
          from_address = '', from_name = '', to_address = '', title = '', crm_conflict = NULL, crm_candidates = NULL
        WHERE id = ANY (ARRAY(SELECT id FROM portion))
          AND (customer_id IS NULL OR customer_id = ANY ($1)) -- else somebody else has got it meanwhile
        RETURNING id),
    said AS (
      UPDATE message SET author = '', from_address = '', to_address = '', content = ''
        WHERE ticket_id = ANY (ARRAY(SELECT id FROM emptied)) RETURNING id),
    words AS (DELETE FROM ticket_term WHERE ticket_id = ANY (ARRAY(SELECT id FROM emptied))),
    candidates AS (DELETE FROM ticket_candidate WHERE ticket_id = ANY (ARRAY(SELECT id FROM emptied)))
    SELECT (SELECT count(*) FROM portion) AS looked_at,
      (SELECT count(*) FROM emptied) AS tickets, (SELECT count(*) FROM said) AS messages`,
};

// Tickets of others may name them as somebody whom a CRM knows by the same address.
const deleteCandidates: Statement = {
  name: "erase_candidates",
  text: `WITH gone AS (
      DELETE FROM ticket_candidate t USING (
        SELECT brand_id, primary_id FROM customer WHERE id = ANY ($1)
        UNION SELECT brand_id, primary_id FROM deleted_customer WHERE id = ANY ($1)) AS theirs
      WHERE t.brand_id = theirs.brand_id AND t.primary_id = theirs.primary_id AND $2 > 0 RETURNING t.ticket_id)
    SELECT count(*) AS candidates FROM gone`,
};

const deleteEvents: Statement = {
  name: "erase_events",
  text: `WITH gone AS (
      DELETE FROM event WHERE id = ANY (ARRAY(SELECT id FROM event WHERE customer_id = ANY ($1) LIMIT 10 * $2)) RETURNING id)
    SELECT count(*) AS looked_at, count(*) AS events FROM gone`,
};

const deleteTimelineCounts: Statement = {
  name: "erase_timeline_counts",
  text: "DELETE FROM timeline_count WHERE customer_id = ANY ($1) AND $2 > 0",
};

// The row's going takes the channels and custom values along; they are counted before.
const deleteLive: Statement = {
  name: "erase_customers",
  text: `WITH channels AS (SELECT count(*) AS n FROM customer_channel WHERE customer_id = ANY ($1)),
    customs AS (SELECT count(*) AS n FROM custom_value WHERE customer_id = ANY ($1)),
    gone AS (DELETE FROM customer WHERE id = ANY ($1) AND $2 > 0 RETURNING id)
    SELECT (SELECT count(*) FROM gone) AS customers, (SELECT n FROM channels) AS channels,
      (SELECT n FROM customs) AS custom_values`,
};

const deleteDeleted: Statement = {
  name: "erase_deleted_customers",
  text: deleteLive.text
    .replace("customer_channel", "deleted_channel")
    .replace("custom_value WHERE", "deleted_value WHERE")
    .replace("DELETE FROM customer ", "DELETE FROM deleted_customer "),
};

const deleteAnswers: Statement = {
  name: "erase_answers",
  text: `WITH gone AS (DELETE FROM idempotency WHERE customer_ids <> '{}' AND customer_ids && $1::bigint[] AND $2 > 0
      RETURNING operation)
    SELECT count(*) AS answers FROM gone`,
};

/** Every place of personal data, in the order in which a purge empties them. */
export const places: readonly Place[] = [
  {
    columns: {
      ticket: ["from_address", "from_name", "to_address", "contact", "title"],
      message: ["author", "from_address", "to_address", "content"],
      ticket_term: ["kind", "term"],
    },
    statement: emptyTickets,
  },
  { columns: { ticket_candidate: ["primary_id"] }, statement: deleteCandidates },
  {
    columns: { event: ["type", "message", "initiated_by", "source_url", "event_id"] },
    statement: deleteEvents,
  },
  { columns: { timeline_count: ["kind"] }, statement: deleteTimelineCounts },
  {
    columns: {
      customer: ["primary_id", "firstname", "lastname", "provenance"],
      customer_channel: ["address", "normalised", "source"],
      custom_value: ["value", "source"],
    },
    statement: deleteLive,
  },
  {
    columns: {
      deleted_customer: ["primary_id", "firstname", "lastname", "provenance"],
      deleted_channel: ["address", "normalised", "source"],
      deleted_value: ["value", "source"],
    },
    statement: deleteDeleted,
  },
  { columns: { idempotency: ["operation", "token", "fingerprint", "answer"] }, statement: deleteAnswers },
  {
    columns: { search_term: ["kind", "term"] },
    by: "removeTerms, with the names and addresses as they stand",
  },
  {
    columns: { search_word: ["word"], search_variant: ["variant", "word"], former_word: ["word"] },
    by: "forgetWords, last: what they are or were called, and no other customer of the brand is",
  },
];

/** Columns that can hold words and hold nobody's, and why. */
export const impersonal: Record<string, Record<string, string>> = {
  api_key: {
    name: "what an operator calls a program",
    prefix: "the beginning of a random text",
    hash: "of a random text",
    permissions: "closed words",
  },
  audit: {
    operation: "closed words",
    kind: "closed words",
    fields: "names of fields",
    outcome: "closed words",
  },
  brand: {
    name: "what an operator calls a brand",
    default_country: "a code",
    custom_fields: "closed words",
    taken_address: "closed words",
    placeholder_ids: "closed words",
    crm_lookup_url: "of a server",
    crm_headers: "what an operator's server asks for",
    crm_header_names: "the same",
    crm_field_map: "names of fields",
  },
  channel_type: {
    name: "what an operator calls a channel",
    name_key: "the same",
    icon: "of a picture",
    rule: "closed words",
  },
  custom_field: {
    name: "what is asked of every customer",
    name_key: "the same",
    label: "the same",
    type: "closed words",
    options: "what any customer may be",
  },
  job: { kind: "closed words", lane: "ids", state: "closed words", last_error: "closed words" },
  job_lane: { kind: "closed words", lane: "ids" },
  message: { kind: "closed words", direction: "closed words" },
  purge_receipt: { counts: "numbers" },
  row_count: { kind: "names of tables" },
  schema_migration: { name: "of a file", hash: "of a file" },
  ticket: {
    direction: "closed words",
    status: "closed words",
    priority: "closed words",
    crm_conflict: "a code",
  },
  webhook: {
    name: "what an operator calls a receiver",
    url: "of an operator's program",
    events: "closed words",
    secret: "of a random text",
    former_secret: "the same",
    off_reason: "closed words",
  },
  webhook_delivery: {
    event_id: "a random number",
    event: "closed words",
    payload: "ids, closed words and names of fields",
    state: "closed words",
  },
};
