// Batches of events. Rows and responses are the same as for single calls, and the failure of one call affects no other.
import { type Api, createClient, type DossierError, type Input } from "@dossier/api";
import { expect, test } from "vitest";
import { withSql } from "../../support/table-fingerprint.ts";
import { uniqueName } from "../../support/requests.ts";
import { dice } from "../../support/random-seed.ts";
import { startTestServer } from "../../support/test-server.ts";

const world = await startTestServer();
const { admin, newBrand } = world;

type Sent = Input<Api["customer"]["addEvent"]>;

const pad = (n: number) => String(n).padStart(2, "0");

/** Customers of a brand, by primary id. */
async function makePeople(brandId: number, count = 12): Promise<number[]> {
  const made = [];
  for (let n = 0; n < count; n += 1) made.push(await admin.customer.create({ brandId, primaryId: `K-${n}` }));
  return made.map(({ id }) => id);
}

/** The rows of a brand's events with their audit entries and webhook events, without ids. */
function storedIn(brandId: number): Promise<{ transactions: number }> {
  return withSql(world, async (client) => {
    const ask = async (text: string): Promise<object[]> => (await client.query<object>(text, [brandId])).rows;
    const events = await ask(
      `SELECT c.primary_id, e.type, e.message, e.initiated_by, e.source_url, e.event_id, e.occurred_at, e.key_id
        FROM event e JOIN customer c ON c.id = e.customer_id WHERE c.brand_id = $1 ORDER BY c.primary_id, e.message`,
    );
    const counts = await ask(
      `SELECT c.primary_id, t.item_type AS kind, t.count AS n FROM timeline_count t JOIN customer c ON c.id = t.customer_id
        WHERE c.brand_id = $1 ORDER BY 1, 2`,
    );
    const trail = await ask(
      `SELECT c.primary_id, a.operation, a.entity AS kind, a.key_id, a.outcome, a.fields::text, count(*) AS n
        FROM audit_entry a JOIN customer c ON c.id = a.subject_id
        WHERE a.operation = 'customer.addEvent' AND a.brand_id = $1 GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 5`,
    );
    const [written] = (await ask(
      `SELECT count(DISTINCT e.xmin::text)::int AS n FROM event e JOIN customer c ON c.id = e.customer_id
        WHERE c.brand_id = $1`,
    )) as { n: number }[];
    return { stored: { events, counts, trail }, transactions: written?.n ?? 0 };
  });
}

test("a batch stores the same rows as its calls one by one", async () => {
  const below = dice();
  const texts = ["Order paid", "李小龍 called", 'it\'s "here"', "{a,b}", "NULL", "back\\slash"];
  const events = Array.from({ length: 90 }, (_, n): Sent => {
    const text = texts[below(texts.length)]!;
    return {
      primaryId: `K-${below(12)}`,
      message: `${pad(n)} ${text}`,
      occurredAt: new Date(Date.UTC(2026, 0, 1, 0, n, 0, below(1000))).toISOString(),
      ...(below(2)
        ? {
            type: text
              .slice(0, 5)
              .toLowerCase()
              .replaceAll(/[^a-z]/g, "x"),
          }
        : {}),
      ...(below(2) ? { initiatedBy: text } : {}),
      ...(below(3) ? { eventId: `e-${n}` } : {}),
      ...(below(2) ? { sourceUrl: `https://shop.example.org/${n}` } : {}),
    };
  });
  const [apart, together] = [await newBrand(), await newBrand()];
  for (const brandId of [apart, together]) await makePeople(brandId);
  for (const one of events) await admin.customer.addEvent({ ...one, brandId: apart });
  const made = await Promise.all(events.map((one) => admin.customer.addEvent({ ...one, brandId: together })));
  const [one, other] = [await storedIn(apart), await storedIn(together)];
  expect({ ...other, transactions: 0 }).toEqual({ ...one, transactions: 0 });
  expect(one.transactions).toBe(90);
  expect(other.transactions).toBeLessThan(45);
  expect(new Set(made.map(({ id }) => id)).size).toBe(90);
});

