// Canaries: unlikely words in every field of every call with personal data. After the purge no table, no line of the
// log and no later response contains one of them: as it was written, normalised, as bytes, or as a plain hash.
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { normaliseText } from "../../../src/domain/search/normalise.ts";
import { openLog } from "../../../src/log.ts";
import { startCrm } from "../../support/servers/crm-server.ts";
import { withSql } from "../../support/table-fingerprint.ts";
import { type Fields, uniqueName, startFixtureServer, table } from "../../support/requests.ts";

const lines: string[] = [];
const crm = await startCrm();
const world = await startFixtureServer(
  { egressAllow: [crm.hostPort] },
  openLog("trace", false, { write: (line: string) => void lines.push(line) }),
);
const pigeon = (await world.admin.channel.create({ name: "pigeon" })).id;

/** Only words of the erased people contain this. */
const root = "Zyxq";
let count = 0;
const planted = new Set<string>();

/** A unique word of letters. */
function word(): string {
  count += 1;
  const letters = String(count)
    .padStart(3, "0")
    .replace(/\d/g, (digit) => "bcdfghjkmp"[Number(digit)]!);
  return plant(`${root}É${letters}`);
}
const plain = () => plant(word().replace("É", "e"));
const number = () => plant(`+4977${String((count += 1)).padStart(4, "0")}313`);
const mail = () => plant(`${plain()}@${plain()}.example`);

function plant(text: string): string {
  planted.add(text);
  return text;
}

const hash = (kind: string, form: string) => createHash(kind).update(form).digest("hex");

/** The possible traces of a text: as it is, normalised, as bytes in hexadecimal, as a plain hash. */
function tracesOf(text: string): string[] {
  const forms = [...new Set([text, text.toLowerCase(), normaliseText(text)])];
  return forms.flatMap((form) => [
    form.toLowerCase(),
    Buffer.from(form).toString("hex"),
    ...["sha256", "md5", "sha1"].map((kind) => hash(kind, form)),
  ]);
}

/** The planted texts with a trace in the haystack; and the root alone, in case of parts. */
function found(haystack: string): string[] {
  const low = haystack.toLowerCase();
  return [root, ...planted].filter((text) => tracesOf(text).some((trace) => low.includes(trace)));
}

/** Every row of every table as text; `bytea` shows in hexadecimal. */
function everyRow(): Promise<string> {
  return withSql(world, async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
    );
    expect(tables.length).toBeGreaterThan(20);
    const parts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      parts.push(...rows.map(({ row }) => `${name} ${row}`));
    }
    return parts.join("\n");
  });
}

interface Sent {
  brand: string;
  method: "POST" | "PUT" | "DELETE";
  path: string;
  form?: Fields;
}

/** Sends a call; a POST with an Idempotency-Key that is a canary, a second time, and once more with other fields. */
async function say({ brand, method, path, form = {} }: Sent) {
  const headers: Record<string, string> =
    method === "POST" ? { "idempotency-key": `${plain()}/${brand}` } : {};
  const ask = method === "DELETE" ? { query: form } : { form };
  const answer = await world.raw(method, path, { ...ask, headers });
  expect([path, answer.status, answer.text]).toEqual([path, 200, answer.text]);
  if (method === "POST") {
    const again = await world.raw(method, path, { ...ask, headers });
    expect([path, again.text]).toEqual([path, answer.text]);
    const other = await world.raw(method, path, {
      form: { ...form, firstname: word(), from: plain() },
      headers,
    });
    expect(other.status).toBeGreaterThanOrEqual(200);
  }
  return answer.body;
}

