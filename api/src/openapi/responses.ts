/**
 * Responses of the OpenAPI document: the success with its headers, and each error status with the codes that the
 * operation can return. A status that always has the same codes is a shared component.
 */
import { type Endpoint, acceptsIdempotencyKey, readsBody } from "../endpoint.ts";
import { type Code, codes } from "../error.ts";
import type { JsonSchema } from "../field.ts";
import { refTo } from "./schemas.ts";
import { codeTexts } from "./text.ts";
import { acceptsIdentifier } from "../wire/decode.ts";

const statusNames: Record<number, string> = {
  401: "Unauthorized",
  403: "Forbidden",
  412: "StaleVersion",
  413: "TooLarge",
  415: "UnsupportedMediaType",
  429: "RateLimited",
  500: "Internal",
  503: "Unavailable",
};

/** What any request can end with before its operation is known, whose status is not the usual one of the code. */
const unreadable: Record<number, { name: string; code: Code; says: string }> = {
  408: { name: "RequestTimeout", code: "invalid_request", says: "The request took too long to arrive." },
  417: {
    name: "ExpectationFailed",
    code: "invalid_request",
    says: "The only expectation that is met is 100-continue.",
  },
  431: { name: "HeadersTooLarge", code: "too_large", says: "The request's headers are over 16 KiB." },
};

/** References to them, by status. */
export const unreadableResponses: Record<string, JsonSchema> = Object.fromEntries(
  Object.entries(unreadable).map(([status, { name }]) => [status, refTo("responses", name)]),
);

const limitHeaders = ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"];

/** The headers that responses share. */
export const sharedHeaders: Record<string, JsonSchema> = {
  ETag: {
    description: "The customer's `version` in quotes; send it as `If-Match`",
    schema: { type: "string", pattern: '^"[0-9]+"$' },
    example: '"3"',
  },
  "Idempotency-Replayed": {
    description: "Present when this is the kept answer of an earlier call with the same `Idempotency-Key`",
    schema: { type: "string", const: "true" },
  },
  "RateLimit-Limit": { description: "Requests the key may make a minute", schema: { type: "integer" } },
  "RateLimit-Remaining": { description: "Requests left in this minute", schema: { type: "integer" } },
  "RateLimit-Reset": { description: "Seconds until the count begins anew", schema: { type: "integer" } },
  "Retry-After": { description: "Seconds to wait before trying again", schema: { type: "integer" } },
  "Set-Cookie": {
    description: "The session's cookie, `dossier_session`: HttpOnly, and for this server's own pages only",
    schema: { type: "string" },
  },
  "WWW-Authenticate": { description: "That a key is asked for", schema: { type: "string" } },
  "X-Request-Id": {
    description: "The request's own id, as the log has it: yours, if you sent one of 8 to 64 characters",
    schema: { type: "string", pattern: "^[A-Za-z0-9._-]+$" },
  },
};

/** The headers of a response, and the one that every response has. */
function headers(names: readonly string[]): JsonSchema {
  return Object.fromEntries([...names, "X-Request-Id"].map((name) => [name, refTo("headers", name)]));
}

/** Every response of an operation, by status. */
export function responsesOf(
  row: Endpoint,
  schema: JsonSchema,
  example: unknown,
  field: string,
): Record<string, JsonSchema> {
  const own = [
    ...(row.etag ? ["ETag"] : []),
    ...limitHeaders,
    ...(acceptsIdempotencyKey(row) ? ["Idempotency-Replayed"] : []),
    ...(row.cookie ? ["Set-Cookie"] : []),
  ];
  const responses: Record<string, JsonSchema> = {
    ...unreadableResponses,
    200: {
      description: successOf(row),
      headers: headers(own),
      content: row.stream ? eventContent(schema) : { "application/json": { schema, example } },
    },
  };
  for (const [status, some] of byStatus(errorsOf(row)))
    responses[status] = sharedResponseRef(status, some) ?? errorResponse(status, some, row.entity, field);
  return responses;
}

const eventExample = `retry: 1000
id: RxvJ2l
event: reset
data: {}

event: customer
data: {"id":7,"brand_id":1}

event: ticket
data: {"id":31,"brand_id":1,"customer_id":7}
id: pQ4wXk

`;

/** The content of a stream: OpenAPI 3.1 has no keyword for its events, so their schema is that of the text. */
function eventContent(event: JsonSchema): JsonSchema {
  return {
    "text/event-stream": {
      schema: {
        type: "string",
        description:
          "Server-sent events: `type` is the event's name, the other fields are its data, as JSON. A comment is sent when nothing has happened for 15 seconds",
        contentMediaType: "text/event-stream",
        contentSchema: event,
      },
      example: eventExample,
    },
  };
}

