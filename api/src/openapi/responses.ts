/**
 * The answers of the OpenAPI document: the success with its headers, and each status an operation can fail with,
 * together with the codes it can carry there. A status that always carries the same codes is written once.
 */
import { type Endpoint, errorsOf, keepsAnswer } from "../endpoint.ts";
import { type Code, codes } from "../error.ts";
import type { JsonSchema } from "../field.ts";
import { refTo } from "./schemas.ts";
import { codeTexts } from "./text.ts";

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

const limitHeaders = ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"];

/** The headers that answers share. */
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
};

function headers(names: readonly string[]): JsonSchema {
  return Object.fromEntries(names.map((name) => [name, refTo("headers", name)]));
}

/** Every answer an operation can give, by status. */
export function answersOf(
  row: Endpoint,
  schema: JsonSchema,
  example: unknown,
  field: string,
): Record<string, JsonSchema> {
  const own = [
    ...(row.etag ? ["ETag"] : []),
    ...limitHeaders,
    ...(keepsAnswer(row) ? ["Idempotency-Replayed"] : []),
  ];
  const answers: Record<string, JsonSchema> = {
    200: {
      description: successOf(row),
      headers: headers(own),
      content: { "application/json": { schema, example } },
    },
  };
  for (const [status, some] of byStatus(errorsOf(row)))
    answers[status] = sharedAs(status, some) ?? failure(status, some, row.about, field);
  return answers;
}

function successOf(row: Endpoint): string {
  if (row.method === "GET") return row.paths[0].includes("{id}") ? `The ${row.about}` : "A page of the list";
  return row.search
    ? "A page of the list; empty when nobody matches"
    : "The result: what it was about, and its outcome";
}

function byStatus(some: readonly Code[]): Map<number, Code[]> {
  const map = new Map<number, Code[]>();
  for (const code of some) map.set(codes[code], [...(map.get(codes[code]) ?? []), code]);
  return new Map([...map].sort(([a], [b]) => a - b));
}

/** The shared answer of a status, where an operation can carry all of that status's codes. */
function sharedAs(status: number, some: readonly Code[]): JsonSchema | undefined {
  const name = statusNames[status];
  return name !== undefined && some.length === codesOf(status).length ? refTo("responses", name) : undefined;
}

function codesOf(status: number): Code[] {
  return (Object.keys(codes) as Code[]).filter((code) => codes[code] === status);
}

/** The answers that are the same wherever they occur. */
export function sharedAnswers(): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(statusNames).map(([status, name]) => [
      name,
      failure(Number(status), codesOf(Number(status))),
    ]),
  );
}

function failure(status: number, some: readonly Code[], about = "customer", field = "brand_id"): JsonSchema {
  const waits = status === 429 || status === 503 ? ["Retry-After"] : [];
  const names = status === 429 ? [...limitHeaders, ...waits] : waits;
  const code = {
    type: "object",
    properties: { code: { type: "string", enum: [...some] } },
    required: ["code"],
  };
  return {
    description: descriptionOf(some),
    ...(names.length > 0 ? { headers: headers(names) } : {}),
    content: {
      "application/json": {
        schema: { allOf: [refTo("schemas", "ApiError"), code] },
        examples: Object.fromEntries(some.map((one) => [one, { value: failureExample(one, about, field) }])),
      },
    },
  };
}

function descriptionOf(some: readonly Code[]): string {
  const lines = some.map((code) => `\`${code}\`: ${codeTexts[code].means}. ${codeTexts[code].do}`);
  return lines.length === 1 ? lines.join("") : lines.map((line) => `- ${line}`).join("\n");
}

function failureExample(code: Code, about: string, field: string): JsonSchema {
  const { says, errors, conflict } = codeTexts[code];
  const put = (sentence: string) => sentence.replace("{about}", about).replace("{field}", field);
  return {
    type: "error",
    status: "error",
    code,
    message: put(says),
    ...(errors ? { errors: errors.map((fault) => ({ ...fault, field: put(fault.field) })) } : {}),
    ...(conflict ? { conflict } : {}),
    request_id: "req-2k7",
  };
}
