// The corpus of difficult texts through every field of events, tickets and messages: accepted texts come back byte for
// byte (trimmed where the field is one line), the others are a 400 that names the field, never a 500.
import { expect, test } from "vitest";
import { cleanLine } from "@dossier/api";
import { isBlank } from "../../../../api/src/visible-text.ts";
import { corpus } from "../../support/data/difficult-texts.ts";
import { uniqueName, startFixtureServer, type Fields } from "../../support/requests.ts";

const world = await startFixtureServer();
const brandId = await world.newBrand();
const { id: customerId } = await world.admin.customer.create({ brandId, firstname: "Ada" });
const { id: ticketId } = await world.admin.ticket.create({ brandId, channel: "livechat", title: "t" });

interface Road {
  path: string;
  fields: Fields;
  /** returns the stored text, by the id in the response */
  back(id: number): Promise<unknown>;
  /** how a text comes back; by default trimmed */
  kept?: (text: string) => string;
  /** nothing is refused */
  isOpen?: true;
}

const item = async (id: string) => {
  const { items } = await world.admin.customer.listTimeline({ customerId, itemLimit: 5 });
  return items.find((one) => one.id === id);
};
const event = { customer_id: String(customerId), message: "m" };
const open = { brandID: String(brandId), channelID: "livechat" };
const ticketOf = async (id: number) => (await world.admin.ticket.find({ id })).item;
const saidIn = async (id: number) =>
  (await world.admin.ticket.find({ id, getTicketHistory: true })).item.timeline?.[0];

/** A line without surrounding blanks; one that shows nothing is empty. */
const trimmed = (text: string) => (isBlank(text) ? "" : text.trim());
/** A line that a person wrote elsewhere: nothing is refused, and it is cut. */
const line = {
  kept: (text: string) => trimmed([...cleanLine(text)].slice(0, 255).join("")),
  isOpen: true as const,
};
/** A text that a person wrote elsewhere, with its lines. */
const cleanLines = (text: string) =>
  text.replace(/\p{Cs}/gu, "\ufffd").replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, " ");

const roads: Record<string, Road> = {
  "event message": {
    path: "/customer/externalEvent message",
    fields: event,
    back: async (id) => (await item(`event-${id}`))?.description,
    kept: (text) => text,
  },
  "event initiated_by": {
    path: "/customer/externalEvent initiated_by",
    fields: event,
    back: async (id) => (await item(`event-${id}`))?.initiated_by,
  },
  "event event_id": {
    path: "/customer/externalEvent event_id",
    fields: event,
    back: async (id) => (await item(`event-${id}`))?.event_id ?? "",
  },
  "ticket title": {
    path: "/ticket title",
    fields: open,
    back: async (id) => (await ticketOf(id)).title,
    ...line,
  },
  "ticket fromName": {
    path: "/ticket fromName",
    fields: open,
    back: async (id) => (await ticketOf(id)).from_name,
    ...line,
  },
  "ticket from": {
    path: "/ticket from",
    fields: open,
    back: async (id) => (await ticketOf(id)).from,
    ...line,
  },
  "ticket to": {
    path: "/ticket to",
    fields: open,
    back: async (id) => (await ticketOf(id)).to,
    ...line,
  },
  "message message": {
    path: "/message message",
    fields: { ticketID: String(ticketId), type: "note" },
    back: async () => (await saidIn(ticketId))?.content,
    kept: cleanLines,
    isOpen: true,
  },
  "message toAddress": {
    path: "/message toAddress",
    fields: { ticketID: String(ticketId), type: "livechat", message: "m" },
    back: async () => (await saidIn(ticketId))?.to ?? "",
    ...line,
  },
};

test.each(Object.entries(roads))(
  "the corpus comes back unchanged or is refused by name: %s",
  async (_, road) => {
    const [path = "", field = ""] = road.path.split(" ");
    let [stored, refused] = [0, 0];
    for (const [n, text] of corpus.entries()) {
      const unique = field === "event_id" ? `${uniqueName()}${text}` : text;
      const encoding = /[\p{Cs}\r\n]/u.test(text) || n % 2 ? "json" : "multipart"; // FormData makes every line end CRLF
      const answer = await world.raw("POST", path, { [encoding]: { ...road.fields, [field]: unique } });
      const label = JSON.stringify(text).slice(0, 60);
      if (answer.status === 200) {
        expect(await road.back(answer.body.id), label).toBe(road.kept?.(unique) ?? trimmed(unique));
        stored += 1;
      } else {
        expect([answer.status, answer.body.errors?.[0]?.field], label).toEqual([400, field]);
        refused += 1;
      }
    }
    console.log(
      `text ${path} ${field} strings=${corpus.length} stored=${stored} refused=${refused} mangled=0 http500=0`,
    );
    expect([stored > 0, refused > 0]).toEqual([true, road.isOpen !== true]);
  },
);

test("a ticket is found by a title in any script", async () => {
  const own = await world.newBrand();
  for (const [title, query] of [
    ["Посылка не пришла", "посыл"],
    ["荷物 が届かない", "荷物"],
    ["Où est mon colis ?", "ou COLIS"],
    ["أين طردي", "طردي"],
    ["Straße gesperrt", "strasse"],
  ] as const) {
    const { id } = await world.admin.ticket.create({ brandId: own, channel: "livechat", title });
    expect((await world.admin.ticket.list({ brandId: own, query })).items.map((one) => one.id)).toEqual([id]);
  }
});
