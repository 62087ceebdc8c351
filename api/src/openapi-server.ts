/** The paths of the OpenAPI document outside the table: what the server says about itself. */
import type { JsonSchema } from "./field.ts";

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

/** Liveness, readiness, and this document. */
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
  "/openapi.json": open("serverOpenapi", "This document", { 200: answer("The OpenAPI 3.1 document") }),
};
