/** The shape of a customer in responses. */
import * as z from "zod";
import { channelShape } from "./channel.ts";
import { customerFields, shownTexts } from "./customer-fields.ts";
import type { RawCustomer } from "../client/generated/raw/customer/records.ts";

const ownNames = customerFields.map(({ wire }) => `\`${wire}\``);

const provenance = z.object({
  field: z.string().describe(`${ownNames.join(", ")}, \`custom_…\` or \`channels\``),
  channel: z.number().int().optional().describe("Which of the channels, by its `id`"),
  source: z.enum(["api", "agent", "crm", "import"]),
  key_id: z.number().int().nullable().describe("The key that set it; 0 is the administrator, null: no key"),
  key_name: z
    .string()
    .nullable()
    .describe("That key's name, also once it is revoked; null: no key, or the key that asks does not see it"),
  at: z.string().describe("When it was set"),
  last_seen_at: z
    .string()
    .nullable()
    .optional()
    .describe(
      "Of a channel: when the customer last wrote or called by it, as its three newest tickets tell; null: not yet",
    ),
});

/** How a query is like a customer that a search found. */
const match = z.object({
  class: z
    .enum(["same", "prefix", "similar"])
    .describe(
      "`same`: every word of the query is a word of the name, or all of it is the primary id or an address; `prefix`: it begins or is a part of these; `similar`: another spelling, or a typo",
    ),
  field: z.enum(["name", "primary_id", "channel"]).describe("What the query is like"),
});

const customerObject = z.object({
  id: z.number().int(),
  external_primary_id: z.string().describe("The caller's own id; empty when there is none"),
  brand_id: z.number().int(),
  brand_name: z.string(),
  ...shownTexts,
  channels: z.array(channelShape),
  version: z.number().int().describe("Rises with every change; the ETag"),
  created_at: z.string(),
  updated_at: z.string(),
  truncated: z
    .array(z.string())
    .optional()
    .describe(
      "Only of a customer larger than one can become (256 KiB of custom values, 1,000 channels): what is left out here, `channels` or `custom_…`",
    ),
  provenance: z
    .array(provenance)
    .optional()
    .describe("Of one customer, where it was asked for: the origin of each field"),
  match: match
    .optional()
    .describe("Of a customer that the `query` of `POST /customer/search` found: how the query is like it"),
});

const knownFields = new Set(Object.keys(customerObject.shape));

/** The customer's output schema: only the listed fields and `custom_…` pass. */
export const customerShape = customerObject.loose().transform((row) => {
  const shown: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(row))
    if (knownFields.has(key) || key.startsWith("custom_")) shown[key] = value;
  return shown;
}) as unknown as z.ZodType<RawCustomer, RawCustomer>;

/** What the feed of changes says of a deleted customer. */
export const deletedCustomerShape = z.strictObject({
  id: z.number().int(),
  brand_id: z.number().int(),
  deleted_at: z.string().describe("When it was deleted"),
});

/** An item of a list that may be the feed of changes. */
export const customerOrDeletedShape = z.union([customerShape, deletedCustomerShape]);

/** The listed fields of a customer, for the OpenAPI document. */
export const customerDocument = customerObject;
