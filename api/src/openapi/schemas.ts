/**
 * The schemas of the OpenAPI document. What the API knows by name (a customer, a brand, the error) is written once,
 * under components, and referred to wherever it occurs; names come from the table, so a new noun needs no line here.
 */
import * as z from "zod";
import { channelShape } from "../endpoints/channel.ts";
import { customerDocument, customerShape } from "../endpoints/customer.ts";
import type { Endpoint } from "../endpoint.ts";
import { errorShape } from "../error-shape.ts";
import type { JsonSchema } from "../field.ts";
import { describeFields } from "./field-descriptions.ts";
import { resultOf } from "../page.ts";
import { ticketStoryShape } from "../endpoints/ticket.ts";
import { timelineItem } from "../endpoints/timeline.ts";
import { deliveryShape } from "../endpoints/webhook.ts";

/** A row of the table with its `noun.verb` name. */
export interface Named {
  name: string;
  row: Endpoint;
}

/** What a custom field can hold on the wire; null and the empty text clear it where that counts. */
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

/** A record with its names in alphabetical order. */
export function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a list or item envelope is about. */
function thingOf(output: z.ZodType): z.ZodType | undefined {
  if (!(output instanceof z.ZodObject)) return undefined;
  const { items, item } = output.shape as Record<string, z.ZodType | undefined>;
  return items instanceof z.ZodArray ? (items.element as z.ZodType) : item;
}

type Names = Map<z.core.$ZodType, string>;

/** Every schema that has a name in the document. */
function namesOf(table: readonly Named[]): Names {
  const names: Names = new Map<z.core.$ZodType, string>([
    [channelShape, "Channel"],
    [errorShape, "ApiError"],
    [ticketStoryShape, "TicketWithStory"],
    [timelineItem, "TimelineItem"],
    [deliveryShape, "WebhookDelivery"],
  ]);
  const taken = new Set([...names.values(), "Result"]);
  for (const { name, row } of table) {
    const thing = thingOf(row.output);
    if (!thing || names.has(thing)) continue;
    const [noun = ""] = name.split(".");
    const short = titles[noun] ?? pascal(noun);
    const title = taken.has(short) ? pascal(name) : short;
    taken.add(title);
    names.set(thing, title);
  }
  return names;
}

/** Numbers here outgrow 32 bits, which is what generators take an integer for. */
function widen(node: unknown): void {
  if (typeof node !== "object" || node === null) return;
  if ("type" in node && [node.type].flat().includes("integer")) Object.assign(node, { format: "int64" });
  for (const part of Object.values(node)) widen(part);
}

function isTime(field: string): boolean {
  return /^at$|_(at|until|since)$/.test(field) || ["last_update", "timestamp"].includes(field);
}

/** One schema as JSON Schema: named ones inside it become references, noise of the generator goes. */
export function jsonOf(schema: z.ZodType, names: Names): JsonSchema {
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

function thingSchema(schema: z.core.$ZodType, names: Names): JsonSchema {
  if (schema !== customerShape) return jsonOf(schema as z.ZodType, names);
  const value = {
    ...customValue,
    type: ["string", "number", "boolean"],
    description: "A custom field that has a value",
  };
  return {
    ...jsonOf(customerDocument, names),
    patternProperties: { "^custom_": value },
    additionalProperties: value, // for generators that do not know patternProperties
  };
}

/** The schemas of all answers: those under components, and the one of each row. */
export interface AnswerSchemas {
  components: Record<string, JsonSchema>;
  of: (row: Endpoint) => JsonSchema;
}

/** Works the answers of a table out. */
export function answerSchemas(table: readonly Named[]): AnswerSchemas {
  const names = namesOf(table);
  const components: Record<string, JsonSchema> = { Result: jsonOf(resultOf({}), names) };
  for (const [schema, name] of names) components[name] = thingSchema(schema, names);
  const answers = new Map<Endpoint, JsonSchema>();
  for (const { row } of table) answers.set(row, answerOf(row, names, components));
  for (const [name, schema] of Object.entries(components)) describeFields(name, schema);
  return { components, of: (row) => answers.get(row) ?? {} };
}

function answerOf(row: Endpoint, names: Names, components: Record<string, JsonSchema>): JsonSchema {
  const json = jsonOf(row.output, names);
  const thing = thingOf(row.output);
  const title = thing && names.get(thing);
  if (title === undefined) return isResult(row.output) ? resultSchema(json, components) : json;
  const envelope = `${title}${"items" in (row.output as z.ZodObject).shape ? "List" : "Item"}`;
  components[envelope] ??= json;
  return refTo("schemas", envelope);
}

function isResult(output: z.ZodType): boolean {
  return output instanceof z.ZodObject && "outcome" in output.shape;
}

/** A result is the common one, and what the operation adds to it. */
function resultSchema(json: JsonSchema, components: Record<string, JsonSchema>): JsonSchema {
  const common = (components.Result?.properties ?? {}) as JsonSchema;
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
