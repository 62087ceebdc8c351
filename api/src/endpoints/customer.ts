/** Customer endpoints: those of the original controller, then those of the directory itself. */
import * as z from "zod";
import { channelsField } from "./channel.ts";
import { skippedField } from "./crm.ts";
import { endpoint } from "../endpoint.ts";
import { choice, described, filledByDecoder, filter, flag, identifier } from "../field.ts";
import { idText, searchText, text } from "../text-field.ts";
import { instant } from "../time-field.ts";
import { ignored, itemOf, listOf, paging, resultOf } from "../page.ts";
import type { CustomValue } from "../input-values.ts";
import type { RawCustomField } from "../wire/custom-fields.ts";
import { changedTexts, createdTexts, customerTexts } from "./customer-fields.ts";
import { customerOrDeletedShape, customerShape } from "./customer-shape.ts";

const custom = filledByDecoder<RawCustomField[], Record<string, CustomValue | null>>({ type: "object" });

const primaryId = described(idText, "The caller's own id for the customer; unique in the brand");
const brandId = described(identifier, "The brand the customer belongs to");
const customerId = described(identifier, "Dossier's own id of the customer");
const noSync = described(flag, "Do not link waiting tickets that match the channels named");

const changeFields = {
  ...changedTexts,
  newPrimaryId: described(idText, "Gives or changes the customer's primary id").optional(),
  noSync: noSync.optional(),
  channels: channelsField.optional(),
  custom: custom.optional(),
};

const searchableTexts = customerTexts.filter(({ searchable }) => searchable).map(({ name }) => name);

const list = listOf(customerShape).extend({ ignored });

/** The orders of a list of customers. */
const customerOrders = ["id", "-id", "updated", "lastname"] as const;

/** The fields of a list or search of customers. */
const listFields = {
  query: described(
    searchText,
    "What to search for; anything typed or pasted, of which the first 255 characters count",
  ).optional(),
  brandId: brandId.optional(),
  updatedSince: filter(instant, "Every change since then, also deletions, in their order"),
  createdSince: filter(instant, "Customers created then or later, newest first"),
  channelType: filter(text(64), "Customers with a channel of this type, by number or name"),
  has: filter(text(64), "The same as `channel_type`: `email`, `telephone`, …"),
  custom: custom.optional(),
  sort: described(
    choice(customerOrders),
    "`-id` (default): newest first; `updated`: the change longest ago first; `lastname`: without case and accents",
  ).optional(),
  ...paging,
};

