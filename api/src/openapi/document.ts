/**
 * The OpenAPI document, computed from the table. It holds every endpoint with every field, answer and error code, and
 * comes out the same each time, so that the committed file can be compared with it.
 */
import type { JsonSchema } from "../field.ts";
import { basePath } from "../endpoint.ts";
import { rows } from "../table.ts";
import { answersOf, sharedAnswers, sharedHeaders } from "./responses.ts";
import { exampleAnswer, exampleInput } from "./examples.ts";
import { bodyOf, inputSchemas, parametersOf, sharedParameters } from "./requests.ts";
import { type AnswerSchemas, answerSchemas, type Named, sorted } from "./schemas.ts";
import { serverPaths } from "./server-paths.ts";
import { introduction, tagTexts } from "./text.ts";
import { payloadSchema, webhooks } from "./webhooks.ts";

/**
 * The OpenAPI 3.1 document of the API.
 *
 * @param version what the document calls its version; the default is the API's
 * @example
 * const document = JSON.stringify(openapi(), null, 2);
 */
export function openapi(version = "2"): Record<string, unknown> {
  const table = rows();
  const answers = answerSchemas(table);
  return {
    openapi: "3.1.0",
    info: {
      title: "Dossier",
      version,
      summary: "The open customer directory for omnichannel service desks",
      description: introduction,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/", description: "This installation" }],
    security: [{ apiKey: [] }],
    tags: tagsOf(table),
    paths: { ...pathsOf(table, answers), ...serverPaths },
    webhooks,
    components: {
      schemas: sorted({ ...answers.components, ...inputSchemas(table), WebhookPayload: payloadSchema() }),
      responses: sorted(sharedAnswers()),
      parameters: sharedParameters,
      headers: sharedHeaders,
      securitySchemes,
    },
  };
}

/** Any one does, everywhere. Only the header is demanded above: generated clients send whatever stands there, all of it. */
const securitySchemes: Record<string, JsonSchema> = {
  apiKey: {
    type: "apiKey",
    in: "header",
    name: "apiKey",
    description: "The usual way: the key in a header. The other schemes are accepted instead, everywhere.",
  },
  apiKeyInQuery: {
    type: "apiKey",
    in: "query",
    name: "apiKey",
    description: "For callers that cannot set headers. Addresses end up in logs elsewhere: prefer a header.",
  },
  bearer: { type: "http", scheme: "bearer", description: "The key as a bearer token." },
  session: {
    type: "apiKey",
    in: "cookie",
    name: "dossier_session",
    description: "For pages: the cookie that `POST /session` sets in exchange for a key.",
  },
};

function tagsOf(table: readonly Named[]): JsonSchema[] {
  const nouns = [...new Set(table.map(({ name }) => nounOf(name))), "server"];
  return nouns.map((name) => ({ name, ...(tagTexts[name] ? { description: tagTexts[name] } : {}) }));
}

function nounOf(name: string): string {
  return name.split(".")[0] ?? name;
}

function pathsOf(table: readonly Named[], answers: AnswerSchemas): Record<string, JsonSchema> {
  const paths: Record<string, JsonSchema> = {};
  for (const one of table)
    for (const path of one.row.paths) {
      const item = (paths[basePath + path] ??= {});
      item[one.row.method.toLowerCase()] = operation(one, path, answers);
    }
  return paths;
}

function operation(one: Named, path: string, answers: AnswerSchemas): JsonSchema {
  const { name, row } = one;
  const { id, ...fields } = exampleInput(one);
  const schema = answers.of(row);
  const parameters = parametersOf(row, path, { id, ...fields });
  const body = bodyOf(one, fields);
  return {
    operationId: operationId(one, path),
    tags: [nounOf(name)],
    summary: row.summary,
    description: describe(one, path),
    "x-permission": row.permission,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: body } : {}),
    responses: answersOf(
      row,
      schema,
      exampleAnswer(one, schema, answers.components),
      Object.keys(fields)[0] ?? "itemLimit",
    ),
  };
}

/** `customer.find` as `customerFind`; a further path of the same operation has its number behind it. */
function operationId({ name, row }: Named, path: string): string {
  const at = row.paths.indexOf(path);
  return (
    name.replace(/\.([a-z])/g, (_, letter: string) => letter.toUpperCase()) + (at === 0 ? "" : String(at + 1))
  );
}

function describe({ row }: Named, path: string): string {
  const [first] = row.paths;
  return [
    path === first ? undefined : `The same operation as \`${row.method} ${basePath}${first}\`.`,
    row.description,
    row.permission === "any" ? "Any valid key may call it." : `Needs the permission \`${row.permission}\`.`,
    row.search ? "The fields may come in the body or in the query." : undefined,
    "channels" in row.input.shape
      ? "Channels to add are `extra_email`, `extra_telephone`, `extra_twitter`, `extra_facebook`, or pairs of `customerChannelType_n` and `customerChannelValue_n`, where n counts from 0."
      : undefined,
    "custom" in row.input.shape ? "Custom fields are `custom_` and their name." : undefined,
    row.bareCustom
      ? "A field named like one of the brand's custom fields is that field, also without `custom_`."
      : undefined,
    row.secret ? "The answer holds a secret that is shown only once." : undefined,
  ]
    .filter((sentence) => sentence !== undefined)
    .join("\n\n");
}
