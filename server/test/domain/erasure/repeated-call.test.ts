// Repeated calls after a purge: the stored response is erased, and the call does not restore the erased person.
import { expect, test } from "vitest";
import { startCrm } from "../../support/servers/crm-server.ts";
import { withSql } from "../../support/table-fingerprint.ts";
import { type Answer, type Fields, uniqueName, startFixtureServer } from "../../support/requests.ts";

const crm = await startCrm();
const world = await startFixtureServer({ egressAllow: [crm.hostPort] });
const { customer, brand } = world.admin;

const purge = (id: number) => customer.purge({ id });
const told = ({ status, body }: Answer) => [status, body.code];
const refused = [409, "idempotency_conflict"];

/** A call with a key of its own, which can be repeated. */
function call(path: string, form: Fields) {
  const headers = { "idempotency-key": uniqueName() };
  const send = (more: Fields = {}) => world.raw("POST", path, { form: { ...form, ...more }, headers });
  const sendChanged = () => send(path.startsWith("/customer") ? { firstname: "Eve" } : { from: email() });
  return { send, sendChanged, headers };
}

const email = () => `${uniqueName("mail")}@example.org`;

test("every call that made or named a customer is refused when it is sent again after the purge", async () => {
  const brandId = await world.newBrand();
  await brand.update({ id: brandId, takenAddress: "skip" });
  const brandID = String(brandId);
  const own = email();
  const primaryID = uniqueName();
  const made = call("/customer/createCustomerCRUD", {
    brandID,
    primaryID,
    firstname: "Ada",
    extra_email: own,
  });
  const { id } = (await made.send()).body;
  const stayer = await customer.create({ brandId, firstname: "Grace" });
  const calls = [
    made,
    call("/customer", { brand_id: brandID, primary_id: primaryID, lastname: "Lovelace" }),
    call("/customer/addChannelOnly", {
      customer_id: String(id),
      customerChannelType_0: "instagram",
      customerChannelValue_0: uniqueName("t"),
    }),
    call("/customer/externalEvent", { customer_id: String(id), message: "Order 7", event_id: "7" }),
    call("/ticket", { brandID, channelID: "email", from: own, title: "Parcel" }),
    call("/message/chatbot", { brandID, from: own, message: "Where is my parcel?" }),
    // Of another customer, who stays: it was left out because the address was taken. Now it is free.
    call("/customer/addChannelOnly", { customer_id: String(stayer.id), extra_email: own }),
  ];
  const answers = [];
  for (const { send } of calls) answers.push((await send()).text);
  for (const [at, { send }] of calls.entries()) expect((await send()).text).toBe(answers[at]);
  await purge(id);
  const before = await customer.list({ brandId });
  for (const { send, sendChanged } of calls) {
    expect(told(await send())).toEqual(refused);
    expect(told(await sendChanged())).toEqual(refused);
  }
  const { body } = await made.send();
  expect(body.message).toContain("erased");
  expect(await customer.list({ brandId })).toEqual(before);
  expect(before.items.map((one) => one.id)).toEqual([stayer.id]);
  // In a batch with others it is rejected too, and they are not.
  const together = await Promise.all([
    ...Array.from({ length: 8 }, () => made.send()),
    ...Array.from({ length: 8 }, () =>
      call("/customer/createCustomerCRUD", { brandID, primaryID: uniqueName() }).send(),
    ),
  ]);
  expect(together.map(told)).toEqual([
    ...Array.from({ length: 8 }, () => refused),
    ...Array.from({ length: 8 }, () => [200, undefined]),
  ]);
});

test("a lookup in the CRM that is sent again after the purge asks nobody and brings nobody back", async () => {
  const brandId = await world.newBrand();
  const address = email();
  crm.say = () => [{ primary_id: `crm-${brandId}`, firstname: "Ada" }];
  await brand.update({ id: brandId, crmLookupUrl: crm.url });
  const sync = call("/customer/syncWithCRM", { brandID: String(brandId), channel: "email", address });
  const { id } = (await sync.send()).body;
  await purge(id);
  let asked = 0;
  crm.say = () => {
    asked += 1;
    return [];
  };
  expect(told(await sync.send())).toEqual(refused);
  expect(asked).toBe(0);
  expect((await customer.list({ brandId })).items).toEqual([]);
});

test("nothing of the call is kept but the keyed hash of its key; after 24 hours it is a new call", async () => {
  const brandId = await world.newBrand();
  const made = call("/customer/createCustomerCRUD", { brandID: String(brandId), firstname: "Ada" });
  const { id } = (await made.send()).body;
  await purge(id);
  const kept = await withSql(world, (client) =>
    client.query<{ length: number }>(
      "SELECT response AS answer, customer_ids, length(fingerprint) AS fingerprint, length(key_hash) AS token FROM idempotency_key WHERE erased",
    ),
  );
  expect(kept.rows).toContainEqual({ answer: null, customer_ids: [], fingerprint: 0, token: 32 });
  await withSql(world, (client) =>
    client.query("UPDATE idempotency_key SET created_at = now() - interval '24 hours 1 second' WHERE erased"),
  );
  const again = await made.send();
  expect([again.status, again.body.outcome]).toEqual([200, "created"]);
  expect((await made.send()).body.id).toBe(again.body.id);
});

test("a person who is erased because the 30 days are over is not brought back by an old call either", async () => {
  const brandId = await world.newBrand();
  const made = call("/customer/createCustomerCRUD", { brandID: String(brandId), firstname: "Ada" });
  const { id } = (await made.send()).body;
  await customer.delete({ id });
  expect((await made.send()).body.id).toBe(id);
  await purge(id);
  expect(told(await made.send())).toEqual(refused);
});
