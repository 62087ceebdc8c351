/**
 * The customer's own fields, as data: the endpoint rows, the shapes of responses, the OpenAPI document, the comparison of
 * servers and everything that stores, searches, copies or erases a customer derive from this table. To add a field, add a
 * row; the compiler then asks for its column. The identifier's spellings in requests belong to each endpoint.
 */
import * as z from "zod";
import { clearableName, name } from "../text-field.ts";
import { described } from "../field.ts";

interface OwnField {
  /** our name, in requests */
  name: string;
  /** the name in responses, in `fields` of a result, in the audit trail and the provenance */
  wire: string;
  /** the members of a CRM's result that fill it; a brand's field map has the first. Without any only the API fills it */
  crm: readonly string[];
}

/** Unique in its brand; absent as NULL. */
interface IdentifierField extends OwnField {
  kind: "identifier";
}

/** Absent as the empty text. */
interface TextField extends OwnField {
  kind: "text";
  /** the search finds customers by its words, and one of these is enough to create a customer */
  searchable: boolean;
  /** its type in a request that creates a customer, where empty text counts as not sent */
  created: z.ZodType<string, string>;
  /** its type in a request that changes one, where empty text clears it */
  changed: z.ZodType<string, string>;
  description: string;
  example: string;
}

/**
 * The customer's own fields, in the order in which `fields` of a result names them.
 *
 * @example
 * customerFields.find(({ name }) => name === "primaryId")?.wire; // "external_primary_id"
 */
export const customerFields = [
  {
    name: "primaryId",
    wire: "external_primary_id",
    kind: "identifier",
    crm: ["primary_id", "external_primary_id", "primaryID", "id"],
  },
  {
    name: "firstname",
    wire: "firstname",
    kind: "text",
    crm: ["firstname"],
    searchable: true,
    created: name,
    changed: clearableName,
    description: "The given name",
    example: "Ada",
  },
  {
    name: "lastname",
    wire: "lastname",
    kind: "text",
    crm: ["lastname"],
    searchable: true,
    created: name,
    changed: clearableName,
    description: "The family name",
    example: "Lovelace",
  },
] as const satisfies readonly (IdentifierField | TextField)[];

/**
 * One of the customer's own fields.
 *
 * @example
 * type Identifier = Extract<OwnCustomerField, { kind: "identifier" }>["name"]; // "primaryId"
 */
export type OwnCustomerField = (typeof customerFields)[number];

/**
 * What a brand's `crmFieldMap` may name, beside `custom_…`.
 *
 * @example
 * mappableFields.includes("primary_id"); // true
 */
export const mappableFields: readonly string[] = [
  ...customerFields.flatMap(({ crm }) => crm.slice(0, 1)),
  "email",
  "telephone",
  "channels",
];

type Text = Pick<Extract<OwnCustomerField, { kind: "text" }>, "name" | "wire"> & TextField;

/**
 * The texts among them: every field but the identifier.
 *
 * @example
 * customerTexts.some(({ name }) => name === "lastname"); // true
 */
export const customerTexts: readonly Text[] = customerFields.filter((field) => field.kind === "text");

/** A record with a member for each text. */
function eachText<Name extends string, Value>(
  nameOf: (field: Text) => Name,
  valueOf: (field: Text) => Value,
): Record<Name, Value> {
  return Object.fromEntries(customerTexts.map((field) => [nameOf(field), valueOf(field)])) as Record<
    Name,
    Value
  >;
}

/** The texts of a request that creates a customer. */
export const createdTexts = eachText(
  ({ name }) => name,
  ({ created, description }) => described(created, description).optional(),
);

/** The texts of a request that changes a customer. */
export const changedTexts = eachText(
  ({ name }) => name,
  ({ changed, description }) => described(changed, description).optional(),
);

/** The texts of a response. */
export const shownTexts = eachText(
  ({ wire }) => wire,
  ({ description }) => z.string().describe(`${description}; empty when there is none`),
);

/** Their examples, by our name. */
export const textExamples = eachText(
  ({ name }) => name,
  ({ example }) => example,
);

/** Their examples, by the name in responses. */
export const shownTextExamples = eachText(
  ({ wire }) => wire,
  ({ example }) => example,
);
