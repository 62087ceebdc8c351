// Intake: tickets and messages with every sender, subject and body that the world sends. None is refused for its form;
// what is an address links the ticket, and anything else is shown as it was sent.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mail, readTicket } from "../../support/data/tickets.ts";
import { seed } from "../../support/random-seed.ts";
import { startFixtureServer } from "../../support/requests.ts";

const { admin, newBrand, raw } = await startFixtureServer();
const brandId = await newBrand();
const ada = "ada@example.org";
const { id: owner } = await admin.customer.create({
  brandId,
  firstname: "Ada",
  channels: [
    mail(ada),
    { type: "telephone", address: "+4930123456" },
    { type: "whatsapp", address: "+5511988887777" },
    { type: "livechat", address: "visitor 7" },
  ],
});

async function open(channelID: string, fields: Record<string, string>) {
  const { status, body } = await raw("POST", "/ticket", { json: { brandID: brandId, channelID, ...fields } });
  expect([JSON.stringify(fields).slice(0, 80), status]).toEqual([expect.any(String), 200]);
  return { ...(await readTicket(admin, body.id)), truncated: body.truncated };
}

describe("a sender that is no address is shown as it was sent, and linked to nobody", () => {
  test.each([
    ["telephone", "anonymous"],
    ["telephone", "Unknown"],
    ["telephone", "restricted"],
    ["telephone", "Private Number"],
    ["telephone", "caller id withheld"],
    ["telephone", "sip:anonymous@anonymous.invalid"],
    ["telephone", "030 12 34"],
    ["telephone", "*31#"],
    ["telephone", "+1234567890123456"],
    ["sms", "68849"],
    ["sms", "DHL"],
    ["sms", "Müller GmbH"],
    ["whatsapp", "anonymous"],
    ["whatsapp", "68849"],
    ["whatsapp", "120363025246125486@g.us"],
    ["email", "Ada Lovelace"],
    ["email", "ada@"],
    ["email", "<>"],
    ["email", "undisclosed-recipients:;"],
    ["email", "Postmaster <MAILER-DAEMON>"],
    ["email", '"a b"@example.org'],
    ["email", `${"x".repeat(250)}@y`],
    ["livechat", "anonymous"],
    ["livechat", "Unknown visitor"],
    ["livechat", "undefined"],
    ["twitter", "ada-l"],
    ["facebook", "ada lovelace"],
    ["email", "=?utf-8?Q?Ada_=3Cada@example.org=3E?="],
  ])("%s from %s", async (channel, from) => {
    const shown = { from, customer_id: null, truncated: undefined };
    expect(await open(channel, { from })).toMatchObject(shown);
    expect(await open(channel, { direction: "outbound", to: from })).toMatchObject({
      to: from,
      customer_id: null,
    });
  });
});

describe("the address of an e-mail's sender is taken out of the header and links the ticket", () => {
  test.each([
    [ada, ""],
    ["Ada L <ada@example.org>", "Ada L"],
    ['"L, Ada" <ada@example.org>', "L, Ada"],
    ["L, Ada <ada@example.org>", "L, Ada"],
    ["<ada@example.org>", ""],
    ["<ada@example.org", ""],
    ["ada@example.org (Ada)", "Ada"],
    ["ada@example.org,", ""],
    ["mailto:ada@example.org", ""],
    ["<mailto:ada@example.org>", ""],
    ["Ada [mailto:ada@example.org]", "Ada"],
    ["'Ada' <ada@example.org>", "Ada"],
    ['"Ada \\"the\\" L" <ada@example.org>', 'Ada "the" L'],
    ["ada@example.org <ada@example.org>", ""],
    ['"eve@example.net" <ada@example.org>', "eve@example.net"],
    ["=?utf-8?Q?Zo=C3=AB?= <ada@example.org>", "Zoë"],
    ["=?iso-8859-1?Q?Andr=E9?= =?utf-8?B?IEzDqA==?= <ada@example.org>", "André Lè"],
    ["=?shift_jis?B?jlKTYw==?= <ada@example.org>", "山田"],
    ["Zoë\r\n\t<ada@example.org>", "Zoë"],
    ["Support: ada@example.org;", "Support"],
    ["Ada\u0000 <ada@example.org>", "Ada"],
    ["<<ada@example.org>>", ""],
    ["Ada L &lt;ada@example.org&gt;", "Ada L"],
    ["&quot;L, Ada&quot; &#60;ada@example.org&#62;", "L, Ada"],
  ])("%s", async (from, name) => {
    expect(await open("email", { from })).toMatchObject({ from: ada, from_name: name, customer_id: owner });
    expect((await open("email", { from, fromName: "Own" })).from_name).toBe("Own");
  });

  test("of several the first links, and all are shown", async () => {
    for (const from of ["ada@example.org, Bo <bo@example.org>", "Team: ada@example.org, bo@example.org;"])
      expect(await open("email", { from })).toMatchObject({ from, from_name: "", customer_id: owner });
    expect(await open("email", { direction: "outbound", to: "Ada <ada@example.org>" })).toMatchObject({
      to: ada,
      customer_id: owner,
    });
    const desk = "Desk <desk@example.org>";
    expect(await open("email", { from: ada, to: desk })).toMatchObject({ to: desk, customer_id: owner });
  });
});

test.each([
  "5511988887777",
  "+5511988887777",
  "whatsapp:+5511988887777",
  "whatsapp:5511988887777",
  "5511988887777@s.whatsapp.net",
  "5511988887777@c.us",
  "5511988887777:12@s.whatsapp.net",
])("WhatsApp's %s is the number with its plus", async (from) => {
  expect(await open("whatsapp", { from })).toMatchObject({ from: "+5511988887777", customer_id: owner });
});

