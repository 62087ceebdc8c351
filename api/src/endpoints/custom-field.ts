/**
 * Custom field endpoints: the fields that a brand adds to its customers, each with a type. Two names are the same field
 * if their keys (`customFieldKey`) are equal.
 */
import * as z from "zod";
import { endpoint } from "../endpoint.ts";
import { choice, described, exactFlag, filter, identifier, list } from "../field.ts";
import { codePoints, normaliseText } from "../text.ts";
import { text } from "../text-field.ts";
import { dropInvisible } from "../visible-text.ts";
import { listOf, paging, resultOf } from "../page.ts";

/**
 * The types of custom fields.
 *
 * @example
 * customTypes.join(" "); // "text number boolean date select"
 */
export const customTypes = ["text", "number", "boolean", "date", "select"] as const;

/**
 * One type of custom field.
 *
 * @example
 * const type: CustomType = "select";
 * await dossier.customfield.create({ brandId: 1, name: "tier", type, options: ["gold", "silver"] });
 */
export type CustomType = (typeof customTypes)[number];

const maxNameLength = 64;

/**
 * The key by which names of custom fields are compared: NFC, lower case, without what cannot be seen, everything but
 * letters, digits and `_` replaced by `_`. Undefined if no name remains or it is longer than 64 characters.
 *
 * @example
 * customFieldKey("Loyalty Tier"); // "loyalty_tier"
 */
export function customFieldKey(name: string): string | undefined {
  const key = normaliseText(dropInvisible(name), maxNameLength)
    ?.toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}_]/gu, "_");
  return key !== undefined && key !== "" && codePoints(key) <= maxNameLength ? key : undefined;
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
const options = described(list(text(255), 1), "What a select can be: at most 200 texts, 16 KiB in all");
const force = described(exactFlag, "Go ahead although values are lost");

export const customfield = {
  list: endpoint({
    method: "GET",
    paths: ["/customfield"],
    permission: "any",
    scope: "brands",
    entity: "custom field",
    summary: "List the custom fields",
    input: z.object({ brandId: filter(identifier, "Fields of this brand"), ...paging }),
    output: listOf(customFieldShape),
    errors: ["not_found"],
  }),
  create: endpoint({
    method: "POST",
    paths: ["/customfield"],
    permission: "SETTINGS_CRUD",
    scope: "brands",
    entity: "custom field",
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
    scope: "brands",
    entity: "custom field",
    summary: "Change a custom field",
    description: "A change of type that some values do not fit needs `force`, and clears those values.",
    undo: { loses: "the values that do not fit the new type or options", only: "force" },
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
    scope: "brands",
    entity: "custom field",
    summary: "Delete a custom field and its values",
    undo: { loses: "the values that customers have in this field", only: "force" },
    input: z.object({ id: identifier, force: force.optional() }),
    output: resultOf({ values_lost: z.number().int().optional() }),
    errors: ["not_found"],
  }),
};
