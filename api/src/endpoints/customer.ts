/** The Customer controller: what the original API documents, its doors to the directory itself. */
import * as z from "zod";
import { channelShape, channelsField } from "./channel.ts";
import { leftOut } from "./crm.ts";
import { endpoint } from "../endpoint.ts";
import { clearableName, described, flag, folded, identifier, name, text, textOf } from "../field.ts";
import { itemOf, listOf, paging, resultOf } from "../page.ts";
import type { CustomSent, CustomValue } from "../wire/custom-fields.ts";

const custom = folded<CustomSent[], Record<string, CustomValue | null>>({ type: "object" });

const primaryId = described(text(255), "The caller's own id for the customer; unique in the brand");
const brandId = described(identifier, "The brand the customer belongs to");
const customerId = described(identifier, "Dossier's own id of the customer");
const noSync = described(flag, "Do not link waiting tickets that match the channels named");

const origin = z.object({
  field: z.string().describe("`external_primary_id`, `firstname`, `lastname`, `custom_…` or `channels`"),
  channel: z.number().int().optional().describe("Which of the channels, by its `id`"),
  source: z.enum(["api", "agent", "crm", "import"]),
  key_id: z.number().int().nullable().describe("The key that set it; 0 is the administrator, null: no key"),
  at: z.string().describe("When it was set"),
});

const customerFields = z.object({
  id: z.number().int(),
  external_primary_id: z.string().describe("The caller's own id; empty when there is none"),
  brand_id: z.number().int(),
  brand_name: z.string(),
  firstname: z.string(),
  lastname: z.string(),
  channels: z.array(channelShape),
  version: z.number().int().describe("Rises with every change; the ETag"),
  created_at: z.string(),
  updated_at: z.string(),
  provenance: z
    .array(origin)
    .optional()
    .describe("Of one customer, where it was asked for: the origin of each field"),
});

/**
 * A customer on the wire. Custom fields that have a value stand beside the rest as `custom_<name>`.
 *
 * @example
 * function greet(customer: Customer): string {
 *   return customer.custom_tier === "gold" ? `Dear ${customer.firstname}` : `Hello ${customer.firstname}`;
 * }
 */
export type Customer = z.output<typeof customerFields> & { [field: `custom_${string}`]: CustomValue };

const known = new Set(Object.keys(customerFields.shape));

/** The customer's shape: nothing passes but the listed fields and `custom_…`. */
export const customerShape = customerFields.loose().transform((row): Customer => {
  const shown: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(row))
    if (known.has(key) || key.startsWith("custom_")) shown[key] = value;
  return shown as Customer;
});

/** The listed fields of a customer, for documents. */
export const customerDocument = customerFields;

