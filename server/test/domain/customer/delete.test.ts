// Operation 6: a deleted customer is absent from everything that shows, finds or counts customers, and from everything
// that reads one; its unique values are free at once. Restores are in domain/customer/restore.test.ts.
import { expect, test } from "vitest";
import { findViolations } from "../../support/data/invariants.ts";
import { createFullCustomer, type FullCustomer } from "../../support/data/full-customer.ts";
import { startFixtureServer, withoutId } from "../../support/requests.ts";
import { idsOf, mail, openTicket, ownersOf, readTicket, outcomeOf } from "../../support/data/tickets.ts";

const world = await startFixtureServer();
const { admin, clientFor, keyFor, newBrand, raw, service } = world;
const { customer, ticket } = admin;

/** Every way to find a customer by what createFullCustomer gives it. */
const searches = (one: FullCustomer) => [
  ...[
    "ada",
    "Lovelace",
    "LOVE ada",
    one.primaryId,
    one.email,
    "analytical.example",
    one.phone.slice(3),
    "lovelase",
  ].map((query) => () => customer.list({ brandId: one.brandId, query })),
  () => customer.list({ brandId: one.brandId }),
  () => customer.listByPrimaryId({ primaryId: one.primaryId }),
  () => customer.listByPrimaryId({ primaryId: one.primaryId, brandId: one.brandId }),
  ...[one.email, one.phone].map((value) => () => customer.listByChannel({ value, brandId: one.brandId })),
];

test("a deleted customer is gone from every read, search and count, for every key", async () => {
  const one = await createFullCustomer(world);
  const { id, brandId } = one;
  const other = await customer.create({ brandId, firstname: "Grace" });
  for (const search of searches(one)) expect(idsOf(await search())).toContain(id);
  expect(await customer.delete({ id })).toEqual({
    type: "result",
    message: "Customer deleted.",
    id,
    outcome: "deleted",
  });
  for (const search of searches(one)) {
    const page = await search();
    expect(idsOf(page)).not.toContain(id);
    expect(page.itemTotal).toBe(page.items.length);
  }
  const reader = await clientFor(["CUSTOMER_READ"], [brandId]);
  expect([idsOf(await customer.list({ brandId })), (await reader.customer.list({})).itemTotal]).toEqual([
    [other.id],
    1,
  ]);
  expect(await findViolations(service.db.pool)).toEqual([]);
});

test("every operation on a deleted customer answers 404 as for one that never was", async () => {
  const { id, brandId, primaryId, channelIds, ticketIds } = await createFullCustomer(world);
  await customer.delete({ id });
  const about = (customerId: number, named: string, channelId: number): [string, string, object][] => [
    ["GET", `/customer/${customerId}`, {}],
    ["PUT", "/customer", { form: { customerID: String(customerId), firstname: "Eve" } }],
    ["PUT", "/customer", { form: { primaryID: named, brandID: String(brandId), firstname: "Eve" } }],
    ["PUT", "/customer", { form: { primaryID: named, firstname: "Eve" } }],
    ["PUT", `/customer/${customerId}`, { form: { firstname: "Eve" } }],
    ["DELETE", `/customer/${customerId}`, {}],
    [
      "POST",
      "/customer/addChannelOnly",
      { form: { customer_id: String(customerId), extra_email: "e@example.org" } },
    ],
    ["PUT", "/customer/updateCustomer", { form: { externalPrimaryID: named, firstname: "Eve" } }],
    ["DELETE", `/customer/channel/${channelId}`, {}],
    ["GET", "/customer/timelineByCustomerExternalID", { query: { customer_id: String(customerId) } }],
    [
      "GET",
      "/customer/timelineByCustomerExternalID",
      { query: { brand_id: String(brandId), external_id: named, getTicketHistory: "1" } },
    ],
    ["POST", "/customer/externalEvent", { form: { customer_id: String(customerId), message: "x" } }],
    ["POST", "/customer/externalEvent", { form: { external_id: named, message: "x" } }],
    ["GET", "/ticket", { query: { customer_id: String(customerId) } }],
    ["PUT", `/ticket/${ticketIds[0]}`, { form: { customer_id: String(customerId) } }],
    ["PUT", `/ticket/${ticketIds[0]}`, { form: { externalPrimaryID: named } }],
  ];
  const nobody = about(999_999, "Nobody", 999_999);
  for (const [at, [method, path, ask]] of about(id, primaryId, channelIds[0] ?? 0).entries()) {
    const answer = await raw(method, path, ask);
    const [, nowhere, less] = nobody[at] ?? ["", "", {}];
    expect([answer.status, withoutId(answer)], `${method} ${path}`).toEqual([
      404,
      withoutId(await raw(method, nowhere, less)),
    ]);
  }
});

test("a key without the brand cannot delete, a stale version is refused, and of two deletions one is done", async () => {
  const { id, brandId } = await createFullCustomer(world);
  const key = await keyFor(["CUSTOMER_CUD"], [await newBrand()]);
  expect((await raw("DELETE", `/customer/${id}`, { key })).status).toBe(404);
  expect((await raw("DELETE", `/customer/${id}`, { headers: { "if-match": '"9999"' } })).status).toBe(412);
  expect((await customer.list({ brandId })).itemTotal).toBe(1);
  const both = await Promise.all([outcomeOf(customer.delete({ id })), outcomeOf(customer.delete({ id }))]);
  expect(both.sort()).toEqual(["deleted", "not_found"]);
});

test("primary id and addresses are free at once, for strict creates and for those who resolve", async () => {
  const { id, brandId, primaryId, email } = await createFullCustomer(world);
  await customer.delete({ id });
  const next = await customer.create({ brandId, primaryId, channels: [mail(email.toUpperCase())] });
  expect(idsOf(await customer.listByPrimaryId({ primaryId, brandId }))).toEqual([next.id]);
  await customer.delete({ id: next.id });
  const third = await customer.resolve({ brandId, primaryId, linkAddress: email });
  expect([third.outcome, new Set([id, next.id, third.id]).size]).toEqual(["created", 3]);
});

test("its tickets stay as they were, shown without customer, and no new owner of its address gets them, only what arrives later", async () => {
  const { id, brandId, email, ticketIds } = await createFullCustomer(world);
  const before = await readTicket(admin, ticketIds[0] ?? 0);
  await customer.delete({ id });
  expect(await ownersOf(admin, ticketIds)).toEqual(ticketIds.map(() => null));
  expect(await readTicket(admin, before.id)).toEqual({ ...before, customer_id: null });
  expect((await ticket.list({ brandId, linked: false })).itemTotal).toBe(ticketIds.length);
  expect((await ticket.find({ id: before.id, getTicketHistory: true })).item.timeline).toHaveLength(2);
  const late = await openTicket(admin, brandId, email);
  expect(await ownersOf(admin, [late])).toEqual([null]);
  const next = await customer.create({ brandId, channels: [mail(email)] });
  expect(await ownersOf(admin, [...ticketIds, late])).toEqual([...ticketIds.map(() => null), next.id]);
  expect(await findViolations(service.db.pool)).toEqual([]);
});
