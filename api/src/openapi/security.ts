/**
 * Security of the OpenAPI document: every place in which a request may carry its key, as alternatives. One suffices, and
 * the header comes first, because clients that take the first alternative then send the key where nothing logs it.
 */
import type { JsonSchema } from "../field.ts";

const schemes: Record<string, JsonSchema> = {
  apiKey: {
    type: "apiKey",
    in: "header",
    name: "apiKey",
    description:
      "The usual way: the key in the header `apiKey`. Like every header it counts in any case: `apikey`, `APIKEY`.",
  },
  bearer: {
    type: "http",
    scheme: "bearer",
    description: "The key as a bearer token: `Authorization: Bearer` and the key.",
  },
  authorization: {
    type: "apiKey",
    in: "header",
    name: "Authorization",
    description: "The key behind the word `apikey`: `Authorization: apikey` and the key.",
  },
  session: {
    type: "apiKey",
    in: "cookie",
    name: "dossier_session",
    description:
      "For pages: the cookie that `POST /session` sets in exchange for a key. Requests that change something then need an `Origin` of this server.",
  },
};

/** Missing in the document of an installation that does not accept it. */
const queryScheme: Record<string, JsonSchema> = {
  apiKeyInQuery: {
    type: "apiKey",
    in: "query",
    name: "apiKey",
    description:
      "For callers that cannot set headers. Addresses end up in the logs of others: prefer a header. An operator can switch it off.",
  },
};

/** The schemes by name; any one of them suffices. */
export function securitySchemes(keyInQuery: boolean): Record<string, JsonSchema> {
  return { ...schemes, ...(keyInQuery ? queryScheme : {}) };
}

/** The requirement of every operation with a key: one of the schemes. */
export function securityRequirements(keyInQuery: boolean): Record<string, string[]>[] {
  return Object.keys(securitySchemes(keyInQuery)).map((name) => ({ [name]: [] }));
}
