// Purges of records that contain a person's present or former address or primary id, but are linked to others.
import { expect, test } from "vitest";
import { withSql } from "../../support/table-fingerprint.ts";
import { uniqueName, startFixtureServer } from "../../support/requests.ts";

const world = await startFixtureServer();
const { customer, ticket, message } = world.admin;

const mail = () => `${uniqueName("mail")}@example.org`;
const phone = () => `+4930${String(1_000_000 + Math.floor(Math.random() * 8_000_000))}`;

/** Every row of every table, as text. */
const everything = () =>
  withSql(world, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
    );
    const parts = [];
    for (const { name } of rows)
      parts.push(...(await client.query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t`)).rows);
    return parts.map(({ row }) => row).join("\n");
  });

test("a ticket from the person's address that another customer has is emptied, stays linked there, and is not found", async () => {
  const brandId = await world.newBrand();
  const [address, others] = [mail(), mail()];
  const person = await customer.create({ brandId, firstname: "Ada", channels: [{ type: 1, address }] });
  const other = await customer.create({
    brandId,
    firstname: "Grace",
    channels: [{ type: 1, address: others }],
  });
  const from = { brandId, channel: "email", fromName: "Ada Quendelbart" };
  const moved = await ticket.create({ ...from, from: address, title: "Quendelbart parcel" });
  await message.create({ ticketId: moved.id, type: "1", message: "Quendelbart asks", direction: "inbound" });
  await message.create({ ticketId: moved.id, type: "note", message: "Quendelbart is angry" });
  await ticket.update({ id: moved.id, customerId: other.id });
  const outbound = await ticket.create({
    brandId,
    channel: "email",
    direction: "outbound",
    to: address,
    title: "Quendelbart",
  });
  await ticket.update({ id: outbound.id, customerId: other.id });
  const theirs = await ticket.create({ brandId, channel: "email", from: others, title: "Another parcel" });
  await message.create({ ticketId: theirs.id, type: "1", message: "It is on its way." });
  const { item: before } = await ticket.find({ id: moved.id });
  const { itemTotal } = await customer.listTimeline({ customerId: other.id, getTicketHistory: true });

  const { receipt } = await customer.purge({ id: person.id });
  expect([receipt.tickets, receipt.messages]).toEqual([2, 2]);
  const empty = { from: "", from_name: "", to: "", title: "", customer_id: other.id };
  expect((await ticket.find({ id: moved.id })).item).toMatchObject({ ...before, ...empty });
  expect((await ticket.find({ id: outbound.id })).item).toMatchObject(empty);
  for (const query of [address, "quendelbart"])
    expect([query, (await ticket.list({ brandId, query })).items]).toEqual([query, []]);
  expect((await ticket.list({ brandId, customerId: other.id })).items).toHaveLength(3);
  const timeline = await customer.listTimeline({ customerId: other.id, getTicketHistory: true });
  expect(timeline.itemTotal).toBe(itemTotal);
  const kept = (await ticket.find({ id: theirs.id, getTicketHistory: "1" })).item;
  expect([kept.title, kept.from, kept.timeline?.some((one) => one.content === "It is on its way.")]).toEqual([
    "Another parcel",
    others,
    true,
  ]);
  const left = (await everything()).toLowerCase();
  expect([left.includes(address), left.includes("quendelbart")]).toEqual([false, false]);
});

test("so is one from an address that the person had before: removed, or left out when they were restored", async () => {
  const brandId = await world.newBrand();
  const [removed, lost, now] = [mail(), mail(), mail()];
  const other = await customer.create({ brandId, firstname: "Grace" });
  const person = await customer.create({
    brandId,
    primaryId: uniqueName(),
    firstname: "Ada",
    channels: [removed, lost, now].map((address) => ({ type: 1, address })),
  });
  const tickets = [];
  for (const from of [removed, lost, now]) {
    const { id } = await ticket.create({ brandId, channel: "email", from, title: "Parcel" });
    await ticket.update({ id, customerId: other.id });
    tickets.push(id);
  }
  const { item } = await customer.find({ id: person.id });
  const channelOf = (address: string) => item.channels.find((one) => one.address === address)!.id;
  await customer.removeChannel({ id: channelOf(removed) });
  await customer.delete({ id: person.id });
  const taker = await customer.create({ brandId, firstname: "Joan", channels: [{ type: 1, address: lost }] });
  await customer.restore({ id: person.id, without: "conflicts" });
  await customer.removeChannel({ id: (await customer.find({ id: taker.id })).item.channels[0]!.id });
  await customer.purge({ id: person.id });
  for (const id of tickets)
    expect((await ticket.find({ id })).item).toMatchObject({ from: "", title: "", customer_id: other.id });
  const left = await everything();
  for (const address of [removed, now]) expect(left).not.toContain(address);
  await customer.purge({ id: taker.id });
  expect(await everything()).not.toContain(lost);
});

test("a ticket from an address that is another customer's by now stays theirs, live or deleted", async () => {
  const brandId = await world.newBrand();
  const [moved, shared] = [mail(), mail()];
  const person = await customer.create({
    brandId,
    firstname: "Ada",
    channels: [moved, shared].map((address) => ({ type: 1, address })),
  });
  await customer.delete({ id: person.id });
  const heir = await customer.create({
    brandId,
    firstname: "Grace",
    channels: [{ type: 1, address: moved }],
  });
  const deleted = await customer.create({
    brandId,
    firstname: "Joan",
    channels: [{ type: 1, address: shared }],
  });
  const open = (from: string) => ticket.create({ brandId, channel: "email", from, title: "Parcel" });
  const [first, second] = [await open(moved), await open(shared)];
  expect([first.customer_id, second.customer_id]).toEqual([heir.id, deleted.id]);
  await customer.delete({ id: deleted.id });
  await customer.purge({ id: person.id });
  expect((await ticket.find({ id: first.id })).item).toMatchObject({
    title: "Parcel",
    from: moved,
    customer_id: heir.id,
  });
  await customer.restore({ id: deleted.id });
  expect((await ticket.find({ id: second.id })).item).toMatchObject({
    title: "Parcel",
    from: shared,
    customer_id: deleted.id,
  });
});

test("a telephone number is the person's on every channel of numbers; a plain name is only on its own", async () => {
  const brandId = await world.newBrand();
  const [number, name] = [phone(), uniqueName("name")];
  const other = await customer.create({ brandId, firstname: "Grace" });
  const person = await customer.create({
    brandId,
    firstname: "Ada",
    channels: [
      { type: 2, address: number },
      { type: 6, address: name },
    ],
  });
  const ids = [];
  for (const [channel, from] of [
    ["5", number],
    ["7", number],
    ["6", name],
    ["8", name],
  ] as const) {
    const { id } = await ticket.create({ brandId, channel, from, title: "Parcel" });
    await ticket.update({ id, customerId: other.id });
    ids.push(id);
  }
  await customer.purge({ id: person.id });
  const titles = [];
  for (const id of ids) titles.push((await ticket.find({ id })).item.title);
  expect(titles).toEqual(["", "", "", "Parcel"]);
});

test("other brands' tickets from the same address stay as they are", async () => {
  const [brandId, elsewhere] = [await world.newBrand(), await world.newBrand()];
  const address = mail();
  const person = await customer.create({ brandId, firstname: "Ada", channels: [{ type: 1, address }] });
  const same = await customer.create({
    brandId: elsewhere,
    firstname: "Ada",
    channels: [{ type: 1, address }],
  });
  const { id } = await ticket.create({
    brandId: elsewhere,
    channel: "email",
    from: address,
    title: "Parcel",
  });
  await customer.purge({ id: person.id });
  expect((await ticket.find({ id })).item).toMatchObject({
    title: "Parcel",
    from: address,
    customer_id: same.id,
  });
});

test("a message in another's ticket that was sent on to the person loses their address, not its text", async () => {
  const brandId = await world.newBrand();
  const [address, others] = [mail(), mail()];
  const person = await customer.create({ brandId, firstname: "Ada", channels: [{ type: 1, address }] });
  await customer.create({ brandId, firstname: "Grace", channels: [{ type: 1, address: others }] });
  const { id } = await ticket.create({ brandId, channel: "email", from: others, title: "Parcel" });
  await message.create({
    ticketId: id,
    type: "1",
    message: "Please help.",
    toAddress: address.toUpperCase(),
  });
  await message.create({ ticketId: id, type: "1", message: "On its way.", toAddress: others });
  await customer.purge({ id: person.id });
  const { item } = await ticket.find({ id, getTicketHistory: "1" });
  const said = item.timeline?.flatMap((one) => (one.type === "message" ? [[one.content, one.to]] : []));
  expect(said?.toSorted()).toEqual([
    ["On its way.", others],
    ["Please help.", ""],
  ]);
  expect((await everything()).toLowerCase()).not.toContain(address);
});

test("a CRM's candidates lose the primary ids that the person has or had, unless another has the id by now", async () => {
  const brandId = await world.newBrand();
  const [first, second, third] = [uniqueName("K"), uniqueName("K"), uniqueName("K")];
  const person = await customer.create({ brandId, primaryId: first, firstname: "Ada" });
  await customer.updateByPrimaryId({ primaryId: first, brandId, newPrimaryId: second });
  await customer.updateByPrimaryId({ primaryId: second, brandId, newPrimaryId: third });
  await customer.create({ brandId, primaryId: second, firstname: "Grace" });
  const { id } = await ticket.create({ brandId, channel: "email", from: mail(), title: "Parcel" });
  await withSql(world, (client) =>
    client.query(
      "INSERT INTO ticket_crm_candidate (ticket_id, position, brand_id, primary_id) SELECT $1, n, $2, k FROM unnest($3::text[]) WITH ORDINALITY AS c (k, n)",
      [id, brandId, [first, second, third, "nobody's"]],
    ),
  );
  await customer.purge({ id: person.id });
  const { rows } = await withSql(world, (client) =>
    client.query<{ primary_id: string }>(
      "SELECT primary_id FROM ticket_crm_candidate WHERE ticket_id = $1 ORDER BY position",
      [id],
    ),
  );
  expect(rows.map((row) => row.primary_id)).toEqual([second, "nobody's"]);
  expect(await everything()).not.toContain(first);
});
