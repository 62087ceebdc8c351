/** Change endpoint: a stream of server-sent events that tells which customers and tickets have changed, by id alone. */
import * as z from "zod";
import { eventStream } from "../endpoint.ts";
import { described, integer } from "../field.ts";

const id = (what: string) => z.number().int().describe(what);
const brandId = id("The brand it belongs to");

/** The events of the stream. On the wire `type` is the event's name, and the rest its data. */
export const changeEvent = z.union([
  z.object({
    type: z.literal("customer").describe("A customer was created, changed, deleted or restored"),
    id: id("The customer"),
    brand_id: brandId,
  }),
  z.object({
    type: z
      .literal("ticket")
      .describe("A ticket was created or changed, or has a new message, note or customer"),
    id: id("The ticket"),
    brand_id: brandId,
    customer_id: id("The customer that the ticket has now; null: none").nullable(),
  }),
  z.object({
    type: z
      .literal("reset")
      .describe("What changed before is not known: read what you need. From here on every change is told"),
  }),
]);

export const change = {
  watch: eventStream({
    method: "GET",
    paths: ["/changes"],
    permission: "any",
    scope: "brands",
    entity: "change",
    summary: "Watch customers and tickets change",
    description:
      "Server-sent events (`text/event-stream`) with ids alone, within a second of a change: `customer` for keys with CUSTOMER_READ, `ticket` for keys with TICKET_READ, and `reset` where the reader must read what it needs, as at the beginning. Changes of one record that follow each other closely may be one event. A reader that reconnects with `Last-Event-ID` is told what it missed, or `reset` if that is too much or not known. The stream ends when the key or session does, or when the server stops: reconnect. An event of a timeline is no change of its customer.",
    input: z.object({
      seconds: described(
        integer(0, 3600),
        "End the stream after so many seconds; left out: when its connection closes",
      ).optional(),
    }),
    output: changeEvent,
    errors: [],
  }),
};
