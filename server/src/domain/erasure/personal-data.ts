/**
 * Register of personal data: every column of the database that can hold words is either in `personalDataLocations`,
 * with the statement that erases it, or in `nonPersonalColumns`, with the reason why it is not personal. A test
 * compares both with the database, so a new column cannot be forgotten. A purge runs the statements of
 * `personalDataLocations` in order.
 */
import type { Statement } from "../../db/database.ts";
import { brandSettings } from "../brand/setting-table.ts";
import { primaryIdType } from "../customer/former.ts";
import { customerFields } from "../customer-fields.ts";
import {
  deleteFormerLinks,
  deleteInitiators,
  deleteRecipients,
  eraseParties,
  eraseTickets,
} from "./ticket-statements.ts";

/** What a receipt counts. */
export const receiptKinds = [
  "customers",
  "channels",
  "custom_values",
  "events",
  "tickets",
  "messages",
  "answers",
] as const;

/** How many of each kind a purge erased. */
export type ReceiptCounts = Record<(typeof receiptKinds)[number], number>;

/** The subject of a purge, in the form of the parameters of its statements. */
export interface PurgeParams {
  brandId: number;
  /** the customers */
  ids: readonly number[];
  /** how many rows a statement may examine */
  chunkSize: number;
  /** every address they have or had, in every type of its rule: channel types and normalised addresses */
  allTypes: readonly number[];
  allAddresses: readonly string[];
  /** addresses whose tickets are theirs while no customer has them: channel types and normalised addresses */
  waitingTypes: readonly number[];
  waitingAddresses: readonly string[];
  /** addresses whose tickets are theirs, whatever their link */
  ownTypes: readonly number[];
  ownAddresses: readonly string[];
  /** addresses that are theirs in the records of others */
  recordTypes: readonly number[];
  recordAddresses: readonly string[];
  /** the e-mail addresses and telephone numbers that only they have, recognised in texts of any channel */
  ownRecognised: readonly string[];
}

/**
 * A statement that erases a chunk and returns how many rows of each kind it erased; where there can be many it also
 * returns how many it examined, and is repeated until there are none. `params` names its $1, $2, … in order.
 */
interface Erasure {
  statement: Statement;
  params: readonly (keyof PurgeParams)[];
}

type PersonalDataLocation = { columns: Record<string, readonly string[]> } & (
  | (Erasure & { erasedBy?: undefined })
  // what erases it, where no statement does
  | { erasedBy: string; statement?: undefined }
);

// Tickets of others may name them as a candidate that a CRM knows by the same address; also by a former primary id.
const deleteCandidates: Statement = {
  name: "erase_candidates",
  text: `WITH theirs AS (
      SELECT primary_id FROM customer WHERE id = ANY ($1)
      UNION SELECT primary_id FROM deleted_customer WHERE id = ANY ($1)
      UNION SELECT f.value FROM former_identifier f WHERE f.customer_id = ANY ($1) AND f.channel_type_id = ${primaryIdType} AND NOT EXISTS (
        SELECT FROM customer c WHERE c.brand_id = $3 AND c.primary_id = f.value)),
    gone AS (
      DELETE FROM ticket_crm_candidate t USING (
        SELECT c.ticket_id, c.position FROM theirs CROSS JOIN LATERAL (
          SELECT ticket_id, position FROM ticket_crm_candidate
            WHERE brand_id = $3 AND primary_id = theirs.primary_id LIMIT $2) AS c LIMIT $2) AS portion
      WHERE t.ticket_id = portion.ticket_id AND t.position = portion.position RETURNING t.ticket_id)
    SELECT count(*) AS looked_at, count(*) AS candidates FROM gone`,
};

const deleteFormer: Statement = {
  name: "erase_former_identifiers",
  text: "DELETE FROM former_identifier WHERE customer_id = ANY ($1)",
};

const deleteEvents: Statement = {
  name: "erase_events",
  text: `WITH gone AS (
      DELETE FROM event WHERE id = ANY (ARRAY(
        SELECT id FROM event WHERE customer_id = ANY ($1) ORDER BY customer_id, occurred_at, id LIMIT 10 * $2)) RETURNING id)
    SELECT count(*) AS looked_at, count(*) AS events FROM gone`,
};

const deleteTimelineCounts: Statement = {
  name: "erase_timeline_counts",
  text: "DELETE FROM timeline_count WHERE customer_id = ANY ($1)",
};

// Deleting the row deletes the channels and custom values too; they are counted before.
const deleteCustomers = (name: string, prefix: "" | "deleted_"): Statement => ({
  name,
  text: `WITH channels AS (SELECT count(*) AS n FROM ${prefix}customer_channel WHERE customer_id = ANY ($1)),
    customs AS (SELECT count(*) AS n FROM ${prefix}customer_custom_value WHERE customer_id = ANY ($1)),
    gone AS (DELETE FROM ${prefix}customer WHERE id = ANY ($1) RETURNING id)
    SELECT (SELECT count(*) FROM gone) AS customers, (SELECT n FROM channels) AS channels,
      (SELECT n FROM customs) AS custom_values`,
});

