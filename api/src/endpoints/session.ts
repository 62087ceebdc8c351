/** Session endpoints: exchange a key for an HttpOnly cookie, so that pages need not store keys. */
import * as z from "zod";
import { endpoint, permissions } from "../endpoint.ts";
import { itemOf, resultOf } from "../page.ts";
import { kindOfKey } from "./key.ts";

const sessionShape = z.object({
  key_id: z.number().int().describe("The key the session stands for; 0 is the bootstrap administrator key"),
  name: z.string().describe("The key's name"),
  kind: kindOfKey,
  permissions: z.array(z.enum(permissions)),
  brand_ids: z.array(z.number().int()).nullable().describe("null: all brands"),
  expires_at: z
    .string()
    .nullable()
    .describe("When the key, or one that it ends with, stops working; null: never"),
  session: z
    .object({
      opened_at: z.string().describe("When it was opened, by a key or a start link"),
      expires_at: z.string().describe("When it ends at the latest; before, if the key does"),
      idle_seconds: z
        .number()
        .int()
        .nullable()
        .describe("After how many seconds without a call it ends before; null: no such limit"),
    })
    .nullable()
    .describe("The session of the cookie; null: the call came with a key"),
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
      "Sets an HttpOnly cookie that stands for the key for 12 hours, or until the session is closed, is not used for as long as the operator has set (`DOSSIER_SESSION_IDLE`), or the key ends. By a cookie it is the same session again, which ends when it would have. The token of a start link (`dossier start-link`) is sent as a key too: it opens one session of its key, and is used up by it. With the cookie, everything but GET needs an `Origin` header of this server's own origin.",
    secret: true,
    cookie: "opens",
    input: z.object({}),
    output: itemOf(sessionShape),
    errors: ["start_link_over"],
  }),
  find: endpoint({
    method: "GET",
    paths: ["/session"],
    permission: "any",
    scope: "shared",
    entity: "session",
    summary: "Who am I",
    description:
      "The name, kind, permissions, brands and end of the key in use, however it was sent, and the end of the session, if it came by a cookie.",
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
      "Takes the cookie away and ends the session: when this is answered its cookie is refused by every process of this server, and within a second by other servers on the same database. A key has no session to close.",
    undo: { by: "session.open" },
    cookie: "closes",
    input: z.object({}),
    output: resultOf({}),
    errors: [],
  }),
};
