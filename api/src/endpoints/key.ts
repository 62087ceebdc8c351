/**
 * API key endpoints: permissions, brands and expiry of each key. The key's text appears in one response only, that of
 * its creation.
 */
import * as z from "zod";
import { endpoint, permissions } from "../endpoint.ts";
import { choice, described, exactFlag, filter, identifier, list, protectiveFlag } from "../field.ts";
import { protectiveInstant } from "../time-field.ts";
import { text } from "../text-field.ts";
import { listOf, paging, resultOf } from "../page.ts";

const keyKinds = ["service", "person"] as const;

/** The kind of a key, on the wire. */
export const kindOfKey = z
  .enum(keyKinds)
  .describe("Whose key it is: a program's (`service`), or that of a `person` who signs in on pages");

const createdBy = z
  .object({
    id: z.number().int(),
    name: z.string().nullable().describe("null: the key that asks does not see it"),
  })
  .nullable()
  .describe(
    "The key that made it, or has taken it over since: it ends with that one. null: with none, made by the bootstrap administrator key, the first start or a command beside the data",
  );
const expiresAt = z
  .string()
  .nullable()
  .describe("When it, or a key that it ends with, stops working; null: never");

/** An API key on the wire; `prefix` is the beginning of its text, for recognition. */
const keyShape = z.object({
  id: z.number().int(),
  name: z.string(),
  kind: kindOfKey,
  headers_allowed: z
    .boolean()
    .describe(
      "Whether calls may carry it; else it only opens sessions. A service's key always may be carried",
    ),
  prefix: z.string(),
  permissions: z.array(z.enum(permissions)),
  brand_ids: z.array(z.number().int()).nullable().describe("null: all brands"),
  strict: z.boolean().describe("Whether documented calls with it refuse names that they do not know"),
  created_at: z.string(),
  created_by: createdBy,
  expires_at: expiresAt,
  revoked_at: z.string().nullable().describe("When it, or a key that it ends with, was revoked"),
  last_used_at: z.string().nullable().describe("Exact to a minute"),
});

export const key = {
  list: endpoint({
    method: "GET",
    paths: ["/apikey"],
    permission: "SETTINGS_CRUD",
    scope: "brands",
    entity: "key",
    summary: "List the API keys",
    input: z.object({ kind: filter(choice(keyKinds), "Only keys of programs, or of persons"), ...paging }),
    output: listOf(keyShape),
    errors: [],
  }),
  create: endpoint({
    method: "POST",
    paths: ["/apikey"],
    permission: "SETTINGS_CRUD",
    scope: "brands",
    entity: "key",
    summary: "Create an API key",
    description:
      "Answers the key's text once. A key hands out only permissions and brands that it has itself, and no longer than it lasts: the new key ends with the one that makes it.",
    secret: true,
    input: z.object({
      name: text(255),
      permissions: list(choice(permissions), 1),
      brandIds: described(list(identifier, 1), "Left out: all brands").optional(),
      expiresAt: described(
        protectiveInstant,
        "When the key stops working, no later than the one that makes it; left out: when that one does",
      ).optional(),
      kind: described(
        choice(keyKinds),
        "Whose key it is: `service`, a program's, which is the default; or `person`, for signing in on pages",
      ).optional(),
      headersAllowed: described(
        protectiveFlag,
        "Of a person's key: calls may carry it too, as those of a program do; default false",
      ).optional(),
      strict: described(
        protectiveFlag,
        "Documented calls with it refuse names that they do not know, instead of listing them as `ignored`; default false",
      ).optional(),
    }),
    output: resultOf({
      key: z.string().describe("The key; it is not shown again"),
      created_by: createdBy,
      expires_at: expiresAt,
    }),
    errors: ["permission_missing", "not_found"],
  }),
  revoke: endpoint({
    method: "DELETE",
    paths: ["/apikey/{id}"],
    permission: "SETTINGS_CRUD",
    scope: "brands",
    entity: "key",
    summary: "Revoke an API key",
    description:
      "At once in the process that answers, within a second in every other. The keys that it has made, and those that they have made, end with it; with `adopt` the key that asks takes them over instead, and if it was made by the revoked one itself, takes its place.",
    undo: { loses: "the key, and those that it has made, unless they are adopted" },
    input: z.object({
      id: identifier,
      adopt: described(
        exactFlag,
        "Take over the keys that it has made, which needs its permissions; no key lasts longer for that",
      ).optional(),
    }),
    output: resultOf({
      ended: z.number().int().optional().describe("How many keys that it had made ended with it, if any"),
      adopted: z.number().int().optional().describe("With `adopt`: how many keys were taken over"),
    }),
    errors: ["not_found"],
  }),
};