test("a line is one line, whatever ends its lines", async () => {
  for (const end of ["\r\n ", "\t", "\u0085", "\u2028", "\u2029", "\v"])
    expect(await open("email", { from: ada, title: `Re:${end}order`, fromName: `Ada${end}L` })).toMatchObject(
      {
        title: "Re: order",
        from_name: "Ada L",
      },
    );
});

test("a long line is cut by characters and named, and what it was is still compared", async () => {
  const cut = { title: "x".repeat(255), truncated: ["title"] };
  expect(await open("email", { from: ada, title: "x".repeat(256) })).toMatchObject(cut);
  expect((await open("email", { title: "x".repeat(255) })).truncated).toBeUndefined();
  expect((await open("email", { title: "😀".repeat(300) })).title).toBe("😀".repeat(255));
  expect((await open("email", { title: "é ".repeat(200_000) })).title).toBe("é ".repeat(128).trim());
  const long = await open("email", {
    from: `${"n".repeat(300)} <${ada}>`,
    fromName: "",
    to: "t".repeat(999),
  });
  expect(long).toMatchObject({
    from: ada,
    from_name: "n".repeat(255),
    to: "t".repeat(255),
    customer_id: owner,
  });
  expect([...(long.truncated as string[])].sort()).toEqual(["fromName", "to"]);
  expect(await open("livechat", { from: "v".repeat(300) })).toMatchObject({
    from: "v".repeat(255),
    customer_id: null,
    truncated: ["from"],
  });
  const { id } = long;
  const update = await raw("PUT", `/ticket/${id}`, { form: { title: "y".repeat(300) } });
  expect(update.body).toMatchObject({ outcome: "updated", truncated: ["title"] });
  const again = await raw("PUT", `/ticket/${id}`, { form: { title: "y".repeat(400) } });
  expect(again.body).toMatchObject({ outcome: "unchanged", truncated: ["title"] });
});

test.each([
  ["Re: your\r\n order", "Re: your order"],
  ["Re: your \t order\n\n1843", "Re: your order 1843"],
  ["a\u0000b\u0007c\u0085d\u007fe", "a b c d e"],
  ["half \ud83d a pair", "half \ufffd a pair"],
  ["two  blanks", "two  blanks"],
  ["=?utf-8?B?V28gaXN0IG1laW4gUGFrZXQ/?= =?utf-8?Q?_=E2=80=93_Zo=C3=AB?=", "Wo ist mein Paket? – Zoë"],
  ["=?utf-8?Q?a=0D=0A=00b?=", "a b"],
  ["1 =?= 1 =?x?", "1 =?= 1 =?x?"],
])("the title and the name %j are one line", async (sent, shown) => {
  expect(await open("email", { title: sent, fromName: sent })).toMatchObject({
    title: shown,
    from_name: shown,
  });
  const { body } = await raw("POST", "/message/chatbot", {
    json: { brandID: brandId, from: ada, message: "x", subject: sent },
  });
  expect(await readTicket(admin, body.ticketID as number)).toMatchObject({
    title: shown,
    customer_id: owner,
  });
});

test("a message is stored whatever it says, empty or as long as a body may be", async () => {
  const { id: ticketID } = await open("email", { from: ada });
  const said = async (message: string, more: object = {}) => {
    const { status, body } = await raw("POST", "/message", {
      json: { ticketID, type: "email", message, ...more },
    });
    expect([message.slice(0, 20), status]).toEqual([message.slice(0, 20), 200]);
    const { item } = await admin.ticket.find({ id: ticketID, getTicketHistory: true });
    const shown = item.timeline?.find((one) => one.id === `message-${body.id}`);
    return { content: shown?.type === "event" ? undefined : shown?.content, to: shown?.to, body };
  };
  expect((await said("")).content).toBe("");
  expect((await said(" \r\n\t")).content).toBe(" \r\n\t");
  expect((await said("a\u0000b\u001bc\fd\r\n\te")).content).toBe("a b c d\r\n\te");
  expect((await said("half \udc00")).content).toBe("half \ufffd");
  const long = "é".repeat(500_000);
  expect((await said(long)).content).toBe(long);
  expect(await said("x", { toAddress: "Bo <bo@example.org>" })).toMatchObject({ to: "Bo <bo@example.org>" });
  expect(await said("x", { toAddress: "t".repeat(300) })).toMatchObject({
    to: "t".repeat(255),
    body: { truncated: ["toAddress"] },
  });
  for (const encoding of ["form", "multipart"] as const) {
    const fields = { ticketID: String(ticketID), type: "note", message: "" };
    expect((await raw("POST", "/message", { [encoding]: fields })).status).toBe(200);
    const chat = { brandID: String(brandId), message: "z".repeat(900_000), from: "" };
    expect((await raw("POST", "/message/chatbot", { [encoding]: chat })).status).toBe(200);
  }
});

test("no text is refused", async () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.string({
      unit: fc.constantFrom("<", ">", '"', "@", ",", ":", ";", "(", "=?", "?=", "a", "\0", "\ud800", " "),
    }),
  );
  const channel = fc.constantFrom("email", "telephone", "whatsapp", "sms", "twitter", "facebook", "livechat");
  await fc.assert(
    fc.asyncProperty(channel, text, text, text, async (channelID, from, title, to) => {
      const json = { brandID: brandId, channelID, from, title, to, fromName: title };
      expect((await raw("POST", "/ticket", { json })).status).toBe(200);
    }),
    { seed: seed(), numRuns: 150 },
  );
});