const customerRef = {
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
    scope: "brands",
    entity: "customer",
    summary: "List or search customers",
    description:
      "Without `query`: newest first. With it: every word must begin a word of the name, or the whole query must begin the primary id, an account name, an e-mail address or its domain, or the end of one of these behind a sign, or be four or more digits in a row of a telephone number. Customers of another spelling come behind: words joined or split, umlauts with two letters, Cyrillic and Greek in Latin, the inside of words without blanks. If that finds less than a page, typos are forgiven. No query is refused: what no index holds is ignored. `updated_since` is a feed of changes in the order of their commits: a page always has a cursor to go on with, and an empty page means that nothing is left for now; a deleted customer is an item of `id`, `brand_id` and `deleted_at`. `custom_<name>` finds the customers with exactly this value of a custom field. One of these filters at a time: `query`; `updated_since`; `created_since`; `channel_type`, `has` or `custom_<name>`, with `sort` of `id` or `-id`.",
    legacyWire: true,
    costs: { query: 5 },
    input: z.object(listFields),
    // The client's types say deleted customers for a call with `updatedSince` only.
    output: listOf(customerOrDeletedShape as unknown as typeof customerShape),
    errors: ["not_found", "unknown_custom_field"],
  }),
  search: endpoint({
    method: "POST",
    paths: ["/customer/search"],
    permission: "CUSTOMER_READ",
    scope: "brands",
    entity: "customer",
    summary: "Search customers without a word of it in the address",
    description:
      "The same as `GET /customer`, with its fields in the body only: what people type is in no log of a proxy. Each customer that `query` finds has `match`, how its words are like the query.",
    search: true,
    costs: { query: 5 },
    input: z.object(listFields),
    output: listOf(customerOrDeletedShape as unknown as typeof customerShape),
    errors: ["not_found", "unknown_custom_field"],
  }),
  find: endpoint({
    method: "GET",
    paths: ["/customer/{id}"],
    permission: "CUSTOMER_READ",
    scope: "brands",
    entity: "customer",
    summary: "Read one customer",
    legacyWire: true,
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
    scope: "brands",
    entity: "customer",
    summary: "Resolve or create a customer",
    description:
      "Finds the customer by primary id, or by an address where the brand searches by channels, or makes a new one; then sets names and custom fields and adds channels. Any number of simultaneous identical calls make one customer.",
    legacyWire: true,
    unprefixedCustomFields: true,
    etag: true,
    input: z.object({
      brandId,
      primaryId: primaryId.optional(),
      searchValue: described(text(255), "An address to find the customer by").optional(),
      linkType: described(text(64), "Channel type of customer_link_channel, by number or name").optional(),
      linkAddress: described(text(255), "An address to add").optional(),
      noSync: noSync.optional(),
      ...createdTexts,
      ticketId: described(identifier, "A ticket to link at once").optional(),
      channels: channelsField.optional(),
      custom: custom.optional(),
    }),
    wireNames: {
      searchValue: "search_customer_channel_value",
      linkType: "channel_id",
      linkAddress: "customer_link_channel",
    },
    output: resultOf({ skipped_channels: skipped, ignored }),
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
    scope: "brands",
    entity: "customer",
    summary: "Update a customer named by any identifier",
    needs: [customerRef],
    legacyWire: true,
    unprefixedCustomFields: true,
    quotedForms: true,
    ifMatch: true,
    etag: true,
    input: z.object({
      customerId: customerId.optional(),
      primaryId: primaryId.optional(),
      brandId: brandId.optional(),
      ...changeFields,
    }),
    wireNames: { customerId: "customerID", primaryId: "primaryID", brandId: "brandID" },
    output: resultOf({ skipped_channels: skipped, ignored }),
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
    scope: "brands",
    entity: "customer",
    summary: "Update a customer and add channels",
    legacyWire: true,
    unprefixedCustomFields: true,
    quotedForms: true,
    ifMatch: true,
    etag: true,
    input: z.object({
      id: customerId,
      primaryId: primaryId.optional(),
      brandId: brandId.optional(),
      ...changeFields,
    }),
    wireNames: { primaryId: "primaryID", brandId: "brandID" },
    output: resultOf({ skipped_channels: skipped, ignored }),
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
    scope: "brands",
    entity: "customer",
    summary: "Search customers by primary id",
    legacyWire: true,
    search: true,
    input: z.object({ primaryId, brandId: brandId.optional(), ...paging }),
    output: list,
    errors: ["identifiers_disagree", "not_found"],
  }),
  listByChannel: endpoint({
    method: "POST",
    paths: ["/customer/SearchByCustomerChannelValue"],
    permission: "CUSTOMER_READ",
    scope: "brands",
    entity: "customer",
    summary: "Search customers by an address",
    description: "Exact: the value is normalised by the rule of each channel type that accepts it.",
    legacyWire: true,
    search: true,
    input: z.object({ value: text(64 * 1024), brandId: brandId.optional(), ...paging }),
    wireNames: { value: "customerChannelValue" },
    output: list,
    errors: ["identifiers_disagree", "not_found"],
  }),
  addChannels: endpoint({
    method: "POST",
    paths: ["/customer/addChannelOnly"],
    permission: "CUSTOMER_CUD",
    scope: "brands",
    entity: "customer",
    summary: "Add channels to a customer",
    needs: [
      customerRef,
      { anyOf: ["channels"], field: "extra_email", message: "is required, or another channel" },
    ],
    legacyWire: true,
    ifMatch: true,
    etag: true,
    input: z.object({
      customerId: customerId.optional(),
      primaryId: primaryId.optional(),
      brandId: brandId.optional(),
      noSync: noSync.optional(),
      channels: channelsField.optional(),
    }),
    output: resultOf({ channel_ids: z.array(z.number().int()), skipped_channels: skipped, ignored }),
    errors: ["identifiers_disagree", "not_found", "ambiguous_customer", "channel_taken"],
  }),
  updateByPrimaryId: endpoint({
    method: "PUT",
    paths: ["/customer/updateCustomer"],
    permission: "CUSTOMER_CUD",
    scope: "brands",
    entity: "customer",
    summary: "Update the customer with a primary id",
    legacyWire: true,
    unprefixedCustomFields: true,
    quotedForms: true,
    ifMatch: true,
    etag: true,
    input: z.object({
      primaryId,
      brandId: brandId.optional(),
      customerId: customerId.optional(),
      ...changeFields,
    }),
    wireNames: { primaryId: "externalPrimaryID", brandId: "brandID", customerId: "customerID" },
    output: resultOf({ skipped_channels: skipped, ignored }),
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
    scope: "brands",
    entity: "channel",
    summary: "Remove a channel from its customer",
    undo: { by: "customer.addChannels" },
    legacyWire: true,
    ifMatch: true,
    input: z.object({ id: described(identifier, "The channel row's id, as in the customer's `channels`") }),
    output: resultOf({ customer_id: z.number().int(), ignored }),
    errors: ["not_found"],
  }),
  syncWithCrm: endpoint({
    method: "POST",
    paths: ["/customer/syncWithCRM"],
    permission: "CUSTOMER_CUD",
    scope: "brands",
    entity: "customer",
    summary: "Look a customer up in the brand's CRM",
    description:
      "Always asks the CRM anew, for at most 5 seconds. One result is taken over as `POST /customer` would, except that what people and programs have set stays unless the brand says `crm_wins`. Nobody known: outcome `unknown`, and nothing changed. Several are never guessed between.",
    needs: [{ anyOf: ["address", "primaryId"], message: "is required, or primaryID" }],
    legacyWire: true,
    input: z.object({
      brandId,
      channel: described(text(64), "`phoneNumber` (the default), `telephone` or `email`").optional(),
      address: described(text(255), "The address to look up").optional(),
      primaryId: described(idText, "Looks up by primary id, in the place of an address").optional(),
    }),
    wireNames: { brandId: "brandID", primaryId: "primaryID" },
    output: resultOf({
      skipped: z
        .array(skippedField)
        .optional()
        .describe("What of the CRM's answer was not taken over, and why"),
      skipped_channels: skipped,
      ignored,
    }).extend({ id: z.number().int().nullable().describe("The customer; null when the CRM has no match") }),
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
    scope: "brands",
    entity: "customer",
    summary: "Create a customer, strictly",
    description:
      "Never finds: a primary id or an address that is already held is refused with the owner's id.",
    needs: [
      {
        anyOf: ["primaryId", ...searchableTexts, "channels"],
        message: "is required, or a name, or a channel",
      },
    ],
    legacyWire: true,
    unprefixedCustomFields: true,
    etag: true,
    input: z.object({
      brandId,
      primaryId: primaryId.optional(),
      ...createdTexts,
      noSync: noSync.optional(),
      channels: channelsField.optional(),
      custom: custom.optional(),
    }),
    wireNames: { brandId: "brandID", primaryId: "primaryID" },
    output: resultOf({ ignored }),
    errors: [
      "identifiers_disagree",
      "unknown_custom_field",
      "not_found",
      "channel_taken",
      "primary_id_taken",
    ],
  }),
};
