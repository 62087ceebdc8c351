/**
 * OpenAPI document: computed from the table, with every endpoint, field, response and error code. Invariant: the output
 * is deterministic, so that the committed file can be compared with it.
 */
import type { JsonSchema } from "../field.ts";
import { basePath } from "../endpoint.ts";
import { rows } from "../table.ts";
import { responsesOf, sharedResponses, sharedHeaders } from "./responses.ts";
import { exampleResponse, exampleInput } from "./examples.ts";
import {
  bodyOf,
  hasBody,
  inputSchemas,
  readsBodyAndQuery,
  parametersOf,
  sharedParameters,
} from "./requests.ts";
import { type ResponseSchemas, responseSchemas, type NamedEndpoint, sorted } from "./schemas.ts";
import { securityRequirements, securitySchemes } from "./security.ts";
import { serverPaths } from "./server-paths.ts";
import { introduction, tagTexts } from "./text.ts";
import { payloadSchema, webhooks } from "./webhooks.ts";

/**
 * The installation that a document describes.
 *
 * @example
 * const here: Installation = { url: "https://customers.example.org", keyInQuery: false };
 */
export interface Installation {
  /** its address, without a slash at the end; default: `/`, the server that the document was read from */
  url?: string;
  /** whether it accepts the key in the query; default: true */
  keyInQuery?: boolean;
}

/**
 * The OpenAPI 3.1 document of the API.
 *
 * @param version the version in the document; default: the API's
 * @param installation the server that it describes; default: any
 * @example
 * const document = JSON.stringify(openapi(), null, 2);
 */
export function openapi(version = "2", installation: Installation = {}): Record<string, unknown> {
  const { url = "/", keyInQuery = true } = installation;
  const table = rows();
  const responses = responseSchemas(table);
  return {
    openapi: "3.1.0",
    info: {
      title: "Dossier",
      version,
      summary: "The open customer directory for omnichannel service desks",
      description: introduction,
      contact: { name: "The maintainers of Dossier" },
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url, description: "This installation" }],
    security: securityRequirements(keyInQuery),
    tags: tagsOf(table),
    paths: { ...pathsOf(table, responses), ...serverPaths },
    webhooks,
    components: {
      schemas: sorted({ ...responses.components, ...inputSchemas(table), WebhookPayload: payloadSchema() }),
      responses: sorted(sharedResponses()),
      parameters: sharedParameters,
      headers: sharedHeaders,
      securitySchemes: securitySchemes(keyInQuery),
    },
  };
}

function tagsOf(table: readonly NamedEndpoint[]): JsonSchema[] {
  const nouns = [...new Set(table.map(({ name }) => nounOf(name))), "server"];
  return nouns.map((name) => ({ name, ...(tagTexts[name] ? { description: tagTexts[name] } : {}) }));
}

function nounOf(name: string): string {
  return name.split(".")[0] ?? name;
}

function pathsOf(table: readonly NamedEndpoint[], responses: ResponseSchemas): Record<string, JsonSchema> {
  const paths: Record<string, JsonSchema> = {};
  for (const one of table)
    for (const path of one.row.paths) {
      const item = (paths[basePath + path] ??= {});
      item[one.row.method.toLowerCase()] = operation(one, path, responses);
    }
  return paths;
}

function operation(one: NamedEndpoint, path: string, responses: ResponseSchemas): JsonSchema {
  const { name, row } = one;
  const { id, ...fields } = exampleInput(one);
  const schema = responses.of(row);
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
    responses: responsesOf(
      row,
      schema,
      exampleResponse(one, schema, responses.components),
      Object.keys(fields)[0] ?? "itemLimit",
    ),
  };
}

/** `customer.find` as `customerFind`; further paths of the same operation get a number as suffix. */
function operationId({ name, row }: NamedEndpoint, path: string): string {
  const at = row.paths.indexOf(path);
  return (
    name.replace(/\.([a-z])/g, (_, letter: string) => letter.toUpperCase()) + (at === 0 ? "" : String(at + 1))
  );
}

function describe({ row }: NamedEndpoint, path: string): string {
  const [first] = row.paths;
  return [
    path === first ? undefined : `The same operation as \`${row.method} ${basePath}${first}\`.`,
    row.description,
    row.permission === "any" ? "Any valid key may call it." : `Needs the permission \`${row.permission}\`.`,
    row.scope === "installation" ? "Only a key for all brands may call it." : undefined,
    hasBody(row) && readsBodyAndQuery(row) ? "The fields may come in the body or in the query." : undefined,
    "channels" in row.input.shape
      ? "Channels to add are `extra_email`, `extra_telephone`, `extra_twitter`, `extra_facebook`, or pairs of `customerChannelType_n` and `customerChannelValue_n`, where n counts from 0."
      : undefined,
    "custom" in row.input.shape ? "Custom fields are `custom_` and their name." : undefined,
    row.unprefixedCustomFields
      ? "A field named like one of the brand's custom fields is that field, also without `custom_`."
      : undefined,
    ...Object.entries(row.costs ?? {}).map(
      ([field, cost]) => `With \`${field}\` a call counts as ${cost} requests against the limit of its key.`,
    ),
    row.secret ? "The answer holds a secret that is shown only once." : undefined,
  ]
    .filter((sentence) => sentence !== undefined)
    .join("\n\n");
}
