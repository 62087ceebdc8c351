/** Brands: every customer belongs to one; its settings decide how strict or forgiving its customers' endpoints are. */
import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { choice, described, flag, identifier, text } from "./field.ts";
import { itemOf, listOf, paging, resultOf } from "./page.ts";

const customFieldModes = ["open", "defined"] as const;
const takenAddressModes = ["refuse", "skip"] as const;
const placeholderModes = ["refuse", "allow"] as const;

/**
 * A brand on the wire.
 *
 * @example
 * const { items } = await dossier.brand.list();
 * brandShape.array().parse(items);
 */
export const brandShape = z.object({
  id: z.number().int(),
  name: z.string(),
  search_by_channel: z.boolean().describe("Whether customers may be found by an address in POST /customer"),
  default_country: z.string().describe("ISO 3166 code used to display telephone numbers; may be empty"),
  custom_fields: z.enum(customFieldModes),
  taken_address: z.enum(takenAddressModes),
  placeholder_ids: z.enum(placeholderModes),
  created_at: z.string(),
  updated_at: z.string(),
});

const settings = {
  searchByChannel: described(
    flag,
    "Find customers by an address in POST /customer; default false",
  ).optional(),
  defaultCountry: described(text(2, "clears"), "Two-letter country code, for display only").optional(),
  customFields: described(
    choice(customFieldModes),
    "`open`: an unknown custom field becomes a text field; `defined`: it is refused",
  ).optional(),
  takenAddress: described(
    choice(takenAddressModes),
    "What an address held by another customer does: `refuse` the call, or `skip` the address",
  ).optional(),
  placeholderIds: described(
    choice(placeholderModes),
    "Whether primary ids such as `null` or `0` are refused or allowed",
  ).optional(),
};

const brandName = described(text(255), "Unique");

export const brand = {
  list: endpoint({
    method: "GET",
    paths: ["/brand"],
    permission: "any",
    about: "brand",
    summary: "List the brands the key may see",
    input: z.object({ ...paging }),
    output: listOf(brandShape),
    errors: [],
  }),
  find: endpoint({
    method: "GET",
    paths: ["/brand/{id}"],
    permission: "any",
    about: "brand",
    summary: "Read one brand",
    input: z.object({ id: identifier }),
    output: itemOf(brandShape),
    errors: ["not_found"],
  }),
  create: endpoint({
    method: "POST",
    paths: ["/brand"],
    permission: "SETTINGS_CRUD",
    about: "brand",
    summary: "Create a brand",
    description: "Only a key for all brands may: a key for some brands would not see what it made.",
    input: z.object({ name: brandName, ...settings }),
    output: resultOf({}),
    errors: ["permission_missing"],
  }),
  update: endpoint({
    method: "PUT",
    paths: ["/brand/{id}"],
    permission: "SETTINGS_CRUD",
    about: "brand",
    summary: "Change a brand's name or settings",
    input: z.object({ id: identifier, name: brandName.optional(), ...settings }),
    output: resultOf({}),
    errors: ["not_found"],
  }),
  delete: endpoint({
    method: "DELETE",
    paths: ["/brand/{id}"],
    permission: "SETTINGS_CRUD",
    about: "brand",
    summary: "Delete an empty brand",
    input: z.object({ id: identifier }),
    output: resultOf({}),
    errors: ["not_found", "brand_in_use"],
  }),
};
