// Batches of new tickets. Rows and responses are the same as for single calls, and the failure of one call affects no
// other.
import { setTimeout as pause } from "node:timers/promises";
import { type Api, createClient, type DossierError, type Input } from "@dossier/api";
import { expect, test } from "vitest";
import { withSql } from "../../support/table-fingerprint.ts";
import { uniqueName } from "../../support/requests.ts";
import { dice } from "../../support/random-seed.ts";
import { mail, readTicket } from "../../support/data/tickets.ts";
import { startTestServer } from "../../support/test-server.ts";

const world = await startTestServer();
const { admin, newBrand } = world;

type Sent = Omit<Input<Api["ticket"]["create"]>, "brandId">;

const address = (n: number) => `c${n}@example.org`;

/** Customers of a brand with an address each. */
async function makePeople(brandId: number, count: number): Promise<number[]> {
  const made = [];
  for (let n = 0; n < count; n += 1)
    made.push(await admin.customer.create({ brandId, primaryId: `K-${n}`, channels: [mail(address(n))] }));
  return made.map(({ id }) => id);
}

/** The rows of a brand's tickets with their audit entries and events, without ids. */
function storedIn(brandId: number) {
  return withSql(world, async (client) => {
    const ask = async (text: string): Promise<object[]> => (await client.query<object>(text, [brandId])).rows;
    const stored = {
      tickets: await ask(
        `SELECT t.channel_type_id, t.direction, t.from_address, t.from_name, t.to_address, t.contact, t.title, t.status, t.priority,
            t.created_at, t.last_update, t.closed_at, c.primary_id,
            ARRAY(SELECT w.type::text || w.term FROM ticket_term w WHERE w.ticket_id = t.id AND w.brand_id = $1 ORDER BY 1) AS terms,
            ARRAY(SELECT a.operation || ' ' || a.key_id || ' ' || a.outcome || ' ' || a.fields::text
              FROM audit_entry a WHERE a.entity = 'ticket' AND a.subject_id = t.id AND a.brand_id = $1) AS trail
          FROM ticket t LEFT JOIN customer c ON c.id = t.customer_id WHERE t.brand_id = $1 ORDER BY t.created_at`,
      ),
      counts: await ask(
        `SELECT c.primary_id, t.item_type AS kind, t.count AS n FROM timeline_count t JOIN customer c ON c.id = t.customer_id
          WHERE c.brand_id = $1 ORDER BY 1, 2`,
      ),
      count: await ask(
        "SELECT sum(count)::int AS n FROM row_count WHERE table_name = 'ticket' AND brand_id = $1",
      ),
    };
    const [written] = (await ask(
      "SELECT count(DISTINCT xmin::text)::int AS n FROM ticket WHERE brand_id = $1",
    )) as { n: number }[];
    return { stored, transactions: written?.n ?? 0 };
  });
}

test("a batch stores the same rows as its calls one by one", async () => {
  const below = dice();
  const pick = <T>(all: readonly T[]): T => all[below(all.length)] as T;
  const titles = ["Where is my parcel?", "", "李小龍", 'it\'s "here" {a,b}', "NULL", "parcel parcel Parcel"];
  const sent = Array.from({ length: 80 }, (_, n): Sent => {
    const from = pick([address(below(16)), address(below(16)).toUpperCase(), ""]);
    return {
      channel: "email",
      title: pick(titles),
      fromName: pick(["Ada", "", "O'Neil"]),
      status: pick(["new", "open", "closed"]),
      priority: pick(["low", "urgent"]),
      occurredAt: new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString(),
      ...(below(4)
        ? { from, to: "desk@example.org" }
        : { direction: "outbound", from: "desk@example.org", to: from }),
    };
  });
  const [apart, together] = [await newBrand(), await newBrand()];
  for (const brandId of [apart, together]) await makePeople(brandId, 8);
  for (const one of sent) await admin.ticket.create({ ...one, brandId: apart });
  const made = await Promise.all(sent.map((one) => admin.ticket.create({ ...one, brandId: together })));
  const [one, other] = [await storedIn(apart), await storedIn(together)];
  expect(other.stored).toEqual(one.stored);
  expect(one.transactions).toBe(80);
  expect(other.transactions).toBeLessThan(72); // the number of calls in one turn depends on the machine
  for (const [at, { id, customer_id }] of made.entries()) {
    const ticket = await readTicket(admin, id);
    expect([ticket.title, ticket.customer_id]).toEqual([sent[at]!.title, customer_id]);
  }
});

test("of many at once each is answered for itself: opened, linked, or refused for what is its own", async () => {
  const [brandId, elsewhere] = [await newBrand(), await newBrand()];
  const [first = 0] = await makePeople(brandId, 1);
  const stranger = await world.clientFor(["TICKET_CREATE"], [elsewhere]);
  const open = (sent: Partial<Sent>, client = admin) =>
    client.ticket.create({ brandId, channel: "email", ...sent });
  await stranger.ticket.create({ brandId: elsewhere, channel: "email" }); // the call's key is known from here on
  const all = await Promise.allSettled([
    ...Array.from({ length: 8 }, (_, n) => open({ from: address(n) })),
    open({ channel: "pigeon" }),
    open({ from: "no address" }),
    open({ from: address(0) }, stranger),
    admin.ticket.create({ brandId: 999_999, channel: "email" }),
  ]);
  const told = all.map((one) =>
    one.status === "fulfilled" ? one.value.customer_id : (one.reason as DossierError).code,
  );
  expect(told).toEqual([
    first,
    ...Array.from({ length: 7 }, () => null),
    "invalid_field",
    null,
    "not_found",
    "not_found",
  ]);
  expect((await admin.ticket.list({ brandId })).itemTotal).toBe(9);
});

test("twins with one Idempotency-Key among many open one ticket, and both get its answer", async () => {
  const brandId = await newBrand();
  const client = createClient({
    url: world.url,
    key: world.adminKey,
    retry: false,
    idempotencyKeys: false,
  }).raw;
  const open = (title: string, idempotencyKey: string) =>
    client.ticket.create({ brandId, channel: "email", title }, { idempotencyKey });
  const token = uniqueName("token");
  const [first, second, ...others] = await Promise.all([
    open("Duplicate", token),
    open("Duplicate", token),
    ...Array.from({ length: 9 }, (_, n) => open(`Other ${n}`, uniqueName("token"))),
  ]);
  expect(second.id).toBe(first.id);
  expect((await open("Duplicate", token)).id).toBe(first.id);
  expect(new Set(others.map(({ id }) => id)).size).toBe(9);
  expect((await admin.ticket.list({ brandId })).itemTotal).toBe(10);
});

test("who leaves while many tickets arrive takes only his own along, and no ticket is lost", async () => {
  const brandId = await newBrand();
  const people = await makePeople(brandId, 4);
  const [leaving = 0] = people;
  const calls = Array.from({ length: 60 }, (_, n) =>
    admin.ticket.create({ brandId, channel: "email", from: address(n % 4) }),
  );
  const leave = pause(5).then(() => admin.customer.delete({ id: leaving }));
  const [made] = await Promise.all([Promise.all(calls), leave]);
  const owners = await Promise.all(made.map(async ({ id }) => (await readTicket(admin, id)).customer_id));
  expect(owners).toEqual(made.map((_, n) => (n % 4 === 0 ? null : people[n % 4])));
  await admin.customer.restore({ id: leaving });
  const { itemTotal } = await admin.ticket.list({ brandId, customerId: leaving });
  expect(itemTotal).toBe(made.filter(({ customer_id }) => customer_id === leaving).length);
});
