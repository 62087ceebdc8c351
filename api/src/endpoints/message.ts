/** Messages and notes: what is said in a ticket. */
import * as z from "zod";
import { endpoint } from "../endpoint.ts";
import { choice, described, identifier, instant, prose, text } from "../field.ts";
import { resultOf } from "../page.ts";
import { ticketStatuses } from "./ticket.ts";

const content = described(prose(64 * 1024), "The text, at most 64 KiB");
const occurredAt = described(instant, "When it was said, for messages brought from elsewhere; default now");
const shared = { ticketID: z.number().int().describe("The ticket it stands in") };

export const message = {
  create: endpoint({
    method: "POST",
    paths: ["/message"],
    permission: "MESSAGE_CREATE",
    about: "ticket",
    summary: "Write a message or a note into a ticket",
    description: "Dossier keeps what was said; sending it is the desk's business.",
    input: z.object({
      ticketId: described(identifier, "The ticket"),
      type: described(text(64), "A channel type, by number or name, or `note` for what only agents see"),
      message: content,
      toAddress: described(text(255), "To whom; default the ticket's contact").optional(),
      submitStatus: described(choice(ticketStatuses), "The state the ticket gets with it").optional(),
      direction: described(
        choice(["inbound", "outbound"]),
        "`inbound`: the contact wrote it; default `outbound`",
      ).optional(),
      occurredAt: occurredAt.optional(),
    }),
    spelling: { ticketId: "ticketID", toAddress: "toAddress", submitStatus: "submitStatus" },
    output: resultOf(shared),
    errors: ["not_found"],
  }),
  chatbot: endpoint({
    method: "POST",
    paths: ["/message/chatbot"],
    permission: "MESSAGE_CREATE",
    about: "ticket",
    summary: "Open a ticket with its first message",
    description:
      "For a chat that a program held. The channel shows in `from`: an e-mail address, a telephone number, else livechat.",
    input: z.object({
      brandId: described(identifier, "The brand that was contacted"),
      message: content,
      subject: described(text(255), "The ticket's title").optional(),
      from: described(text(255), "Who wrote"),
      occurredAt: occurredAt.optional(),
    }),
    spelling: { brandId: "brandID" },
    output: resultOf({
      ...shared,
      customer_id: z.number().int().nullable().describe("The customer it is linked to; null: nobody yet"),
    }),
    errors: ["not_found"],
  }),
};