/** Adds a person to the directory by every call there is, with other words each time. */
async function bring(brandId: number, primary = plain()) {
  const brand = String(brandId);
  const to = (method: Sent["method"], path: string, form: Fields = {}) => say({ brand, method, path, form });
  const [own, phone, waitingFrom] = [mail(), number(), mail()];
  await to("POST", "/ticket", {
    brandID: brand,
    channelID: "email",
    from: waitingFrom,
    fromName: word(),
    to: plain(),
    title: `${word()} ${word()}`,
  });
  const { id } = await to("POST", "/customer", {
    brand_id: brand,
    primary_id: primary,
    firstname: word(),
    lastname: `${word()} ${word()}-${word()}`,
    customer_link_channel: own,
    channel_id: "email",
    extra_telephone: phone,
    extra_twitter: plain(),
    extra_facebook: plain(),
    custom_first: word(),
    search_customer_channel_value: own,
  });
  const who = { customer_id: String(id), brand_id: brand };
  await to("PUT", `/customer/${id}`, {
    firstname: word(),
    lastname: word(),
    custom_second: `${word()}\n${word()}`,
    customerChannelType_0: "whatsapp",
    customerChannelValue_0: number(),
    customerChannelType_1: "instagram",
    customerChannelValue_1: plain(),
    customerChannelType_2: "sms",
    customerChannelValue_2: number(),
    customerChannelType_3: "livechat",
    customerChannelValue_3: word(),
    customerChannelType_4: String(
      (await world.admin.channel.list({})).items.find((one) => one.id === pigeon)!.channel_id,
    ),
    customerChannelValue_4: word(),
  });
  await to("PUT", "/customer", { ...who, firstname: word(), custom_third: word() });
  await to("PUT", "/customer/updateCustomer", {
    ...who,
    externalPrimaryID: primary,
    lastname: `${word()} ${word()}`,
  });
  await to("POST", "/customer/addChannelOnly", { ...who, extra_email: waitingFrom, noSync: "1" });
  const gone = mail();
  const { channel_ids } = (await to("POST", "/customer/addChannelOnly", {
    ...who,
    extra_email: gone,
  })) as unknown as {
    channel_ids: number[];
  };
  await to("DELETE", `/customer/channel/${channel_ids[0]}`);
  for (const type of ["event", `order.${plain().toLowerCase()}`])
    await to("POST", "/customer/externalEvent", {
      ...who,
      message: `${word()}\n${plain()}`,
      initiated_by: word(),
      source_url: `https://${plain()}.example/${plain()}?q=${plain()}`,
      event_id: plain(),
      type,
    });
  const tickets = await openTickets(to, brand, { id, own, phone });
  return { id, primary, own, tickets };
}

/** Adds a person known to a CRM, with a contact for whom it found several people. */
async function bringByCrm(brandId: number) {
  const brand = String(brandId);
  const [own, contact] = [mail(), mail()];
  const told = {
    primary_id: plain(),
    firstname: word(),
    lastname: word(),
    telephone: number(),
    channels: [{ type: "pigeon", value: word() }],
    custom_first: word(),
    custom_number: { [plain()]: word() },
  };
  crm.say = (query) =>
    query.get("address") === own ? [told] : [told, { primary_id: plain(), email: mail() }];
  await world.admin.brand.update({ id: brandId, crmLookupUrl: crm.url });
  const sync = { brandID: brand, channel: "email", address: own };
  const { id } = await say({ brand, method: "POST", path: "/customer/syncWithCRM", form: sync });
  const from = { brandID: brand, channelID: "email", from: contact, title: word() };
  const ticket = await say({ brand, method: "POST", path: "/ticket", form: from });
  const verdict = async () => (await world.admin.ticket.find({ id: ticket.id })).item.crm_candidates;
  await expect.poll(verdict, { timeout: 20_000 }).toMatchObject({ count: 2 });
  await world.admin.brand.update({ id: brandId, crmLookupUrl: "" });
  const theirs = { customer_id: String(id), extra_email: contact, noSync: "1" };
  await say({ brand, method: "POST", path: "/customer/addChannelOnly", form: theirs });
  return { id, tickets: [ticket.id] };
}

