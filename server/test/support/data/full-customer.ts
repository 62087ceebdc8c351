// A customer with everything a customer can have, in a brand of its own, for tests of deletes and restores.
import { uniqueName, type FixtureServer } from "../requests.ts";
import { mail, openTicket } from "./tickets.ts";

export type FullCustomer = Awaited<ReturnType<typeof createFullCustomer>>;

/** Creates a customer with names, primary id, channels, custom values, events, tickets and their messages. */
export async function createFullCustomer({ admin, newBrand }: Pick<FixtureServer, "admin" | "newBrand">) {
  const { customer, message } = admin;
  const brandId = await newBrand();
  const primaryId = uniqueName("Full");
  const email = `${uniqueName("full").toLowerCase()}@analytical.example`;
  const phone = "+4930998877";
  const fields = {
    tier: (await admin.customfield.create({ brandId, name: "tier" })).id,
    age: (await admin.customfield.create({ brandId, name: "age", type: "number" })).id,
  };
  const { id } = await customer.create({
    brandId,
    primaryId,
    firstname: "Ada",
    lastname: "Lovelace",
    channels: [mail(email), { type: "sms", address: phone }],
    custom: { tier: "gold", age: 36 },
  });
  await customer.addEvent({ customerId: id, message: "Order", type: "order", eventId: "e-1" });
  await customer.addEvent({ customerId: id, message: "Call" });
  const ticketIds = [
    await openTicket(admin, brandId, email, { title: "Parcel", status: "closed" }),
    await openTicket(admin, brandId, email),
  ];
  for (const type of ["email", "note"])
    await message.create({ ticketId: ticketIds[0] ?? 0, type, message: `A ${type}` });
  const { item } = await customer.find({ id });
  return {
    id,
    brandId,
    primaryId,
    email,
    phone,
    fields,
    ticketIds,
    channelIds: item.channels.map((one) => one.id),
  };
}
