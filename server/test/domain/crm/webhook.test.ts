// Webhook events of CRM lookups: the outcomes, in order, without any text of the CRM's response.
import { eventTypes, webhookPayload } from "@dossier/api";
import { expect, test } from "vitest";
import { startCrm } from "../../support/servers/crm-server.ts";
import { poll } from "../../support/embedded/harness.ts";
import { startReceiver } from "../../support/servers/webhook-receiver.ts";
import { uniqueName } from "../../support/requests.ts";
import { startTestServer } from "../../support/test-server.ts";

const [crm, receiver] = [await startCrm(), await startReceiver()];
const { admin, newBrand } = await startTestServer({ egressAllow: [crm.hostPort, receiver.place] });

/** A brand of its own whose CRM gives this response, and a webhook for all its events. */
async function listen(results: object[]) {
  crm.say = () => results;
  const brandId = await newBrand({ crmLookupUrl: crm.url });
  const path = `/${uniqueName("hook")}`;
  await admin.webhook.create({
    url: receiver.urlOf(path),
    events: [...eventTypes],
    brandIds: [brandId],
  });
  const until = async (count: number) => {
    await poll(() => receiver.at(path).length >= count);
    return receiver.at(path).map(({ payload }) => {
      const { type, data } = webhookPayload.strict().parse(payload);
      return { type, ...data };
    });
  };
  const bodies = () => receiver.at(path).map(({ body }) => body);
  return { brandId, until, bodies };
}

const some = expect.any(Number) as number;
const secretive = { primary_id: "K-1", firstname: "Ada", lastname: "Lovelace" };

test("a lookup on request is told of with what it did, also when it changed nothing", async () => {
  const { brandId, until, bodies } = await listen([secretive]);
  const address = `${uniqueName("ada")}@example.org`;
  const { id } = await admin.customer.syncWithCrm({ brandId, channel: "email", address });
  await admin.customer.syncWithCrm({ brandId, channel: "email", address });
  crm.say = () => [{ ...secretive, lastname: "King" }];
  await admin.customer.syncWithCrm({ brandId, channel: "email", address });
  const subject = { brand_id: brandId, customer_id: id, sequence: some };
  const made = {
    version: 1,
    outcome: "created",
    fields: ["external_primary_id", "firstname", "lastname", "channels"],
  };
  const changed = { version: 2, outcome: "updated", fields: ["lastname"] };
  expect(await until(6)).toEqual([
    { type: "customer.created", ...subject, ...made },
    { type: "channel.added", ...subject, version: 1, channel_ids: [some] },
    { type: "customer.synced", ...subject, ...made },
    { type: "customer.synced", ...subject, version: 1, outcome: "unchanged", fields: [] },
    { type: "customer.updated", ...subject, ...changed },
    { type: "customer.synced", ...subject, ...changed },
  ]);
  for (const body of bodies())
    for (const word of ["K-1", "Ada", "Lovelace", "King", address]) expect(body).not.toContain(word);
});

test("a lookup on contact is told of, and so is the ticket it gave to the customer", async () => {
  const { brandId, until } = await listen([secretive]);
  const from = `${uniqueName("ada")}@example.org`;
  const { id: ticketId } = await admin.ticket.create({ brandId, channel: "email", from });
  const told = await until(4);
  const [{ customer_id: customerId } = { customer_id: 0 }] = told;
  expect((await admin.ticket.find({ id: ticketId })).item.customer_id).toBe(customerId);
  expect(told.map(({ type }) => type).toSorted()).toEqual([
    "channel.added",
    "customer.created",
    "customer.synced",
    "ticket.linked",
  ]);
  expect(told.find(({ type }) => type === "ticket.linked")).toMatchObject({ ticket_id: ticketId });
});

test("a lookup that comes to nothing is not told of", async () => {
  const { brandId, until } = await listen([]);
  const address = `${uniqueName("ada")}@example.org`;
  expect(await admin.customer.syncWithCrm({ brandId, channel: "email", address })).toMatchObject({
    id: null,
  });
  await admin.customer.create({ brandId, firstname: "Grace" });
  expect((await until(1)).map(({ type }) => type)).toEqual(["customer.created"]);
});