async function openTickets(
  to: (method: Sent["method"], path: string, form?: Fields) => ReturnType<typeof say>,
  brand: string,
  { id, own, phone }: { id: number; own: string; phone: string },
): Promise<number[]> {
  const linked = await to("POST", "/ticket", {
    brandID: brand,
    channelID: "email",
    from: own,
    title: word(),
  });
  const outbound = await to("POST", "/ticket", {
    brandID: brand,
    channelID: "telephone",
    direction: "outbound",
    to: phone,
    from: plain(),
    title: plain(),
  });
  const byHand = await to("POST", "/ticket", {
    brandID: brand,
    channelID: "8",
    from: word(),
    title: plain(),
  });
  await to("PUT", `/ticket/${byHand.id}`, { customer_id: String(id), title: `${word()} ${plain()}` });
  const chat = await to("POST", "/message/chatbot", {
    brandID: brand,
    message: word(),
    subject: word(),
    from: own,
  });
  const tickets = [linked.id, outbound.id, byHand.id, (chat as unknown as { ticketID: number }).ticketID];
  for (const ticketID of tickets.map(String)) {
    await to("POST", "/message", { ticketID, type: "1", message: word(), toAddress: plain() });
    await to("POST", "/message", { ticketID, type: "1", message: word(), direction: "inbound" });
    await to("POST", "/message", { ticketID, type: "note", message: `${word()} ${plain()}` });
  }
  return tickets;
}

/** Everything that can be read by then. */
async function everyAnswer(
  brandId: number,
  ids: readonly number[],
  tickets: readonly number[],
): Promise<string> {
  const answers: string[] = [];
  const read = async (method: string, path: string, query: Fields = {}) =>
    void answers.push((await world.raw(method, path, { query })).text);
  const brand_id = String(brandId);
  await read("GET", "/customer", { brand_id, itemLimit: "99" });
  await read("GET", "/ticket", { brand_id, itemLimit: "9999" });
  await read("GET", "/customfield", { brand_id });
  await read("GET", "/brand", { itemLimit: "99" });
  for (const ticket of tickets) await read("GET", `/ticket/${ticket}`, { getTicketHistory: "1" });
  for (const id of ids) {
    await read("GET", `/customer/${id}`, { provenance: "1" });
    await read("POST", `/customer/restore/${id}`);
    await read("DELETE", `/customer/${id}`);
    await read("DELETE", `/customer/purgeData/${id}`);
    await read("GET", "/customer/timelineByCustomerExternalID", {
      customer_id: String(id),
      getTicketHistory: "1",
    });
  }
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page = await world.admin.audit.list({ itemLimit: 99, ...(cursor ? { cursor } : {}) });
    answers.push(JSON.stringify(page));
    cursor = page.nextCursor;
  }
  return answers.join("\n");
}

test("an erasure leaves no planted word in any table, line of the log or later answer", async () => {
  const brandId = await world.newBrand({ takenAddress: "skip", searchByChannel: true });
  const live = await bring(brandId);
  const [deleted, former] = [await bring(brandId), await bring(brandId)];
  for (const { id } of [deleted, former]) await world.admin.customer.delete({ id });
  const heir = await bring(brandId, former.primary);
  const restored = await bring(brandId);
  await world.admin.customer.delete({ id: restored.id });
  await say({ brand: String(brandId), method: "POST", path: `/customer/restore/${restored.id}` });
  const created = await say({
    brand: String(brandId),
    method: "POST",
    path: "/customer/createCustomerCRUD",
    form: {
      brandID: String(brandId),
      primaryID: plain(),
      firstname: word(),
      custom_first: word(),
      extra_email: mail(),
    },
  });
  const synced = await bringByCrm(brandId);
  const people = [live, deleted, former, heir, restored, synced];

  // Of another customer, who stays: a stored response that names an address of one of them.
  const stayer = await world.admin.customer.create({ brandId, firstname: "Ada", lastname: "Lovelace" });
  const kept = await say({
    brand: String(brandId),
    method: "POST",
    path: "/customer/addChannelOnly",
    form: { customer_id: String(stayer.id), extra_email: live.own, extra_telephone: "+4930123" },
  });
  expect(kept).toMatchObject({ skipped_channels: [{ address: live.own, customer_id: live.id }] });
  const before = await everyRow();
  expect(
    [...planted].filter((text) => before.toLowerCase().includes(text.toLowerCase())).length,
  ).toBeGreaterThan(200);

  await world.admin.customer.purge({ id: live.id });
  await world.admin.customer.purge({ id: deleted.id });
  await world.admin.customer.purgeAny({ primaryId: former.primary, brandId });
  await world.admin.customer.purgeAny({ customerId: restored.id });
  await world.admin.customer.purge({ id: synced.id });
  expect((await world.raw("DELETE", `/customer/itemPurgeData/${created.id}`)).status).toBe(200);

  expect(found(await everyRow())).toEqual([]);
  const ids = [...people.map((one) => one.id), created.id];
  const tickets = people.flatMap((one) => one.tickets);
  expect(found(await everyAnswer(brandId, ids, tickets))).toEqual([]);
  expect(lines.length).toBeGreaterThan(300);
  expect(found(lines.join(""))).toEqual([]);
  await expectWords(brandId, ["ada", "lovelace"]);
});

