/**
 * Requests of the OpenAPI document: path, query and header parameters and bodies, in each operation's own spelling. One
 * schema serves all three encodings, because every field is text on the wire.
 */
import { type Endpoint, acceptsIdempotencyKey, readsBody, readsQuery } from "../endpoint.ts";
import type { JsonSchema } from "../field.ts";
import { exampleInput } from "./examples.ts";
import { type FieldDescription, fieldsOf } from "./field-list.ts";
import { customValue, type NamedEndpoint, pascal, refTo } from "./schemas.ts";
import { aliases } from "../wire/decode.ts";

const pairPattern = (half: "Type" | "Value") => `^customerChannel${half}_(0|[1-9][0-9]{0,3})$`;

const extraFieldProperties: Record<string, JsonSchema> = {
  extra_email: { type: "string", maxLength: 254, description: "An e-mail address to add." },
  extra_telephone: {
    type: "string",
    maxLength: 16,
    pattern: "^\\+[0-9]+$",
    description: "A telephone number to add, in international form: `+` and up to 15 digits.",
  },
  extra_twitter: {
    type: "string",
    maxLength: 255,
    pattern: "^@?[a-zA-Z0-9_ ]+$",
    description: "A Twitter name to add.",
  },
  extra_facebook: {
    type: ["string", "integer"],
    maxLength: 255,
    pattern: "^[A-Za-z0-9._-]+$",
    description: "A Facebook account to add, by number or name.",
  },
};

const channelPairProperties: Record<string, JsonSchema> = {
  [pairPattern("Type")]: {
    type: ["string", "integer"],
    maxLength: 64,
    description: "The channel type of pair n, by number or by name: `1`, `email`, `telephone`, …",
  },
  [pairPattern("Value")]: {
    type: ["string", "integer"],
    maxLength: 255,
    description: "The address of pair n; at most 50 pairs.",
  },
};

const customFieldProperties: Record<string, JsonSchema> = {
  "^custom_.+$": {
    ...customValue,
    maxLength: 64 * 1024,
    description: "A custom field: `custom_` and its name of at most 64 characters; at most 100 of them.",
  },
};

/** The fields of an endpoint as JSON Schema properties in its own spelling, without channels and custom fields. */
function plainFields(row: Endpoint): { name: string; json: JsonSchema; required: boolean }[] {
  return fieldsOf(row)
    .filter(({ inputName }) => inputName !== "id" && inputName !== "channels" && inputName !== "custom")
    .map((field) => ({ name: field.wireName, json: fieldSchema(row, field), required: field.required }));
}

/** Aliases in their usual spelling; the decoder accepts any case. */
const legacySpellings: Record<string, string> = {
  brandid: "brandID",
  customerid: "customerID",
  externalprimaryid: "externalPrimaryID",
  primaryid: "primaryID",
};

