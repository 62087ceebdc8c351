/**
 * The requests of the OpenAPI document: path, query and header parameters, and bodies, in each operation's own
 * spelling. The same schema stands for all three encodings: on the wire every field is text.
 */
import { type Endpoint, keepsAnswer, readsQuery } from "../endpoint.ts";
import type { JsonSchema } from "../field.ts";
import { type FieldFacts, fieldsOf } from "./field-list.ts";
import { customValue, type Named, pascal, refTo } from "./schemas.ts";
import { aliases } from "../wire/decode.ts";

const pairName = (half: "Type" | "Value") => `^customerChannel${half}_(0|[1-9][0-9]{0,3})$`;

const extras: Record<string, JsonSchema> = {
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

const pairs: Record<string, JsonSchema> = {
  [pairName("Type")]: {
    type: ["string", "integer"],
    maxLength: 64,
    description: "The channel type of pair n, by number or by name: `1`, `email`, `telephone`, …",
  },
  [pairName("Value")]: {
    type: ["string", "integer"],
    maxLength: 255,
    description: "The address of pair n; at most 50 pairs.",
  },
};

const customs: Record<string, JsonSchema> = {
  "^custom_.+$": {
    ...customValue,
    maxLength: 64 * 1024,
    description: "A custom field: `custom_` and its name of at most 64 characters; at most 100 of them.",
  },
};

/** The fields of an endpoint as JSON Schema properties in its own spelling; channels and custom fields apart. */
function plainFields(row: Endpoint): { name: string; json: JsonSchema; required: boolean }[] {
  return fieldsOf(row)
    .filter(({ ours }) => ours !== "id" && ours !== "channels" && ours !== "custom")
    .map((field) => ({ name: field.wire, json: fieldSchema(row, field), required: field.required }));
}

/** Aliases as people write them; the decoder knows them in any case. */
const spelled: Record<string, string> = {
  brandid: "brandID",
  customerid: "customerID",
  externalprimaryid: "externalPrimaryID",
  primaryid: "primaryID",
};

function fieldSchema(row: Endpoint, field: FieldFacts): JsonSchema {
  const known = (row.original ? (aliases[field.ours] ?? []) : [])
    .map((alias) => spelled[alias] ?? alias)
    .filter((alias) => alias !== field.wire);
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

/** Whether an endpoint is documented with a body: DELETE is not, its fields come in the query. */
function hasBody(row: Endpoint): boolean {
  return (
    (row.method === "POST" || row.method === "PUT") &&
    Object.keys(row.input.shape).some((ours) => ours !== "id")
  );
}

/** The component name of an endpoint's body. */
function inputName(name: string): string {
  return `${pascal(name)}Input`;
}

/** The body schemas of a table, by component name. */
export function inputSchemas(table: readonly Named[]): Record<string, JsonSchema> {
  return Object.fromEntries(
    table.filter(({ row }) => hasBody(row)).map(({ name, row }) => [inputName(name), inputSchema(row)]),
  );
}

/** Generators that do not know patternProperties make the map of `custom_…` and pairs from additionalProperties. */
function inputSchema(row: Endpoint): JsonSchema {
  const fields = plainFields(row);
  const channels = "channels" in row.input.shape;
  const custom = "custom" in row.input.shape;
  const required = fields.filter((field) => field.required).map((field) => field.name);
  const properties = Object.fromEntries(fields.map(({ name, json }) => [name, json]));
  return {
    type: "object",
    properties: channels ? { ...properties, ...extras } : properties,
    ...(channels || custom
      ? {
          patternProperties: { ...(channels ? pairs : {}), ...(custom ? customs : {}) },
          additionalProperties: customValue,
        }
      : {}),
    maxProperties: 200,
    ...(required.length > 0 ? { required } : {}),
  };
}

/** The body of an operation, or nothing; `example` is a flat record as the wire has it. */
export function bodyOf({ name, row }: Named, example: JsonSchema): JsonSchema | undefined {
  if (!hasBody(row)) return undefined;
  const schema = refTo("schemas", inputName(name));
  const lists = plainFields(row).filter(({ json }) => json.type === "array");
  const encoding = Object.fromEntries(lists.map(({ name }) => [name, { style: "form", explode: true }]));
  const form = { schema, example, ...(lists.length > 0 ? { encoding } : {}) };
  return {
    required: !row.search && plainFields(row).some((field) => field.required),
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
    ...(keepsAnswer(row) ? [refTo("parameters", "IdempotencyKey")] : []),
  ];
}

function idParameter(row: Endpoint, example: JsonSchema): JsonSchema {
  const facts = fieldsOf(row).find(({ ours }) => ours === "id");
  return {
    name: "id",
    in: "path",
    required: true,
    description: facts?.description,
    schema: facts?.json,
    ...("id" in example ? { example: example.id } : {}),
  };
}

/** A search takes its fields from either place, so none is required in the query, and an example is in the body. */
function queryParameters(row: Endpoint, example: JsonSchema): JsonSchema[] {
  return plainFields(row).map(({ name, json: { description, ...schema }, required }) => ({
    name,
    in: "query",
    required: required && !row.search,
    ...(description === undefined ? {} : { description }),
    schema,
    ...(name in example && !row.search ? { example: example[name] } : {}),
  }));
}

/** The header parameters that several operations share. */
export const sharedParameters: Record<string, JsonSchema> = {
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    required: false,
    description:
      "Names this call, so that it can be repeated safely: within 24 hours the same fields answer what the first call answered, other fields are refused with `idempotency_conflict`.",
    schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[\\x21-\\x7e]+$" },
  },
  IfMatch: {
    name: "If-Match",
    in: "header",
    required: false,
    description:
      'The `ETag` of the customer as it was read, for example `"3"`. If it has another version by now, nothing is written and the answer is 412.',
    schema: { type: "string" },
  },
};