/** The brand's dictionary contains these words and no variants of others. */
async function expectWords(brandId: number, words: string[]): Promise<void> {
  await withSql(world, async (client) => {
    for (const name of ["search_word", "search_deletion_variant"]) {
      const { rows } = await client.query<{ word: string }>(
        `SELECT DISTINCT word FROM ${name} WHERE brand_id = $1 ORDER BY 1`,
        [brandId],
      );
      expect([name, rows.map((row) => row.word)]).toEqual([name, words]);
    }
  });
}

test("the planted words reach every call that writes about people", async () => {
  const settings = /^(brand|key|customfield|channel|session|webhook|job)\./;
  const { rows } = await withSql(world, (client) =>
    client.query<{ operation: string }>("SELECT DISTINCT operation FROM audit_entry"),
  );
  const done = new Set(rows.map((row) => row.operation));
  const writing = table.filter(
    ({ name, row }) => row.method !== "GET" && !row.search && !settings.test(name),
  );
  expect(writing.map(({ name }) => name).filter((name) => !done.has(name))).toEqual([]);
});

test("the search for planted words finds each form in which one may stand", () => {
  const text = plant(`${root}Éwitness`);
  for (const trace of tracesOf(text)) expect(found(`before ${trace} after`)).toContain(text);
  expect(found("nothing of anybody")).toEqual([]);
});

test("a surname shared with an erased customer still finds the others; a rare one is gone", async () => {
  const brandId = await world.newBrand();
  const make = (firstname: string, lastname: string) =>
    world.admin.customer.create({ brandId, primaryId: uniqueName(), firstname, lastname });
  const [erased, stays] = [await make("Grace", "Sandoval"), await make("Joan", "Sandoval")];
  const rare = await make("Mary", "Quendelbart");
  await world.admin.customer.delete({ id: rare.id });
  await world.admin.customer.purge({ id: erased.id });
  await world.admin.customer.purge({ id: rare.id });
  for (const query of ["Sandoval", "Sandovel", "joan sando"]) {
    const { items } = await world.admin.customer.list({ brandId, query });
    expect([query, items.map((one) => one.id)]).toEqual([query, [stays.id]]);
  }
  expect((await world.admin.customer.list({ brandId, query: "Quendelbart" })).items).toEqual([]);
  await expectWords(brandId, ["joan", "sandoval"]);
});

test("a name somebody had before leaves the dictionary with them, unless another is called so", async () => {
  const brandId = await world.newBrand();
  const { id } = await world.admin.customer.create({ brandId, firstname: "Anna", lastname: "Quendelbart" });
  await world.admin.customer.create({ brandId, firstname: "Anna", lastname: "Miller" });
  await world.admin.customer.update({ id, lastname: "Miller" });
  await world.admin.customer.update({ id, firstname: "Hanna", lastname: "Smith" });
  await world.admin.customer.delete({ id });
  await world.admin.customer.purge({ id });
  await expectWords(brandId, ["anna", "miller"]);
});
