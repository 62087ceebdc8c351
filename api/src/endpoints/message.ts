/** Message endpoints: messages and internal notes of a ticket. Dossier stores them; the service desk sends them. */
import * as z from "zod";
import { endpoint } from "../endpoint.ts";
import { anyLine, anyLines, text } from "../text-field.ts";
import { choice, described, identifier } from "../field.ts";
import { instant } from "../time-field.ts";
import { resultOf, truncatedFields } from "../page.ts";
import { ticketStatuses } from "./ticket.ts";

const content = described(anyLines, "The text, as long as a body may be; may be empty");
const occurredAt = described(instant, "When it was said, for messages brought from elsewhere; default now");
const shared = {
  ticketID: z.number().int().describe("The ticket it stands in"),
  truncated: truncatedFields,
};

export const message = {
  create: endpoint({
    method: "POST",
    paths: ["/message"],
    permission: "MESSAGE_CREATE",
    scope: "brands",
    entity: "ticket",
    summary: "Write a message or a note into a ticket",
    description:
      "Dossier keeps what was said; sending it is the desk's business. Control characters other than tabs and line ends become blanks.",
    intake: true,
    input: z.object({
      ticketId: described(identifier, "The ticket"),
      type: described(text(64), "A channel type, by number or name, or `note` for what only agents see"),
      message: content,
      toAddress: described(anyLine(), "To whom, in any form; default the ticket's contact").optional(),
      submitStatus: described(choice(ticketStatuses), "The state the ticket gets with it").optional(),
      direction: described(
        choice(["inbound", "outbound"]),
        "`inbound`: the contact wrote it; default `outbound`",
      ).optional(),
      occurredAt: occurredAt.optional(),
    }),
    wireNames: { ticketId: "ticketID", toAddress: "toAddress", submitStatus: "submitStatus" },
    output: resultOf(shared),
    errors: ["not_found"],
  }),
  chatbot: endpoint({
    method: "POST",
    paths: ["/message/chatbot"],
    permission: "MESSAGE_CREATE",
    scope: "brands",
    entity: "ticket",
    summary: "Open a ticket with its first message",
    description:
      "For a chat that a program held. The channel shows in `from`: an e-mail address, a telephone number, else livechat. Any `from`, subject and message is taken, as for tickets.",
    intake: true,
    input: z.object({
      brandId: described(identifier, "The brand that was contacted"),
      message: content,
      subject: described(anyLine(), "The ticket's title; over 255 characters it is cut").optional(),
      from: described(anyLine(), "Who wrote, in any form").optional(),
      occurredAt: occurredAt.optional(),
    }),
    wireNames: { brandId: "brandID" },
    output: resultOf({
      ...shared,
      customer_id: z.number().int().nullable().describe("The customer it is linked to; null: none yet"),
    }),
    errors: ["not_found"],
  }),
};
