/**
 * Customers as the wire shows them, read by bytes. One statement reads the small customers of all calls of a batch, and
 * the sizes of the large ones; those are read in chunks, each when its turn to be sent comes. A customer beyond the
 * limits (stored before there were any, or written by SQL) is truncated to them, and `truncated` names what is left
 * out: no customer's size makes a page fail.
 */
import type { RawCustomer as Customer } from "@dossier/api";
import type { Db, Statement } from "../../db/database.ts";
import { type Caller, type RequestContext, brandScope } from "../context.ts";
import { maxChannels } from "./size.ts";
import { type CustomField, maxCustomBytes, showCustomValue } from "../custom-field/custom-field.ts";
import { addWireTexts, type WireTexts, wireTextColumns } from "../customer-fields.ts";
import { type Streamed, chunkBySize, readChunks } from "../pagination.ts";
import type { BatchSpec } from "../batcher.ts";

interface CustomerRow extends WireTexts {
  id: number;
  external_primary_id: string;
  brand_id: number;
  brand_name: string;
  version: number;
  created_at: Date;
  updated_at: Date;
  channels: Customer["channels"];
  custom: (Pick<CustomField, "name" | "type"> & { value: string })[];
}

/**
 * A row of the first statement: where the custom values are larger than it takes, their size in bytes replaces them.
 */
type FirstRow = Omit<CustomerRow, "custom"> & { custom: CustomerRow["custom"] | number };

/** A row of a large customer, with the names of custom values beyond the limit. */
type LargeRow = CustomerRow & { beyond: string[] | null };

const customers = (channels: string, custom: string, more = "") => `
    SELECT c.id, coalesce(c.primary_id, '') AS external_primary_id, c.brand_id, b.name AS brand_name,
      ${wireTextColumns("c.")}, c.version, c.created_at, c.updated_at,
      (SELECT coalesce(json_agg(json_build_object('id', h.id, 'channel_id', t.number, 'channel_name', t.name,
          'address', h.address) ORDER BY h.id), '[]')
        FROM (SELECT id, channel_type_id, address FROM customer_channel WHERE customer_id = c.id ${channels}) AS h
          JOIN channel_type t ON t.id = h.channel_type_id) AS channels,
      ${custom}
    FROM customer c JOIN brand b ON b.id = c.brand_id${more}
    WHERE c.id = ANY ($1::bigint[]) AND ($2::bigint[] IS NULL OR c.brand_id = ANY ($2))`;

const customValueJson = (value: string) =>
  `json_build_object('name', f.name, 'type', f.type, 'value', ${value})`;

// $3 bytes of values and $4 channels are the limits of a customer. The length of a long value is known without fetching
// it from its storage; it is fetched only if it is short, and sent only if all of them are.
const customersByIds: Statement = {
  name: "customers_by_ids",
  text: customers(
    "LIMIT $4",
    `(SELECT CASE WHEN coalesce(sum(octet_length(v.value) + octet_length(f.name)), 0) <= $3
          THEN coalesce(json_agg(${customValueJson("CASE WHEN octet_length(v.value) <= $3 THEN v.value END")} ORDER BY f.id), '[]')
          ELSE to_json(sum(octet_length(v.value) + octet_length(f.name))) END
        FROM customer_custom_value v JOIN custom_field f ON f.id = v.field_id WHERE v.customer_id = c.id) AS custom`,
  ),
};

// Of a large customer as much as the limits allow, in the order of the fields.
const largeByIds: Statement = {
  name: "customers_large_by_ids",
  text: customers(
    `ORDER BY id + 0 LIMIT ${maxChannels + 1}`,
    "v.custom, v.beyond",
    ` CROSS JOIN LATERAL (
        SELECT coalesce(json_agg(${customValueJson("f.value")} ORDER BY f.id) FILTER (WHERE f.bytes <= ${maxCustomBytes}), '[]')
              AS custom,
            array_agg(f.name ORDER BY f.id) FILTER (WHERE f.bytes > ${maxCustomBytes}) AS beyond
          FROM (SELECT f.id, f.name, f.type, v.value,
                sum(octet_length(v.value)) OVER (ORDER BY v.field_id ROWS UNBOUNDED PRECEDING) AS bytes
              FROM customer_custom_value v JOIN custom_field f ON f.id = v.field_id WHERE v.customer_id = c.id) AS f) AS v`,
  ),
};

/** The limits of the first statement: for all customers, and for each. */
const totalBytes = 1024 * 1024;
const totalChannels = 4096;
const maxPerCustomer = { bytes: 8192, channels: 100 };
const minChannels = 8;

