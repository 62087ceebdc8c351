// Contact lookup: a new ticket's address is looked up in the background. Whatever the CRM answers, no ticket is lost or
// delayed; undecidable results are noted on the ticket.
import { expect, test, vi } from "vitest";
import { failing, type CrmResponder, startCrm } from "../../support/servers/crm-server.ts";
import { startTestServer } from "../../support/test-server.ts";

const waitOptions = { timeout: 60_000, interval: 50 };
vi.setConfig({ testTimeout: 120_000 });
const crm = await startCrm();
const world = await startTestServer({ egressAllow: [crm.hostPort] });
const { admin, service } = world;
const { pool } = service.db;

/** A brand of its own whose CRM gives this response. */
async function brandWith(say: CrmResponder | unknown[], settings: Parameters<typeof world.newBrand>[0] = {}) {
  crm.say = Array.isArray(say) ? () => say : say;
  crm.requests.length = 0;
  return world.newBrand({ crmLookupUrl: crm.url, ...settings });
}

interface JobRow {
  state: string;
  attempts: number;
  last_error: string | null;
}

async function jobsOf(brandId: number): Promise<JobRow[]> {
  const { rows } = await pool.query<JobRow>(
    "SELECT state, attempts, last_error FROM job WHERE brand_id = $1 ORDER BY id",
    [brandId],
  );
  return rows;
}

const settled = (brandId: number) =>
  vi.waitFor(async () => expect(await jobsOf(brandId)).toEqual([]), waitOptions);

/** Advances time until every lookup is due again. */
const letPass = (brandId: number) =>
  pool.query(
    "UPDATE job_lane l SET due_at = now() FROM job j WHERE j.kind = l.kind AND j.lane = l.lane AND j.brand_id = $1",
    [brandId],
  );

const openTicket = (brandId: number, from: string, channel = "email") =>
  admin.ticket.create({ brandId, channel, from });
const ticketOf = async (id: number) => (await admin.ticket.find({ id })).item;

test.each([
  ["email", "contact@example.org", "email"],
  ["telephone", "+4930", "phoneNumber"],
  ["whatsapp", "+4931", "phoneNumber"],
  ["sms", "+4932", "phoneNumber"],
])("a contact by %s is looked up, taken over and linked", async (channel, from, type) => {
  const brandId = await brandWith([{ primary_id: `K-${channel}`, firstname: "Ada" }]);
  const made = await openTicket(brandId, from, channel);
  expect(made.customer_id).toBeNull();
  await settled(brandId);
  const { customer_id, crm_conflict, crm_candidates } = await ticketOf(made.id);
  expect([crm_conflict, crm_candidates]).toEqual([null, null]);
  const { item } = await admin.customer.find({ id: customer_id ?? 0, provenance: true });
  expect(item).toMatchObject({
    external_primary_id: `K-${channel}`,
    firstname: "Ada",
    channels: [{ channel_name: channel, address: from }],
  });
  expect(new Set(item.provenance?.map(({ source }) => source))).toEqual(new Set(["crm"]));
  expect(crm.requests).toEqual([
    `/lookup?channelAddressType=${type}&address=${encodeURIComponent(from)}&ticketID=${made.id}`,
  ]);
  const { items } = await admin.audit.list({ brandId });
  expect(items[0]).toMatchObject({ operation: "crm.lookup", key_id: null, outcome: "created" });
});

test("other channels, withheld addresses and brands without a CRM are not looked up", async () => {
  const brandId = await brandWith([{ primary_id: "K" }]);
  await openTicket(brandId, "ada_l", "twitter");
  await openTicket(brandId, "chat-1", "livechat");
  await admin.ticket.create({ brandId, channel: "telephone" });
  const without = await world.newBrand();
  await openTicket(without, "ada@example.org");
  expect([...(await jobsOf(brandId)), ...(await jobsOf(without))]).toEqual([]);
  await admin.message.chatbot({ brandId, message: "hello", from: "bot@example.org" });
  await settled(brandId);
  expect(crm.requests).toHaveLength(1);
});

test("the other side of an outbound ticket is the contact", async () => {
  const brandId = await brandWith([{ primary_id: "K" }]);
  const to = "to@example.org";
  const made = await admin.ticket.create({
    brandId,
    channel: "email",
    direction: "outbound",
    from: "desk@example.org",
    to,
  });
  await settled(brandId);
  expect((await ticketOf(made.id)).customer_id).not.toBeNull();
  expect(crm.requests[0]).toContain(encodeURIComponent(to));
});

test("nobody, several, and a conflict leave the ticket without customer, and say why", async () => {
  const brandId = await brandWith((query) => {
    const address = query.get("address") ?? "";
    if (address.startsWith("several"))
      return [{ primary_id: "S-1" }, { primary_id: "S-2" }, { firstname: "Eve" }];
    if (address.startsWith("conflict")) return [{ primary_id: "C-1", telephone: "+49555" }];
    return [];
  });
  const holder = await admin.customer.create({
    brandId,
    primaryId: "C-2",
    channels: [{ type: "telephone", address: "+49555" }],
  });
  const nobody = await openTicket(brandId, "nobody@example.org");
  const several = await openTicket(brandId, "several@example.org");
  const conflict = await openTicket(brandId, "conflict@example.org");
  await settled(brandId);
  expect(await ticketOf(nobody.id)).toMatchObject({
    customer_id: null,
    crm_conflict: null,
    crm_candidates: null,
  });
  expect(await ticketOf(several.id)).toMatchObject({
    customer_id: null,
    crm_conflict: null,
    crm_candidates: { count: 3, primary_ids: ["S-1", "S-2"] },
  });
  const listed = (await admin.ticket.list({ brandId, sort: "id" })).items;
  expect(listed.map((one) => one.crm_candidate_count)).toEqual([null, 3, null]);
  expect(await ticketOf(conflict.id)).toMatchObject({
    customer_id: null,
    crm_conflict: "channel_taken",
    crm_candidates: null,
  });
  expect((await admin.customer.list({ brandId })).items.map(({ id }) => id)).toEqual([holder.id]);
});

