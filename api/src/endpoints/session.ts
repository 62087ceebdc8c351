/** Sessions: a key exchanged for a cookie that scripts cannot read, for pages that should not hold keys. */
import * as z from "zod";
import { endpoint, permissions } from "../endpoint.ts";
import { itemOf, resultOf } from "../page.ts";

const sessionShape = z.object({
  key_id: z.number().int().describe("The key the session stands for; 0 is the bootstrap administrator key"),
  name: z.string().describe("The key's name"),
  permissions: z.array(z.enum(permissions)),
  brand_ids: z.array(z.number().int()).nullable().describe("null: all brands"),
});

export const session = {
  open: endpoint({
    method: "POST",
    paths: ["/session"],
    permission: "any",
    about: "session",
    summary: "Exchange a key for a cookie",
    description:
      "Sets an HttpOnly cookie that stands for the key for 12 hours, or until the key is revoked. With the cookie, everything but GET needs an `Origin` header of this server's own origin.",
    secret: true,
    cookie: "opens",
    input: z.object({}),
    output: itemOf(sessionShape),
    errors: [],
  }),
  find: endpoint({
    method: "GET",
    paths: ["/session"],
    permission: "any",
    about: "session",
    summary: "Who am I",
    description: "The name, permissions and brands of the key in use, however it was sent.",
    input: z.object({}),
    output: itemOf(sessionShape),
    errors: [],
  }),
  close: endpoint({
    method: "DELETE",
    paths: ["/session"],
    permission: "any",
    about: "session",
    summary: "Give the cookie up",
    cookie: "closes",
    input: z.object({}),
    output: resultOf({}),
    errors: [],
  }),
};
