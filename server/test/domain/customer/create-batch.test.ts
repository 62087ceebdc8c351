// Batches of new customers. Rows and responses are the same as for single calls, and the failure of one call affects no
// other.
import { createClient, type DossierError, type Input, type Api } from "@dossier/api";
import { expect, test } from "vitest";
import { uniqueName } from "../../support/requests.ts";
import { dice } from "../../support/random-seed.ts";
import { dumpBrand } from "../../support/data/stored-customers.ts";
import { startTestServer } from "../../support/test-server.ts";

const world = await startTestServer();
const { admin, newBrand } = world;
const mail = (address: string) => ({ type: "email", address });

test("a batch stores the same rows as its calls one by one", async () => {
  const below = dice();
  const pick = (all: readonly string[]) => all[below(all.length)]!;
  const names = ["Ada", "Grace Brewster", "José María", "Łukasz", "", "O'Neil", "李小龍", "Ada"];
  const people = Array.from({ length: 70 }, (_, n) => ({
    primaryId: `K-${n}`,
    firstname: pick(names),
    lastname: pick(names),
    channels: [
      mail(`p${n}@example.org`),
      ...(below(2) ? [{ type: "telephone", address: `+49301234${String(n).padStart(3, "0")}` }] : []),
      ...(below(3) ? [] : [mail(`P${n}@example.org`)]), // the same again
    ],
  }));
  const [apart, together] = [await newBrand({ searchByChannel: true }), await newBrand()];
  // With a search value, each call looks for an existing customer first.
  for (const one of people)
    await admin.customer.resolve({ brandId: apart, ...one, searchValue: one.channels[0]!.address });
  const made = await Promise.all(people.map((one) => admin.customer.resolve({ brandId: together, ...one })));
  expect(await dumpBrand(world, together)).toEqual(await dumpBrand(world, apart));
  expect(new Set(made.map(({ id }) => id)).size).toBe(people.length);
  expect(made[7]).toMatchObject({ message: "User created and channel linked.", outcome: "created" });
  const { items } = await admin.customer.list({ brandId: together, query: "brewster" });
  expect(items.length).toBeGreaterThan(0);
});

test("of many at once each is answered for itself: made, refused for what is its own, or made by its duplicate", async () => {
  const brandId = await newBrand();
  const known = await admin.customer.create({
    brandId,
    primaryId: "known",
    channels: [mail("known@example.org")],
  });
  type Sent = Omit<Input<Api["customer"]["create"]>, "brandId">;
  const sent: Sent[] = [
    ...Array.from({ length: 20 }, (_, n) => ({
      primaryId: `N-${n}`,
      firstname: "Ada",
      channels: [mail(`n${n}@example.org`)],
    })),
    { primaryId: "known" },
    { primaryId: "other", channels: [mail("Known@Example.org")] },
    { primaryId: "null" },
    { primaryId: "tall", custom: { size: 7 } },
    { primaryId: "one", channels: [mail("a@example.org")] },
    { primaryId: "one", channels: [mail("b@example.org")] },
    { primaryId: "two", channels: [mail("a@example.org")] },
  ];
  const all = await Promise.allSettled(sent.map((one) => admin.customer.create({ brandId, ...one })));
  const told = all.map((one) =>
    one.status === "fulfilled" ? one.value.outcome : (one.reason as DossierError).code,
  );
  expect(told.slice(0, 24)).toEqual([
    ...Array.from({ length: 20 }, () => "created"),
    "primary_id_taken",
    "channel_taken",
    "invalid_field",
    "created",
  ]);
  expect(told.slice(24).toSorted()).toEqual(["channel_taken", "created", "primary_id_taken"]);
  for (const at of [20, 21])
    expect(all[at]).toMatchObject({ reason: { conflict: { customerId: known.id } } });
  expect((await admin.customer.list({ brandId })).itemTotal).toBe(23);
});

test("twins with one Idempotency-Key among many make one customer, and both get its answer", async () => {
  const brandId = await newBrand();
  const client = createClient({
    url: world.url,
    key: world.adminKey,
    retry: false,
    idempotencyKeys: false,
  }).raw;
  const keyed = (n: number) =>
    client.customer.create(
      { brandId, firstname: `Ada`, lastname: `L${"abcdefghi"[n]}` },
      { idempotencyKey: `${uniqueName()}-${n}` },
    );
  const token = uniqueName("token");
  const duplicate = () => client.customer.create({ brandId, firstname: "Grace" }, { idempotencyKey: token });
  const [first, second, ...others] = await Promise.all([
    duplicate(),
    duplicate(),
    ...Array.from({ length: 9 }, (_, n) => keyed(n)),
  ]);
  expect(second.id).toBe(first.id);
  expect((await duplicate()).id).toBe(first.id);
  expect(new Set(others.map(({ id }) => id)).size).toBe(9);
  expect((await admin.customer.list({ brandId })).itemTotal).toBe(10);
});

test("tickets that wait for one of many become that one's, unless its call says noSync", async () => {
  const brandId = await newBrand();
  const from = (n: number) => `w${n}@example.org`;
  const tickets: number[] = [];
  for (const n of [3, 3, 5, 7]) {
    const { id } = await admin.ticket.create({ brandId, channel: "email", from: from(n) });
    tickets.push(id);
  }
  const made = await Promise.all(
    Array.from({ length: 9 }, (_, n) =>
      admin.customer.create({ brandId, channels: [mail(from(n))], noSync: n === 7 }),
    ),
  );
  const owners = await Promise.all(
    tickets.map(async (id) => (await admin.ticket.find({ id })).item.customer_id),
  );
  expect(owners).toEqual([made[3]!.id, made[3]!.id, made[5]!.id, null]);
});

test("a key of another brand makes nobody here, also in the company of those who may", async () => {
  const [mine, theirs] = [await newBrand(), await newBrand()];
  const stranger = await world.clientFor(["CUSTOMER_CUD"], [theirs]);
  await stranger.customer.create({ brandId: theirs, firstname: "Peggy" }); // the key is known from here on
  const all = await Promise.allSettled([
    ...Array.from({ length: 5 }, () => admin.customer.create({ brandId: mine, firstname: "Ada" })),
    stranger.customer.create({ brandId: mine, firstname: "Mallory" }),
    stranger.customer.create({ brandId: theirs, firstname: "Trent" }),
  ]);
  expect(all.map(({ status }) => status)).toEqual([
    ...Array.from({ length: 5 }, () => "fulfilled"),
    "rejected",
    "fulfilled",
  ]);
  expect(all[5]).toMatchObject({ reason: { code: "not_found" } });
  expect((await admin.customer.list({ brandId: mine, query: "mallory" })).items).toEqual([]);
});
