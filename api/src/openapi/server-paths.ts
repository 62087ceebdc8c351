/** Server paths of the OpenAPI document, outside the table: liveness, readiness, metrics and the document itself. */
import type { JsonSchema } from "../field.ts";
import { errorResponse, unreadableResponse, unreadableResponses } from "./responses.ts";
import { refTo } from "./schemas.ts";

const healthSchema: JsonSchema = {
  type: "object",
  properties: {
    status: { type: "string", enum: ["ok", "unavailable"] },
    reason: { type: "string", description: "Why it is unavailable" },
    version: { type: "string", description: "The version of Dossier" },
    clock_difference: {
      type: "number",
      description: "`/readyz` alone: the server's clock minus its database's, in seconds, once it is known",
    },
  },
  required: ["status", "version"],
};

const unavailableExample: JsonSchema = {
  status: "unavailable",
  reason: "The database cannot be reached.",
  version: "0.1.0",
};

function jsonResponse(description: string, schema: JsonSchema, example: JsonSchema): JsonSchema {
  return {
    description,
    headers: { "X-Request-Id": refTo("headers", "X-Request-Id") },
    content: { "application/json": { schema, example } },
  };
}

/** An operation that needs no key. */
function publicOperation(
  operationId: string,
  { summary, description }: { summary: string; description: string },
  responses: Record<string, JsonSchema>,
): JsonSchema {
  const failures = {
    400: unreadableResponse("invalid_request", "The request is no HTTP/1.1, or lacks `Host`."),
    ...unreadableResponses,
    500: refTo("responses", "Internal"),
    503: refTo("responses", "Unavailable"),
  };
  return {
    get: {
      operationId,
      tags: ["server"],
      summary,
      description,
      security: [],
      responses: { ...failures, ...responses },
    },
  };
}

const metrics: JsonSchema = {
  operationId: "serverMetrics",
  tags: ["server"],
  summary: "What is to be watched, for Prometheus",
  description:
    "Counters, gauges and histograms in the text format: requests, the database and the sessions on it, retention, the process. Labels are endpoints, codes and ids of brands, never a name or an address. While the database is unreachable, keys that read them within the last hour still do. Needs the permission `METRICS_READ`, of a key for all brands.",
  "x-permission": "METRICS_READ",
  responses: {
    200: {
      description: "Every series",
      headers: { "X-Request-Id": refTo("headers", "X-Request-Id") },
      content: {
        "text/plain": {
          schema: { type: "string" },
          example:
            "# HELP dossier_database_up Whether the database answered within a second (1) or not (0).\n# TYPE dossier_database_up gauge\ndossier_database_up 1\n",
        },
      },
    },
    400: errorResponse(400, ["invalid_request", "invalid_field"], "metric", "apiKey"),
    401: refTo("responses", "Unauthorized"),
    403: refTo("responses", "Forbidden"),
    ...unreadableResponses,
    429: refTo("responses", "RateLimited"),
    500: refTo("responses", "Internal"),
    503: refTo("responses", "Unavailable"),
  },
};

/** Liveness, readiness, metrics, and this document. */
export const serverPaths: Record<string, JsonSchema> = {
  "/livez": publicOperation(
    "serverLivez",
    {
      summary: "Whether the server runs",
      description: "Answers as long as the process does. The database is not asked, so no key is needed.",
    },
    { 200: jsonResponse("It runs.", healthSchema, { status: "ok", version: "0.1.0" }) },
  ),
  "/readyz": publicOperation(
    "serverReadyz",
    {
      summary: "Whether the server can answer requests",
      description:
        "Asks the database. For balancers and orchestrators: send requests here only while it answers 200.",
    },
    {
      200: jsonResponse("It can.", healthSchema, { status: "ok", version: "0.1.0", clock_difference: 0.1 }),
      503: {
        ...jsonResponse(
          "It cannot, for the reason given; or it is stopping.",
          { anyOf: [healthSchema, refTo("schemas", "ApiError")] },
          unavailableExample,
        ),
        headers: {
          "Retry-After": refTo("headers", "Retry-After"),
          "X-Request-Id": refTo("headers", "X-Request-Id"),
        },
      },
    },
  ),
  "/metrics": { get: metrics },
  "/openapi.json": publicOperation(
    "serverOpenapi",
    {
      summary: "This document",
      description:
        "The description of this installation for programs: code generators, API clients, gateways. Its `servers` is the address that was asked.",
    },
    {
      200: jsonResponse(
        "The OpenAPI 3.1 document",
        {
          type: "object",
          properties: { openapi: { type: "string" }, info: { type: "object" }, paths: { type: "object" } },
          required: ["openapi", "info", "paths"],
        },
        { openapi: "3.1.0", info: { title: "Dossier", version: "0.1.0" }, paths: {} },
      ),
    },
  ),
};