function fieldSchema(row: Endpoint, field: FieldDescription): JsonSchema {
  const known = (row.legacyWire ? (aliases[field.inputName] ?? []) : [])
    .map((alias) => legacySpellings[alias] ?? alias)
    .filter((alias) => alias !== field.wireName);
  const sentences = [
    field.description,
    field.clears ? "Sent empty, it is cleared." : undefined,
    known.length > 0 ? `Also accepted as ${known.map((alias) => `\`${alias}\``).join(", ")}.` : undefined,
  ].filter((sentence) => sentence !== undefined);
  const description = sentences.map((sentence) => sentence.replace(/[^.!?]$/, "$&.")).join(" ");
  const needed = field.required && field.json.type === "string" && field.json.enum === undefined;
  return {
    ...field.json,
    ...(needed ? { minLength: 1 } : {}),
    ...(description === "" ? {} : { description }),
  };
}

/** Whether the operation takes fields from a body. */
export function hasBody(row: Endpoint): boolean {
  return readsBody(row) && Object.keys(row.input.shape).some((ours) => ours !== "id");
}

/** Whether each field may be in the query or in the body: then neither requires one. */
export function readsBodyAndQuery(row: Endpoint): boolean {
  return readsQuery(row) && readsBody(row);
}

/** The component name of an endpoint's body. */
function inputSchemaName(name: string): string {
  return `${pascal(name)}Input`;
}

/** The body schemas of a table, by component name. */
export function inputSchemas(table: readonly NamedEndpoint[]): Record<string, JsonSchema> {
  return Object.fromEntries(
    table
      .filter(({ row }) => hasBody(row))
      .map((one) => {
        const { id: _, ...example } = exampleInput(one);
        return [inputSchemaName(one.name), { ...inputSchema(one.row), examples: [example] }];
      }),
  );
}

/** Uses additionalProperties for `custom_…` and channel pairs, for generators that do not support patternProperties. */
function inputSchema(row: Endpoint): JsonSchema {
  const fields = plainFields(row);
  const channels = "channels" in row.input.shape;
  const custom = "custom" in row.input.shape;
  const required = fields
    .filter((field) => field.required && !readsBodyAndQuery(row))
    .map((field) => field.name);
  const properties = Object.fromEntries(fields.map(({ name, json }) => [name, json]));
  return {
    type: "object",
    properties: channels ? { ...properties, ...extraFieldProperties } : properties,
    ...(channels || custom
      ? {
          patternProperties: {
            ...(channels ? channelPairProperties : {}),
            ...(custom ? customFieldProperties : {}),
          },
          additionalProperties: customValue,
        }
      : row.legacyWire
        ? {}
        : { additionalProperties: false }),
    maxProperties: 200,
    ...(required.length > 0 ? { required } : {}),
  };
}

/** The body of an operation, or undefined; `example` is a flat record as on the wire. */
export function bodyOf({ name, row }: NamedEndpoint, example: JsonSchema): JsonSchema | undefined {
  if (!hasBody(row)) return undefined;
  const schema = refTo("schemas", inputSchemaName(name));
  const lists = plainFields(row).filter(({ json }) => json.type === "array");
  const encoding = Object.fromEntries(lists.map(({ name }) => [name, { style: "form", explode: true }]));
  const form = { schema, example, ...(lists.length > 0 ? { encoding } : {}) };
  return {
    required: !readsBodyAndQuery(row) && plainFields(row).some((field) => field.required),
    content: {
      "application/json": { schema, example },
      "application/x-www-form-urlencoded": form,
      "multipart/form-data": form,
    },
  };
}

/** The parameters of an operation at one of its paths. */
export function parametersOf(row: Endpoint, path: string, example: JsonSchema): JsonSchema[] {
  return [
    ...(path.includes("{id}") ? [idParameter(row, example)] : []),
    ...(readsQuery(row) ? queryParameters(row, example) : []),
    ...(row.ifMatch ? [refTo("parameters", "IfMatch")] : []),
    ...(row.stream ? [refTo("parameters", "LastEventId")] : []),
    ...(acceptsIdempotencyKey(row) ? [refTo("parameters", "IdempotencyKey")] : []),
    ...(row.method === "GET" || row.search || row.dryRun ? [] : [refTo("parameters", "ClientUser")]),
  ];
}

function idParameter(row: Endpoint, example: JsonSchema): JsonSchema {
  const facts = fieldsOf(row).find(({ inputName }) => inputName === "id");
  return {
    name: "id",
    in: "path",
    required: true,
    description: facts?.description,
    schema: facts?.json,
    ...("id" in example ? { example: example.id } : {}),
  };
}

/** Where a body takes the fields too, the query requires none. */
function queryParameters(row: Endpoint, example: JsonSchema): JsonSchema[] {
  const custom = "custom" in row.input.shape && row.method === "GET" ? [customParameter] : [];
  const plain = plainFields(row).map(({ name, json: { description, ...schema }, required }) => ({
    name,
    in: "query",
    required: required && !readsBodyAndQuery(row),
    ...(description === undefined ? {} : { description }),
    schema,
    ...(name in example ? { example: example[name] } : {}),
  }));
  return [...plain, ...custom];
}

/** Any custom field: an exploded object is a parameter for each of its members. */
const customParameter: JsonSchema = {
  name: "custom",
  in: "query",
  required: false,
  style: "form",
  explode: true,
  example: {}, // else an explorer fills in a field that no brand has
  description: "Customers with exactly this value of a custom field: `custom_<name>=<value>`, one of them.",
  schema: { type: "object", maxProperties: 1, additionalProperties: customValue },
};

/** The header parameters that several operations share. */
export const sharedParameters: Record<string, JsonSchema> = {
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    required: false,
    description:
      "Names this call, so that it can be repeated safely: within 24 hours the same fields answer what the first call answered, other fields are refused with `idempotency_conflict`, and so is a call whose answer spoke of a customer who was purged since.",
    schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[\\x21-\\x7e]+$" },
  },
  LastEventId: {
    name: "Last-Event-ID",
    in: "header",
    required: false,
    description:
      "The `id` that was read last: the stream goes on behind it. Browsers send it by themselves when they reconnect. One that is not known, or too far behind, counts as none.",
    schema: { type: "string", maxLength: 1000 },
  },
  ClientUser: {
    name: "Dossier-Client-User",
    in: "header",
    required: false,
    description:
      "Who runs the program, for the audit trail: shown there as `client_user`, a claim that is not checked. Percent-encoded where it is not ASCII; cut to 64 characters; left out if it cannot be printed.",
    schema: { type: "string" },
  },
  IfMatch: {
    name: "If-Match",
    in: "header",
    required: false,
    description:
      'The `ETag` of the customer as it was read, for example `"3"`. If the version has changed since, nothing is written and the answer is 412.',
    schema: { type: "string" },
  },
};
