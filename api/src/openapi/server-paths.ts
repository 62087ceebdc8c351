/** The paths of the OpenAPI document outside the table: what the server says about itself. */
import type { JsonSchema } from "../field.ts";

const state: JsonSchema = {
  type: "object",
  properties: {
    status: { type: "string", enum: ["ok", "unavailable"] },
    reason: { type: "string", description: "Why it is unavailable" },
    version: { type: "string", description: "The version of Dossier" },
  },
  required: ["status", "version"],
};

function answer(
  description: string,
  schema: JsonSchema = { type: "object" },
  example?: JsonSchema,
): JsonSchema {
  return { description, content: { "application/json": { schema, ...(example ? { example } : {}) } } };
}

function open(operationId: string, summary: string, responses: Record<string, JsonSchema>): JsonSchema {
  return { get: { operationId, tags: ["server"], summary, security: [], responses } };
}

/** A failure that any operation can answer, by the name of the shared one. */
function shared(name: string): JsonSchema {
  return { $ref: `#/components/responses/${name}` };
}

const metrics: JsonSchema = {
  operationId: "serverMetrics",
  tags: ["server"],
  summary: "What is to be watched, for Prometheus",
  description:
    "Counters, gauges and histograms in the text format: requests, the database and the sessions on it, retention, the process. Labels are endpoints, codes and ids of brands, never a name or an address. While the database is away, whoever has read before is answered still. Needs the permission `SETTINGS_CRUD`.",
  "x-permission": "SETTINGS_CRUD",
  responses: {
    200: {
      description: "Every series",
      content: {
        "text/plain": {
          schema: { type: "string" },
          example:
            "# HELP dossier_database_up Whether the database answered within a second (1) or not (0).\n# TYPE dossier_database_up gauge\ndossier_database_up 1\n",
        },
      },
    },
    400: answer("The key was sent more than once with different values", {
      $ref: "#/components/schemas/ApiError",
    }),
    401: shared("Unauthorized"),
    403: shared("Forbidden"),
    429: shared("RateLimited"),
    500: shared("Internal"),
    503: shared("Unavailable"),
  },
};

/** Liveness, readiness, metrics, and this document. */
export const serverPaths: Record<string, JsonSchema> = {
  "/livez": open("serverLivez", "Whether the server runs", {
    200: answer("It runs. The database is not asked.", state, { status: "ok", version: "0.1.0" }),
  }),
  "/readyz": open("serverReadyz", "Whether the server can answer requests", {
    200: answer("It can.", state, { status: "ok", version: "0.1.0" }),
    503: answer("It cannot, for the reason given.", state, {
      status: "unavailable",
      reason: "The database cannot be reached.",
      version: "0.1.0",
    }),
  }),
  "/metrics": { get: metrics },
  "/openapi.json": open("serverOpenapi", "This document", { 200: answer("The OpenAPI 3.1 document") }),
};
