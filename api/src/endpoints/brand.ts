/**
 * Brand endpoints: every customer belongs to a brand, and its settings decide how strictly its customers are validated.
 */
import * as z from "zod";
import { crmTestResult } from "./crm.ts";
import { mappableFields } from "./customer-fields.ts";
import { endpoint } from "../endpoint.ts";
import { choice, described, exactFlag, identifier, protectiveFlag, integer } from "../field.ts";
import { idText, text, textMap, patternText } from "../text-field.ts";
import { itemOf, listOf, paging, resultOf } from "../page.ts";

const customFieldModes = ["open", "defined"] as const;
const takenAddressModes = ["refuse", "skip"] as const;
const placeholderModes = ["refuse", "allow"] as const;

/** Fields that only keys with SETTINGS_CRUD see. */
function forSettings<S extends z.ZodType>(schema: S) {
  return schema.optional();
}

/**
 * A brand on the wire. Only keys with SETTINGS_CRUD get the five `crm_…` fields.
 *
 * @example
 * const { items } = await dossier.raw.brand.list();
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
  strict: z
    .boolean()
    .describe(
      "Whether the documented calls refuse names that they do not know, instead of listing them as `ignored`",
    ),
  crm_lookup_url: forSettings(z.string()).describe("Where the brand's CRM is asked; empty: it has none"),
  crm_headers: forSettings(z.array(z.string())).describe(
    "The names of the headers sent to it, never their values",
  ),
  crm_field_map: forSettings(z.record(z.string(), z.string())).describe(
    "Our fields and where its answers hold them",
  ),
  crm_wins: forSettings(z.boolean()).describe("Whether it overwrites what people and programs have set"),
  crm_refresh_seconds: forSettings(z.number().int()).describe("For how long a contact does not ask it again"),
  created_at: z.string(),
  updated_at: z.string(),
});

const mappable = mappableFields.map((field) => `\`${field}\``).join(", ");

const settings = {
  searchByChannel: described(
    exactFlag,
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
  strict: described(
    protectiveFlag,
    "Refuse names that a documented call does not know, instead of listing them as `ignored`; default false",
  ).optional(),
  crmLookupUrl: described(
    patternText(2048, undefined, "", "clears"),
    "Where the brand's CRM is asked about contacts; empty: not at all",
  ).optional(),
  crmHeaders: described(
    textMap(20),
    "Headers for the CRM, by their names; they replace those before. Kept encrypted for the origin (scheme, host and port) of `crm_lookup_url`, and never shown again: with a URL of another origin they must be sent again",
  ).optional(),
  crmFieldMap: described(
    textMap(100),
    `Where the CRM's answers hold our fields: ${mappable} or \`custom_…\` by a JSON pointer; 16 KiB in all`,
  ).optional(),
  crmWins: described(
    exactFlag,
    "Let the CRM overwrite what people and programs have set; default false",
  ).optional(),
  crmRefreshSeconds: described(
    integer(0, 31_536_000),
    "A new contact does not ask the CRM again about a customer synced less long ago; default 0: it always asks",
  ).optional(),
};

const brandName = described(text(255), "Unique");

export const brand = {
  list: endpoint({
    method: "GET",
    paths: ["/brand"],
    permission: "any",
    scope: "brands",
    entity: "brand",
    summary: "List the brands the key may see",
    input: z.object({ ...paging }),
    output: listOf(brandShape),
    errors: [],
  }),
  find: endpoint({
    method: "GET",
    paths: ["/brand/{id}"],
    permission: "any",
    scope: "brands",
    entity: "brand",
    summary: "Read one brand",
    input: z.object({ id: identifier }),
    output: itemOf(brandShape),
    errors: ["not_found"],
  }),
  create: endpoint({
    method: "POST",
    paths: ["/brand"],
    permission: "SETTINGS_CRUD",
    scope: "installation",
    entity: "brand",
    summary: "Create a brand",
    description: "A key for some brands would not see what it made.",
    input: z.object({ name: brandName, ...settings }),
    output: resultOf({}),
    errors: [],
  }),
  update: endpoint({
    method: "PUT",
    paths: ["/brand/{id}"],
    permission: "SETTINGS_CRUD",
    scope: "brands",
    entity: "brand",
    summary: "Change a brand's name or settings",
    input: z.object({ id: identifier, name: brandName.optional(), ...settings }),
    output: resultOf({}),
    errors: ["not_found"],
  }),
  crmTest: endpoint({
    method: "POST",
    paths: ["/brand/{id}/crmTest"],
    permission: "SETTINGS_CRUD",
    scope: "brands",
    entity: "brand",
    summary: "Try a brand's CRM",
    description:
      "Asks the CRM as a lookup does and tells what came back and what would be taken over. Changes nothing.",
    needs: [{ anyOf: ["address", "primaryId"], message: "is required, or primary_id" }],
    dryRun: true,
    input: z.object({
      id: identifier,
      channel: described(text(64), "`phoneNumber` (the default), `telephone` or `email`").optional(),
      address: described(text(255), "The address to look up").optional(),
      primaryId: described(idText, "Looks up by primary id, in the place of an address").optional(),
    }),
    output: itemOf(crmTestResult),
    errors: ["not_found", "crm_not_configured"],
  }),
  delete: endpoint({
    method: "DELETE",
    paths: ["/brand/{id}"],
    permission: "SETTINGS_CRUD",
    scope: "installation",
    entity: "brand",
    summary: "Delete an empty brand",
    description: "Every key loses it, and its custom fields go with it.",
    undo: { loses: "the brand with its custom fields; every key loses it" },
    input: z.object({ id: identifier }),
    output: resultOf({}),
    errors: ["not_found", "brand_in_use"],
  }),
};
