/** Custom fields: what a brand wants to know of its customers beyond their names. */
import * as z from "zod";
import { endpoint } from "../endpoint.ts";
import { choice, described, flag, identifier, list, text } from "../field.ts";
import { listOf, paging, resultOf } from "../page.ts";

/**
 * The types a custom field can have.
 *
 * @example
 * customTypes.join(" "); // "text number boolean date select"
 */
export const customTypes = ["text", "number", "boolean", "date", "select"] as const;

/**
 * One of the types a custom field can have.
 *
 * @example
 * const type: CustomType = "select";
 * await dossier.customfield.create({ brandId: 1, name: "tier", type, options: ["gold", "silver"] });
 */
export type CustomType = (typeof customTypes)[number];

/**
 * What two spellings of a custom field's name are compared by: NFC, lower case, everything but letters, digits and
 * `_` turned into `_`. Nothing when no name remains or it is longer than 64 characters.
 *
 * @example
 * customFieldKey("Loyalty Tier"); // "loyalty_tier"
 */
export function customFieldKey(name: string): string | undefined {
  const key = name
    .normalize("NFC")
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}_]/gu, "_");
  const length = [...key].length;
  return length >= 1 && length <= 64 ? key : undefined;
}

/** A custom field on the wire. */
const customFieldShape = z.object({
  id: z.number().int(),
  brand_id: z.number().int(),
  name: z.string().describe("Customers carry it as custom_<name>"),
  label: z.string(),
  type: z.enum(customTypes),
  options: z.array(z.string()).describe("What a select can be"),
});

const label = described(text(255, "clears"), "What people see; default: the name");
const type = described(choice(customTypes), "Default text");
const options = described(list(text(255), 1), "What a select can be");
const force = described(flag, "Go ahead although values are lost");

export const customfield = {
  list: endpoint({
    method: "GET",
    paths: ["/customfield"],
    permission: "any",
    about: "custom field",
    summary: "List the custom fields",
    input: z.object({ brandId: identifier.optional(), ...paging }),
    output: listOf(customFieldShape),
    errors: ["not_found"],
  }),
  create: endpoint({
    method: "POST",
    paths: ["/customfield"],
    permission: "SETTINGS_CRUD",
    about: "custom field",
    summary: "Define a custom field",
    input: z.object({
      brandId: identifier,
      name: text(64),
      label: label.optional(),
      type: type.optional(),
      options: options.optional(),
    }),
    output: resultOf({}),
    errors: ["not_found"],
  }),
  update: endpoint({
    method: "PUT",
    paths: ["/customfield/{id}"],
    permission: "SETTINGS_CRUD",
    about: "custom field",
    summary: "Change a custom field",
    description: "A change of type that some values do not fit needs `force`, and clears those values.",
    input: z.object({
      id: identifier,
      name: text(64).optional(),
      label: label.optional(),
      type: type.optional(),
      options: options.optional(),
      force: force.optional(),
    }),
    output: resultOf({ values_lost: z.number().int().optional() }),
    errors: ["not_found"],
  }),
  delete: endpoint({
    method: "DELETE",
    paths: ["/customfield/{id}"],
    permission: "SETTINGS_CRUD",
    about: "custom field",
    summary: "Delete a custom field and its values",
    input: z.object({ id: identifier, force: force.optional() }),
    output: resultOf({ values_lost: z.number().int().optional() }),
    errors: ["not_found"],
  }),
};
