/** Session endpoints: exchange a key for an HttpOnly cookie, so that pages need not store keys. */
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
    scope: "shared",
    entity: "session",
    summary: "Exchange a key for a cookie",
    description:
      "Sets an HttpOnly cookie that stands for the key for 12 hours, or until the session is closed or the key ends. By a cookie it is the same session again, which ends when it would have. With the cookie, everything but GET needs an `Origin` header of this server's own origin.",
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
    scope: "shared",
    entity: "session",
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
    scope: "shared",
    entity: "session",
    summary: "Close the session",
    description:
      "Takes the cookie away and ends the session: its cookie is refused from then on, within a second in every process. A key has no session to close.",
    undo: { by: "session.open" },
    cookie: "closes",
    input: z.object({}),
    output: resultOf({}),
    errors: [],
  }),
};
