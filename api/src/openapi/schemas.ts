/**
 * Schemas of the OpenAPI document: whatever has a name in the API (a customer, a brand, the error) is written once,
 * under components, and referenced. Names derive from the table, so a new noun needs no line here.
 */
import * as z from "zod";
import { changeEvent } from "../endpoints/change.ts";
import { channelShape } from "../endpoints/channel.ts";
import {
  customerDocument,
  customerOrDeletedShape,
  customerShape,
  deletedCustomerShape,
} from "../endpoints/customer-shape.ts";
import type { Endpoint } from "../endpoint.ts";
import { errorShape } from "../error-shape.ts";
import type { JsonSchema } from "../field.ts";
import { describeFields } from "./field-descriptions.ts";
import { resultOf } from "../page.ts";
import { ticketHistoryShape } from "../endpoints/ticket.ts";
import { restorableShape } from "../endpoints/erasure.ts";
import { timelineCounts, timelineItem } from "../endpoints/timeline.ts";
import { deliveryShape } from "../endpoints/webhook.ts";

/** A row of the table with its `noun.verb` name. */
export interface NamedEndpoint {
  name: string;
  row: Endpoint;
}

/** A custom field's value on the wire; null and empty text clear it where the endpoint allows that. */
export const customValue: JsonSchema = { type: ["string", "number", "boolean", "null"] };

const titles: Record<string, string> = {
  key: "ApiKey",
  customfield: "CustomField",
  channel: "ChannelType",
  audit: "AuditEntry",
};

/** `customer.listByChannel` as `CustomerListByChannel`. */
export function pascal(name: string): string {
  return name.replace(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** A reference to a component. */
export function refTo(kind: "schemas" | "responses" | "parameters" | "headers", name: string): JsonSchema {
  return { $ref: `#/components/${kind}/${name}` };
}

/** A record sorted by name. */
export function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The item schema in the envelope of a list or item. */
function resourceOf(output: z.ZodType): z.ZodType | undefined {
  if (!(output instanceof z.ZodObject)) return undefined;
  const { items, item } = output.shape as Record<string, z.ZodType | undefined>;
  return items instanceof z.ZodArray ? (items.element as z.ZodType) : item;
}

type SchemaNames = Map<z.core.$ZodType, string>;

/** Every schema that has a name in the document. */
function schemaNamesOf(table: readonly NamedEndpoint[]): SchemaNames {
  const names: SchemaNames = new Map<z.core.$ZodType, string>([
    [channelShape, "Channel"],
    [errorShape, "ApiError"],
    [ticketHistoryShape, "TicketWithStory"],
    [timelineItem, "TimelineItem"],
    [timelineCounts, "TimelineCounts"],
    [deliveryShape, "WebhookDelivery"],
    [customerShape, "Customer"],
    [deletedCustomerShape, "DeletedCustomer"],
    [restorableShape, "RestorableCustomer"],
    [customerOrDeletedShape, "CustomerChange"],
    [changeEvent, "ChangeEvent"],
  ]);
  const used = new Set([...names.values(), "Result"]);
  for (const { name, row } of table) {
    const thing = resourceOf(row.output);
    if (!thing || names.has(thing)) continue;
    const [noun = ""] = name.split(".");
    const short = titles[noun] ?? pascal(noun);
    const title = used.has(short) ? pascal(name) : short;
    used.add(title);
    names.set(thing, title);
  }
  return names;
}

/** Declares numbers as 64-bit: they outgrow 32 bits, which generators assume for an integer. */
function widen(node: unknown): void {
  if (typeof node !== "object" || node === null) return;
  if ("type" in node && [node.type].flat().includes("integer")) Object.assign(node, { format: "int64" });
  for (const part of Object.values(node)) widen(part);
}

function isTime(field: string): boolean {
  return /^at$|_(at|until|since)$/.test(field) || ["last_update", "timestamp"].includes(field);
}

/** One schema as JSON Schema: named schemas in it become references, and redundant keywords are removed. */
export function jsonOf(schema: z.ZodType, names: SchemaNames): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io: "input",
    override: ({ zodSchema, jsonSchema, path }) => {
      const name = path.length > 0 ? names.get(zodSchema) : undefined;
      if (name !== undefined) replace(jsonSchema, refTo("schemas", name));
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      for (const [field, property] of Object.entries(jsonSchema.properties ?? {}))
        if (isTime(field) && typeof property === "object") property.format = "date-time";
    },
  });
  widen(json);
  return json;
}