test("of many at once each is answered for itself: added, known already, or refused for what is its own", async () => {
  const [brandId, elsewhere] = [await newBrand(), await newBrand()];
  const [first = 0, second = 0, gone = 0] = await makePeople(brandId, 3);
  const [other = 0] = await makePeople(elsewhere, 1);
  const known = await admin.customer.addEvent({ customerId: first, message: "Known", eventId: "known" });
  await admin.customer.delete({ id: gone });
  const sent: Sent[] = [
    ...Array.from({ length: 10 }, (_, n): Sent => ({ customerId: second, message: `Event ${n}` })),
    { customerId: other, message: "Of another brand" },
    { customerId: first, message: "Known again", eventId: "known" },
    { customerId: second, message: "The same id, but of somebody else", eventId: "known" },
    { customerId: gone, message: "Of nobody" },
    { customerId: first, primaryId: "K-1", message: "Of whom?" },
    { customerId: first, brandId: elsewhere, message: "Where?" },
    { primaryId: "K-1", brandId, message: "By primary id" },
    { primaryId: "K-0", message: "Of one of two" },
    { primaryId: "K-9", brandId, message: "Of nobody" },
    { customerId: first, message: "Twice", eventId: "twice" },
    { customerId: first, message: "Twice", eventId: "twice" },
  ];
  const all = await Promise.allSettled(sent.map((one) => admin.customer.addEvent(one)));
  const told = all.map((one) =>
    one.status === "fulfilled" ? one.value.outcome : (one.reason as DossierError).code,
  );
  expect(told.slice(0, 19)).toEqual([
    ...Array.from({ length: 11 }, () => "created"),
    "unchanged",
    "created",
    "not_found",
    "identifiers_disagree",
    "identifiers_disagree",
    "created",
    "ambiguous_customer",
    "not_found",
  ]);
  expect(told.slice(19).toSorted()).toEqual(["created", "unchanged"]);
  expect(all[11]).toMatchObject({ value: { id: known.id, customer_id: first } });
  const [one, duplicate] = all.slice(19) as PromiseFulfilledResult<{ id: number }>[];
  expect(one?.value.id).toBe(duplicate?.value.id);
  const count = async (customerId: number) => (await admin.customer.listTimeline({ customerId })).itemTotal;
  expect([await count(first), await count(second), await count(other)]).toEqual([2, 12, 1]);
});

test("twins with one Idempotency-Key among many add one event, and both get its answer", async () => {
  const [customerId = 0] = await makePeople(await newBrand(), 1);
  const client = createClient({
    url: world.url,
    key: world.adminKey,
    retry: false,
    idempotencyKeys: false,
  }).raw;
  const add = (message: string, idempotencyKey: string) =>
    client.customer.addEvent({ customerId, message }, { idempotencyKey });
  const token = uniqueName("token");
  const [first, second, ...others] = await Promise.all([
    add("Duplicate", token),
    add("Duplicate", token),
    ...Array.from({ length: 9 }, (_, n) => add(`Other ${n}`, uniqueName("token"))),
  ]);
  expect(second.id).toBe(first.id);
  expect((await add("Duplicate", token)).id).toBe(first.id);
  await expect(add("Another", token)).rejects.toMatchObject({ code: "idempotency_conflict" });
  expect(new Set(others.map(({ id }) => id)).size).toBe(9);
  expect((await client.customer.listTimeline({ customerId })).itemTotal).toBe(10);
});

test("a key adds nothing to whom it does not see, also in the company of those who may", async () => {
  const [mine, theirs] = [await newBrand(), await newBrand()];
  const [ours = 0] = await makePeople(mine, 1);
  const [own = 0] = await makePeople(theirs, 1);
  const stranger = await world.clientFor(["CUSTOMER_CUD"], [theirs]);
  const all = await Promise.allSettled([
    ...Array.from({ length: 5 }, () => admin.customer.addEvent({ customerId: ours, message: "Paid" })),
    stranger.customer.addEvent({ customerId: ours, message: "Mallory was here" }),
    stranger.customer.addEvent({ primaryId: "K-0", brandId: mine, message: "Mallory was here" }),
    stranger.customer.addEvent({ primaryId: "K-0", message: "Trent was here" }),
    stranger.customer.addEvent({ customerId: own, message: "Trent was here" }),
  ]);
  expect(all.map(({ status }) => status === "fulfilled")).toEqual([
    ...Array.from({ length: 5 }, () => true),
    false,
    false,
    true,
    true,
  ]);
  for (const at of [5, 6]) expect(all[at]).toMatchObject({ reason: { code: "not_found" } });
  expect((await admin.customer.listTimeline({ customerId: ours })).itemTotal).toBe(5);
  expect((await admin.customer.listTimeline({ customerId: own })).itemTotal).toBe(2);
});

test("who leaves while many add events loses none that was acknowledged, and nobody else waits in vain", async () => {
  const people = await makePeople(await newBrand(), 6);
  const [leaving = 0, ...staying] = people;
  const add = (customerId: number, n: number) =>
    admin.customer.addEvent({ customerId, message: `Event ${n}`, eventId: `e-${n}` });
  const calls = Array.from({ length: 60 }, (_, n) => add(people[n % people.length]!, n));
  const [all] = await Promise.all([Promise.allSettled(calls), admin.customer.delete({ id: leaving })]);
  const acknowledged = all.filter((one, n) => n % people.length === 0 && one.status === "fulfilled").length;
  const refused = all
    .filter((one) => one.status === "rejected")
    .map(({ reason }) => (reason as DossierError).code);
  expect(refused).toEqual(Array.from({ length: 10 - acknowledged }, () => "not_found"));
  await admin.customer.restore({ id: leaving });
  expect((await admin.customer.listTimeline({ customerId: leaving })).itemTotal).toBe(acknowledged);
  for (const customerId of staying)
    expect((await admin.customer.listTimeline({ customerId })).itemTotal).toBe(10);
});