// The call's key hash stays for its 24 hours: repeating the call would restore the erased person, so it is rejected.
const eraseResponses: Statement = {
  name: "erase_responses",
  text: `WITH portion AS (
      SELECT key_id, operation, key_hash FROM idempotency_key WHERE customer_ids <> '{}' AND customer_ids && $1::bigint[] LIMIT $2),
    emptied AS (
      UPDATE idempotency_key i SET response = NULL, fingerprint = '', customer_ids = '{}', erased = true FROM portion p
        WHERE i.key_id = p.key_id AND i.operation = p.operation AND i.key_hash = p.key_hash RETURNING i.operation)
    SELECT count(*) AS looked_at, count(*) AS answers FROM emptied`,
};

const ownColumns = customerFields.map(({ column }) => column);

/** Every location of personal data, in the order in which a purge erases them. */
export const personalDataLocations: readonly PersonalDataLocation[] = [
  {
    columns: {
      ticket: ["from_address", "from_name", "to_address", "contact", "title"],
      message: ["author", "from_address", "to_address", "content"],
      ticket_term: ["type", "term"],
    },
    statement: eraseTickets,
    params: [
      "ids",
      "chunkSize",
      "brandId",
      "waitingTypes",
      "waitingAddresses",
      "ownTypes",
      "ownAddresses",
      "allTypes",
      "allAddresses",
      "ownRecognised",
    ],
  },
  { columns: {}, statement: deleteFormerLinks, params: ["ids"] },
  { columns: {}, statement: eraseParties, params: ["brandId", "ownRecognised", "chunkSize"] },
  {
    columns: { message_recipient: ["normalised"] },
    statement: deleteRecipients,
    params: ["brandId", "recordTypes", "recordAddresses", "chunkSize"],
  },
  {
    columns: { event_initiator: ["normalised"] },
    statement: deleteInitiators,
    params: ["brandId", "recordTypes", "recordAddresses", "chunkSize"],
  },
  {
    columns: { ticket_crm_candidate: ["primary_id"] },
    statement: deleteCandidates,
    params: ["ids", "chunkSize", "brandId"],
  },
  { columns: { former_identifier: ["value"] }, statement: deleteFormer, params: ["ids"] },
  {
    columns: { event: ["type", "message", "initiated_by", "source_url", "event_id", "source_ref"] },
    statement: deleteEvents,
    params: ["ids", "chunkSize"],
  },
  { columns: { timeline_count: ["item_type"] }, statement: deleteTimelineCounts, params: ["ids"] },
  {
    columns: {
      customer: [...ownColumns, "provenance"],
      customer_channel: ["address", "normalised", "source"],
      customer_custom_value: ["value", "source"],
    },
    statement: deleteCustomers("erase_customers", ""),
    params: ["ids"],
  },
  {
    columns: {
      deleted_customer: [...ownColumns, "provenance"],
      deleted_customer_channel: ["address", "normalised", "source"],
      deleted_customer_custom_value: ["value", "source"],
    },
    statement: deleteCustomers("erase_deleted_customers", "deleted_"),
    params: ["ids"],
  },
  {
    columns: { idempotency_key: ["operation", "key_hash", "fingerprint", "response"] },
    statement: eraseResponses,
    params: ["ids", "chunkSize"],
  },
  {
    columns: { search_term: ["type", "term"] },
    erasedBy: "removeTerms, with the names and addresses as they stand",
  },
  {
    columns: { search_word: ["word"], search_deletion_variant: ["variant", "word"], former_word: ["word"] },
    erasedBy:
      "pruneDictionary, after the commit: what they are or were called, and no other customer of the brand is",
  },
];

/** Columns that can hold words but no personal data, and why. */
export const nonPersonalColumns: Record<string, Record<string, string>> = {
  api_key: {
    name: "what an operator calls a program, or a member of staff, not a customer",
    kind: "closed words",
    prefix: "the beginning of a random text",
    hash: "of a random text",
    permissions: "closed words",
  },
  audit_entry: {
    operation: "closed words",
    entity: "closed words",
    fields: "names of fields",
    outcome: "closed words",
    client_user: "the account of a member of staff, not a customer; retention empties it after a year",
  },
  brand: {
    crm_headers: "what an operator's server asks for",
    ...Object.fromEntries(brandSettings.flatMap(({ column, words }) => (words ? [[column, words]] : []))),
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
  message: { type: "closed words", direction: "closed words" },
  purge_receipt: { counts: "numbers" },
  row_count: { table_name: "names of tables" },
  schema_migration: { name: "of a file", hash: "of a file" },
  session: { id: "a random number" },
  start_link: { hash: "of a random text" },
  secret_use: { name: "derived from a secret" },
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
    previous_secret: "the same",
    disabled_reason: "closed words",
  },
  webhook_delivery: {
    event_id: "a random number",
    event: "closed words",
    payload: "ids, closed words and names of fields",
    state: "closed words",
  },
};