/** Every error code of an operation: those of its row, and those that any request can end with. */
function errorsOf(row: Endpoint): Code[] {
  const always: Code[] = [
    "invalid_request",
    "invalid_field",
    "unknown_field",
    "missing_key",
    "invalid_key",
    "rate_limited",
  ];
  const body: Code[] = readsBody(row) ? ["too_large", "unsupported_media_type"] : [];
  const permission: Code[] = row.permission === "any" ? [] : ["permission_missing"];
  const session: Code[] = row.cookie === "opens" ? [] : ["session_required"];
  const identity: Code[] = acceptsIdentifier(row) ? ["identifiers_disagree"] : [];
  const retry: Code[] = acceptsIdempotencyKey(row) ? ["idempotency_conflict"] : [];
  const stale: Code[] = row.ifMatch ? ["stale_version"] : [];
  const own = [...always, ...body, ...permission, ...session, ...identity, ...row.errors, ...stale, ...retry];
  return [...new Set<Code>([...own, "internal", "unavailable"])];
}

function successOf(row: Endpoint): string {
  if (row.stream) return "The stream of events, until it ends";
  if (row.method === "GET") return row.paths[0].includes("{id}") ? `The ${row.entity}` : "A page of the list";
  return row.search
    ? "A page of the list; empty when nothing matches"
    : "The result: what it was about, and its outcome";
}

function byStatus(some: readonly Code[]): Map<number, Code[]> {
  const map = new Map<number, Code[]>();
  for (const code of some) map.set(codes[code], [...(map.get(codes[code]) ?? []), code]);
  return new Map([...map].sort(([a], [b]) => a - b));
}

/** The shared response of a status, if the operation can return all codes of that status. */
function sharedResponseRef(status: number, some: readonly Code[]): JsonSchema | undefined {
  const name = statusNames[status];
  return name !== undefined && some.length === codesOf(status).length ? refTo("responses", name) : undefined;
}

function codesOf(status: number): Code[] {
  return (Object.keys(codes) as Code[]).filter((code) => codes[code] === status);
}

/** The responses that are the same wherever they occur. */
export function sharedResponses(): Record<string, JsonSchema> {
  return Object.fromEntries([
    ...Object.entries(statusNames).map(([status, name]) => [
      name,
      errorResponse(Number(status), codesOf(Number(status))),
    ]),
    ...Object.values(unreadable).map(({ name, code, says }) => [name, unreadableResponse(code, says)]),
  ]) as Record<string, JsonSchema>;
}

/** A response to a request that cannot be read. */
export function unreadableResponse(code: Code, says: string): JsonSchema {
  return {
    description: says,
    headers: headers([]),
    content: jsonContent([code], { [code]: { value: { ...errorExample(code, "", ""), message: says } } }),
  };
}

/** A response with one of these codes; their messages speak of the entity and the field. */
export function errorResponse(
  status: number,
  some: readonly Code[],
  entity = "customer",
  field = "brand_id",
): JsonSchema {
  const waits = status === 429 || status === 503 ? ["Retry-After"] : [];
  const limits = status === 429 ? limitHeaders : [];
  const asks = status === 401 ? ["WWW-Authenticate"] : [];
  const examples = some.map((one) => [one, { value: errorExample(one, entity, field) }]);
  return {
    description: descriptionOf(some),
    headers: headers([...limits, ...waits, ...asks]),
    content: jsonContent(some, Object.fromEntries(examples) as JsonSchema),
  };
}

/** The content of an error response with one of these codes. */
function jsonContent(some: readonly Code[], examples: JsonSchema): JsonSchema {
  const code = {
    type: "object",
    properties: { code: { type: "string", enum: [...some] } },
    required: ["code"],
  };
  return {
    "application/json": { schema: { allOf: [refTo("schemas", "ApiError"), code] }, examples },
  };
}

function descriptionOf(some: readonly Code[]): string {
  const lines = some.map((code) => `\`${code}\`: ${codeTexts[code].means}. ${codeTexts[code].do}`);
  return lines.length === 1 ? lines.join("") : lines.map((line) => `- ${line}`).join("\n");
}

function errorExample(code: Code, entity: string, field: string): JsonSchema {
  const { says, errors, conflict } = codeTexts[code];
  const fillIn = (sentence: string) => sentence.replace("{about}", entity).replace("{field}", field);
  return {
    type: "error",
    status: "error",
    code,
    message: fillIn(says),
    ...(errors ? { errors: errors.map((fault) => ({ ...fault, field: fillIn(fault.field) })) } : {}),
    ...(conflict ? { conflict } : {}),
    request_id: "req-2k7",
  };
}
