/** API keys: who may do what, in which brands, until when. A key's text is answered once and never again. */
import * as z from "zod";
import { endpoint, permissions } from "../endpoint.ts";
import { choice, described, identifier, instant, list, text } from "../field.ts";
import { listOf, paging, resultOf } from "../page.ts";

/** An API key on the wire; `prefix` is the beginning of its text, enough to recognise it by. */
const keyShape = z.object({
  id: z.number().int(),
  name: z.string(),
  prefix: z.string(),
  permissions: z.array(z.enum(permissions)),
  brand_ids: z.array(z.number().int()).nullable().describe("null: all brands"),
  created_at: z.string(),
  expires_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
  last_used_at: z.string().nullable().describe("Exact to a minute"),
});

export const key = {
  list: endpoint({
    method: "GET",
    paths: ["/apikey"],
    permission: "SETTINGS_CRUD",
    about: "key",
    summary: "List the API keys",
    input: z.object({ ...paging }),
    output: listOf(keyShape),
    errors: [],
  }),
  create: endpoint({
    method: "POST",
    paths: ["/apikey"],
    permission: "SETTINGS_CRUD",
    about: "key",
    summary: "Create an API key",
    description:
      "Answers the key's text once. A key hands out only permissions and brands that it has itself.",
    secret: true,
    input: z.object({
      name: text(255),
      permissions: list(choice(permissions), 1),
      brandIds: described(list(identifier, 1), "Left out: all brands").optional(),
      expiresAt: described(instant, "When the key stops working; left out: never").optional(),
    }),
    output: resultOf({ key: z.string().describe("The key; it is not shown again") }),
    errors: ["permission_missing", "not_found"],
  }),
  revoke: endpoint({
    method: "DELETE",
    paths: ["/apikey/{id}"],
    permission: "SETTINGS_CRUD",
    about: "key",
    summary: "Revoke an API key",
    description: "At once in the process that answers, within a second in every other.",
    input: z.object({ id: identifier }),
    output: resultOf({}),
    errors: ["not_found"],
  }),
};