function limitPerCustomer(count: number): typeof maxPerCustomer {
  const bytes = Math.floor(totalBytes / count);
  const channels = Math.max(minChannels, Math.floor(totalChannels / count));
  return {
    bytes: Math.min(maxPerCustomer.bytes, bytes),
    channels: Math.min(maxPerCustomer.channels, channels),
  };
}

/** The approximate size of a channel on the wire. */
const channelBytes = 128;

/** A customer of a page: complete, or its approximate size. */
interface PageItem {
  id: number;
  bytes: number;
  shown?: Customer;
}

function pageItemOf(row: FirstRow, limit: typeof maxPerCustomer): PageItem {
  const { id, channels, custom } = row;
  const hasAll = channels.length <= limit.channels;
  if (hasAll && typeof custom !== "number") return { id, bytes: 0, shown: toWireCustomer(row, custom) };
  const values = typeof custom === "number" ? Math.min(custom, maxCustomBytes) : 0;
  return { id, bytes: values + channelBytes * (hasAll ? channels.length : maxChannels) };
}

/** Reads with the same brands in one turn of the event loop are one statement. */
const readBatch: BatchSpec<{ caller: Caller; ids: readonly number[] }, PageItem[]> = {
  name: "customer.read",
  maxSize: 32,
  concurrency: 3,
  async run(db, all) {
    const [first] = all;
    if (!first) return [];
    const wanted = [...new Set(all.flatMap(({ ids }) => ids))];
    const limit = limitPerCustomer(wanted.length);
    const values = [wanted, brandScope(first.caller), limit.bytes, limit.channels + 1];
    const rows = await db.rows<FirstRow>(customersByIds, values);
    const byId = new Map(rows.map((row) => [row.id, pageItemOf(row, limit)]));
    return all.map(({ ids }) => ids.flatMap((id) => byId.get(id) ?? []));
  },
};

const isShown = (part: PageItem): part is Required<PageItem> => part.shown !== undefined;

/** Customers in the order of the ids: all of them, or those of the first chunk and how the others are read. */
export async function readCustomers(
  ctx: RequestContext,
  ids: readonly number[],
): Promise<{ items: Customer[] } & Streamed<Customer>> {
  if (ids.length === 0) return { items: [] };
  const { db, batcher, caller } = ctx;
  const parts = await batcher.run(db, readBatch, brandScope(caller)?.join() ?? "all", { caller, ids });
  if (parts.every(isShown)) return { items: parts.map(({ shown }) => shown) };
  const read = (some: readonly PageItem[]) => readLarge(db, caller, some);
  const [first = [], ...others] = chunkBySize(parts, ({ bytes }) => bytes);
  const items = await read(first);
  return { items, ...(others.length > 0 && { rest: readChunks(ctx, others, read) }) };
}

/** The customers of a chunk, without those deleted since the page was read. */
async function readLarge(db: Db, caller: Caller, parts: readonly PageItem[]): Promise<Customer[]> {
  const ids = parts.flatMap(({ id, shown }) => (shown ? [] : [id]));
  const rows = ids.length === 0 ? [] : await db.rows<LargeRow>(largeByIds, [ids, brandScope(caller)]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return parts.flatMap(({ id, shown }) => {
    const row = byId.get(id);
    return shown ?? (row ? toTruncatedCustomer(row) : []);
  });
}

/** Field by field: copies of whole rows cost more than everything else. */
function toWireCustomer(row: Omit<CustomerRow, "custom">, custom: CustomerRow["custom"]): Customer {
  const shown = {
    id: row.id,
    external_primary_id: row.external_primary_id,
    brand_id: row.brand_id,
    brand_name: row.brand_name,
    version: row.version,
    channels: row.channels,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  } as Customer;
  addWireTexts(shown, row);
  for (const { name, type, value } of custom) shown[`custom_${name}`] = showCustomValue(type, value);
  return shown;
}

/** Truncated to the limits of a customer; `truncated` names what is left out. */
function toTruncatedCustomer({ beyond, channels, ...row }: LargeRow): Customer {
  const cut = channels.length > maxChannels ? ["channels"] : [];
  const truncated = [...cut, ...(beyond ?? []).map((name) => `custom_${name}`)];
  const shown = toWireCustomer({ ...row, channels: channels.slice(0, maxChannels) }, row.custom);
  return truncated.length > 0 ? { ...shown, truncated } : shown;
}