function replace(target: object, source: JsonSchema): void {
  for (const key of Object.keys(target)) Reflect.deleteProperty(target, key);
  Object.assign(target, source);
}

function resourceSchema(schema: z.core.$ZodType, names: SchemaNames): JsonSchema {
  if (schema !== customerShape) return jsonOf(schema as z.ZodType, names);
  const value = {
    ...customValue,
    type: ["string", "number", "boolean"],
    description: "A custom field that has a value",
  };
  return {
    ...jsonOf(customerDocument, names),
    patternProperties: { "^custom_": value },
    additionalProperties: value, // for generators that do not support patternProperties
  };
}

/** The schemas of all responses: those under components, and one for each row. */
export interface ResponseSchemas {
  components: Record<string, JsonSchema>;
  of: (row: Endpoint) => JsonSchema;
}

/** Computes the response schemas of a table. */
export function responseSchemas(table: readonly NamedEndpoint[]): ResponseSchemas {
  const names = schemaNamesOf(table);
  const components: Record<string, JsonSchema> = { Result: jsonOf(resultOf({}), names) };
  for (const [schema, name] of names) components[name] = resourceSchema(schema, names);
  const responses = new Map<Endpoint, JsonSchema>();
  for (const { row } of table) responses.set(row, responseSchema(row, names, components));
  for (const [name, schema] of Object.entries(components)) describeFields(name, schema);
  return { components, of: (row) => responses.get(row) ?? {} };
}

function responseSchema(
  row: Endpoint,
  names: SchemaNames,
  components: Record<string, JsonSchema>,
): JsonSchema {
  const own = names.get(row.output);
  if (own !== undefined) return refTo("schemas", own);
  const json = jsonOf(row.output, names);
  const resource = resourceOf(row.output);
  const title = resource && names.get(resource);
  if (title === undefined) return isResult(row.output) ? resultSchema(json, components) : json;
  const envelope = `${title}${"items" in (row.output as z.ZodObject).shape ? "List" : "Item"}`;
  components[envelope] ??= json;
  return refTo("schemas", envelope);
}

function isResult(output: z.ZodType): boolean {
  return output instanceof z.ZodObject && "outcome" in output.shape;
}

/** The common result schema, extended by the fields of the operation; whole where a common field takes other values. */
function resultSchema(json: JsonSchema, components: Record<string, JsonSchema>): JsonSchema {
  const common = (components.Result?.properties ?? {}) as Record<string, JsonSchema>;
  const isWider = ([name, { type, anyOf }]: [string, JsonSchema]) => {
    const { [name]: other } = common;
    return (
      other !== undefined && (anyOf !== undefined || JSON.stringify(type) !== JSON.stringify(other.type))
    );
  };
  if (Object.entries(json.properties as Record<string, JsonSchema>).some(isWider)) {
    describeFields("Result", json);
    return json;
  }
  const added = Object.entries(json.properties as JsonSchema).filter(([name]) => !(name in common));
  const required = (json.required as string[]).filter((name) => !(name in common));
  if (added.length === 0) return refTo("schemas", "Result");
  const more: JsonSchema = {
    type: "object",
    properties: Object.fromEntries(added),
    ...(required.length > 0 ? { required } : {}),
  };
  describeFields("Result", more);
  return { allOf: [refTo("schemas", "Result"), more] };
}