const queryText = textOf(
  100,
  /^[\p{L}\p{M}\p{N} @.+\-_'’/#:(),]*$/u,
  "may hold letters, digits, spaces and @ . + - _ ' ’ / # : ( ) , only",
);

const names = { firstname: name.optional(), lastname: name.optional() };
const change = {
  firstname: clearableName.optional(),
  lastname: clearableName.optional(),
  newPrimaryId: described(text(255), "Gives or changes the customer's primary id").optional(),
  noSync: noSync.optional(),
  channels: channelsField.optional(),
  custom: custom.optional(),
};

const list = listOf(customerShape);

const who = {
  anyOf: ["customerId", "primaryId"],
  message: "is required, or a primary id with or without a brand id",
} as const;
const skipped = z
  .array(z.object({ field: z.string(), address: z.string(), customer_id: z.number().int() }))
  .optional()
  .describe(
    "Addresses left out because another customer holds them; only with the brand's taken_address = skip",
  );

export const customer = {
  list: endpoint({
    method: "GET",
    paths: ["/customer"],
    permission: "CUSTOMER_READ",
    about: "customer",
    summary: "List or search customers",
    description:
      "Without `query`: newest first. With it: every word must begin a word of the name, or the whole query must begin the primary id, an e-mail address or its domain, or be four or more digits in a row of a telephone number. If that finds less than a page, typos are forgiven.",
    original: true,
    input: z.object({
      query: described(queryText, "What to search for").optional(),
      brandId: brandId.optional(),
      ...paging,
    }),
    output: list,
    errors: ["not_found"],
  }),
  find: endpoint({
    method: "GET",
    paths: ["/customer/{id}"],
    permission: "CUSTOMER_READ",
    about: "customer",
    summary: "Read one customer",
    original: true,
    etag: true,
    input: z.object({
      id: customerId,
      provenance: described(flag, "Answer where each field came from, too").optional(),
    }),
    output: itemOf(customerShape),
    errors: ["not_found"],
  }),
  resolve: endpoint({
    method: "POST",
    paths: ["/customer"],
    permission: "CUSTOMER_CUD",
    about: "customer",
    summary: "Resolve or create a customer",
    description:
      "Finds the customer by primary id, or by an address where the brand searches by channels, or makes a new one; then sets names and custom fields and adds channels. Any number of simultaneous identical calls make one customer.",
    original: true,
    bareCustom: true,
    etag: true,
    input: z.object({
      brandId,
      primaryId: primaryId.optional(),
      searchValue: described(text(255), "An address to find the customer by").optional(),
      linkType: described(text(64), "Channel type of customer_link_channel, by number or name").optional(),
      linkAddress: described(text(255), "An address to add").optional(),
      noSync: noSync.optional(),
      ...names,
      ticketId: described(identifier, "A ticket to link at once").optional(),
      channels: channelsField.optional(),
      custom: custom.optional(),
    }),
    spelling: {
      searchValue: "search_customer_channel_value",
      linkType: "channel_id",
      linkAddress: "customer_link_channel",
    },
    output: resultOf({ skipped_channels: skipped }),
    errors: [
      "identifiers_disagree",
      "search_by_channel_disabled",
      "unknown_custom_field",
      "not_found",
      "channel_taken",
      "ambiguous_customer",
    ],
  }),
  updateAny: endpoint({
    method: "PUT",
    paths: ["/customer"],
    permission: "CUSTOMER_CUD",
    about: "customer",
    summary: "Update a customer named by any identifier",
    needs: [who],
    original: true,
    bareCustom: true,
    ifMatch: true,
    etag: true,
    input: z.object({
      customerId: customerId.optional(),
      primaryId: primaryId.optional(),
      brandId: brandId.optional(),
      ...change,
    }),
    spelling: { customerId: "customerID", primaryId: "primaryID", brandId: "brandID" },
    output: resultOf({ skipped_channels: skipped }),
    errors: [
      "identifiers_disagree",
      "unknown_custom_field",
      "not_found",
      "ambiguous_customer",
      "channel_taken",
      "primary_id_taken",
    ],
  }),
  update: endpoint({
    method: "PUT",
    paths: ["/customer/{id}"],
    permission: "CUSTOMER_CUD",
    about: "customer",
    summary: "Update a customer and add channels",
    original: true,
    bareCustom: true,
    ifMatch: true,
    etag: true,
    input: z.object({
      id: customerId,
      primaryId: primaryId.optional(),
      brandId: brandId.optional(),
      ...change,
    }),
    spelling: { primaryId: "primaryID", brandId: "brandID" },
    output: resultOf({ skipped_channels: skipped }),
    errors: [
      "identifiers_disagree",
      "unknown_custom_field",
      "not_found",
      "channel_taken",
      "primary_id_taken",
    ],
  }),
  listByPrimaryId: endpoint({
    method: "POST",
    paths: ["/customer/SearchByPrimaryExternalID"],
    permission: "CUSTOMER_READ",
    about: "customer",
    summary: "Search customers by primary id",
    original: true,
    search: true,
    input: z.object({ primaryId, brandId: brandId.optional(), ...paging }),
    output: list,
    errors: ["identifiers_disagree", "not_found"],
  }),
  listByChannel: endpoint({
    method: "POST",
    paths: ["/customer/SearchByCustomerChannelValue"],
    permission: "CUSTOMER_READ",
    about: "customer",
    summary: "Search customers by an address",
    description: "Exact: the value is normalised by the rule of each channel type that accepts it.",
    original: true,
    search: true,
    input: z.object({ value: text(64 * 1024), brandId: brandId.optional(), ...paging }),
    spelling: { value: "customerChannelValue" },
    output: list,
    errors: ["identifiers_disagree", "not_found"],
  }),
  addChannels: endpoint({
    method: "POST",
    paths: ["/customer/addChannelOnly"],
    permission: "CUSTOMER_CUD",
    about: "customer",
    summary: "Add channels to a customer",
    needs: [who, { anyOf: ["channels"], field: "extra_email", message: "is required, or another channel" }],
    original: true,
    ifMatch: true,
    etag: true,
    input: z.object({
      customerId: customerId.optional(),
      primaryId: primaryId.optional(),
      brandId: brandId.optional(),
      noSync: noSync.optional(),
      channels: channelsField.optional(),
    }),
    output: resultOf({ channel_ids: z.array(z.number().int()), skipped_channels: skipped }),
    errors: ["identifiers_disagree", "not_found", "ambiguous_customer", "channel_taken"],
  }),
  updateByPrimaryId: endpoint({
    method: "PUT",
    paths: ["/customer/updateCustomer"],
    permission: "CUSTOMER_CUD",
    about: "customer",
    summary: "Update the customer with a primary id",
    original: true,
    bareCustom: true,
    ifMatch: true,
    etag: true,
    input: z.object({ primaryId, brandId: brandId.optional(), customerId: customerId.optional(), ...change }),
    spelling: { primaryId: "externalPrimaryID", brandId: "brandID", customerId: "customerID" },
    output: resultOf({ skipped_channels: skipped }),
    errors: [
      "identifiers_disagree",
      "unknown_custom_field",
      "not_found",
      "ambiguous_customer",
      "channel_taken",
      "primary_id_taken",
    ],
  }),
  removeChannel: endpoint({
    method: "DELETE",
    paths: ["/customer/channel/{id}", "/customer/itemChannel/{id}"],
    permission: "CUSTOMER_CUD",
    about: "channel",
    summary: "Remove a channel from its customer",
    original: true,
    ifMatch: true,
    input: z.object({ id: described(identifier, "The channel row's id, as in the customer's `channels`") }),
    output: resultOf({ customer_id: z.number().int() }),
    errors: ["not_found"],
  }),
  syncWithCrm: endpoint({
    method: "POST",
    paths: ["/customer/syncWithCRM"],
    permission: "CUSTOMER_CUD",
    about: "customer",
    summary: "Look a customer up in the brand's CRM",
    description:
      "Always asks the CRM anew, for at most 5 seconds. One result is taken over as `POST /customer` would, except that what people and programs have set stays unless the brand says `crm_wins`. Nobody known: outcome `unknown`, and nothing changed. Several are never guessed between.",
    needs: [{ anyOf: ["address", "primaryId"], message: "is required, or primaryID" }],
    original: true,
    input: z.object({
      brandId,
      channel: described(text(64), "`phoneNumber` (the default), `telephone` or `email`").optional(),
      address: described(text(255), "The address to look up").optional(),
      primaryId: described(text(255), "Looks up by primary id, in the place of an address").optional(),
    }),
    spelling: { brandId: "brandID", primaryId: "primaryID" },
    output: resultOf({
      skipped: z.array(leftOut).optional().describe("What of the CRM's answer was not taken over, and why"),
      skipped_channels: skipped,
    }).extend({ id: z.number().int().nullable().describe("The customer; null when the CRM knows nobody") }),
    errors: [
      "identifiers_disagree",
      "not_found",
      "channel_taken",
      "ambiguous_customer",
      "crm_not_configured",
      "crm_several_results",
      "crm_failed",
      "crm_timeout",
    ],
  }),
  create: endpoint({
    method: "POST",
    paths: ["/customer/createCustomerCRUD"],
    permission: "CUSTOMER_CUD",
    about: "customer",
    summary: "Create a customer, strictly",
    description:
      "Never finds: a primary id or an address that is already held is refused with the owner's id.",
    needs: [
      {
        anyOf: ["primaryId", "firstname", "lastname", "channels"],
        message: "is required, or a name, or a channel",
      },
    ],
    original: true,
    bareCustom: true,
    etag: true,
    input: z.object({
      brandId,
      primaryId: primaryId.optional(),
      ...names,
      noSync: noSync.optional(),
      channels: channelsField.optional(),
      custom: custom.optional(),
    }),
    spelling: { brandId: "brandID", primaryId: "primaryID" },
    output: resultOf({}),
    errors: [
      "identifiers_disagree",
      "unknown_custom_field",
      "not_found",
      "channel_taken",
      "primary_id_taken",
    ],
  }),
};