test("64 simultaneous contacts from one unknown address make one customer with 64 tickets", async () => {
  const brandId = await brandWith([{ primary_id: "K-64", firstname: "Ada" }]);
  const made = await Promise.all(Array.from({ length: 64 }, () => openTicket(brandId, "many@example.org")));
  await settled(brandId);
  const { items, itemTotal } = await admin.customer.list({ brandId });
  expect(itemTotal).toBe(1);
  const tickets = await admin.ticket.list({ brandId, customerId: items[0]?.id ?? 0, itemLimit: 100 });
  expect(tickets.itemTotal).toBe(made.length);
  expect(crm.requests.length).toBeLessThanOrEqual(64);
});

test("crm_refresh_seconds leaves out whom the CRM has told of lately, and only them", async () => {
  const brandId = await brandWith([{ primary_id: "K-R" }], { crmRefreshSeconds: 3600 });
  const contact = async () => {
    await openTicket(brandId, "again@example.org");
    await settled(brandId);
    return crm.requests.length;
  };
  expect(await contact()).toBe(1);
  expect(await contact()).toBe(1);
  await pool.query("UPDATE customer SET crm_synced_at = now() - interval '2 hours' WHERE brand_id = $1", [
    brandId,
  ]);
  expect(await contact()).toBe(2);
  await admin.brand.update({ id: brandId, crmRefreshSeconds: 0 });
  expect(await contact()).toBe(3);
});

test("a CRM that is away loses no ticket: each is looked up again until it is back", async () => {
  const brandId = await brandWith(failing(500));
  const made = await Promise.all(["a", "b", "c"].map((name) => openTicket(brandId, `${name}@example.org`)));
  const tried = (attempts: number) =>
    vi.waitFor(
      async () =>
        expect(await jobsOf(brandId)).toEqual(
          made.map(() => ({ state: "waiting", attempts, last_error: "crm_failed" })),
        ),
      waitOptions,
    );
  await tried(1);
  await letPass(brandId);
  await tried(2);
  crm.say = (query) => [{ primary_id: query.get("address") }];
  await letPass(brandId);
  await settled(brandId);
  for (const { id } of made) expect((await ticketOf(id)).customer_id).not.toBeNull();
});

test("after six tries, or a 400, a lookup is given up and stays to be looked at; the ticket is there", async () => {
  const brandId = await brandWith(failing(503));
  const made = await openTicket(brandId, "never@example.org");
  for (let attempts = 1; attempts < 6; attempts += 1) {
    await vi.waitFor(
      async () => expect(await jobsOf(brandId)).toMatchObject([{ state: "waiting", attempts }]),
      waitOptions,
    );
    await letPass(brandId);
  }
  await vi.waitFor(
    async () =>
      expect(await jobsOf(brandId)).toEqual([{ state: "failed", attempts: 6, last_error: "crm_failed" }]),
    waitOptions,
  );
  expect((await ticketOf(made.id)).customer_id).toBeNull();
  const refusing = await brandWith(failing(400));
  await openTicket(refusing, "never@example.org");
  await vi.waitFor(
    async () =>
      expect(await jobsOf(refusing)).toEqual([{ state: "failed", attempts: 1, last_error: "crm_failed" }]),
    waitOptions,
  );
});

test("a ticket that somebody gave to another customer meanwhile stays theirs", async () => {
  let answer: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (answer = resolve));
  const brandId = await brandWith(() => held.then(() => [{ primary_id: "K-1" }]));
  const other = await admin.customer.create({ brandId, primaryId: "K-2" });
  const made = await openTicket(brandId, "mine@example.org");
  await vi.waitFor(() => expect(crm.requests).toHaveLength(1), waitOptions);
  await admin.ticket.update({ id: made.id, customerId: other.id });
  answer();
  await settled(brandId);
  expect((await ticketOf(made.id)).customer_id).toBe(other.id);
  expect((await admin.customer.list({ brandId })).itemTotal).toBe(2);
});

test("a contact who is purged while the CRM is asked is not brought back, nor named on the ticket", async () => {
  const results = [[{ primary_id: "P-1" }], [{ primary_id: "P-1" }, { primary_id: "P-2" }]];
  for (const [place, result] of results.entries()) {
    const address = `purged-${place}@example.org`;
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    const brandId = await brandWith(() => held.then(() => result));
    const { id } = await admin.customer.create({
      brandId,
      primaryId: "P-1",
      channels: [{ type: "email", address }],
    });
    const made = await openTicket(brandId, address);
    await vi.waitFor(() => expect(crm.requests).toHaveLength(1), waitOptions);
    await admin.customer.purge({ id });
    answer();
    await settled(brandId);
    expect((await admin.customer.list({ brandId })).itemTotal).toBe(0);
    expect(await ticketOf(made.id)).toMatchObject({ customer_id: null, from: "", crm_candidates: null });
  }
});

test("a purge takes a customer's primary id from tickets that name it as somebody whom the CRM knows", async () => {
  const brandId = await brandWith([{ primary_id: "N-1" }, { primary_id: "N-2" }]);
  const made = await openTicket(brandId, "named@example.org");
  await settled(brandId);
  const { id } = await admin.customer.create({ brandId, primaryId: "N-1" });
  await admin.customer.purge({ id });
  expect((await ticketOf(made.id)).crm_candidates).toEqual({ count: 2, primary_ids: ["N-2"] });
});
