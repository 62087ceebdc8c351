// A purge of a very large customer takes long, but delays no other call.
import { expect, test } from "vitest";
import { withSql } from "../../support/table-fingerprint.ts";
import { uniqueName, startFixtureServer } from "../../support/requests.ts";

const world = await startFixtureServer();
const { customer } = world.admin;
const [events, tickets] = [100_000, 2000];

/** Gives a customer more than any real one has. */
async function load(id: number, brandId: number, address: string): Promise<void> {
  await withSql(world, async (client) => {
    await client.query(
      `INSERT INTO event (customer_id, type, message, event_id, occurred_at)
        SELECT $1, 'order', 'Order ' || n, n, now() - n * interval '1 minute' FROM generate_series(1, $2::int) AS n`,
      [id, events],
    );
    await client.query(
      `WITH opened AS (
          INSERT INTO ticket (brand_id, channel_type_id, direction, from_address, contact, title, customer_id)
          SELECT $2, 1, 'inbound', $3, $3, 'Parcel ' || n, $1 FROM generate_series(1, $4::int) AS n RETURNING id, customer_id),
        worded AS (INSERT INTO ticket_term SELECT $2, 'w', 'parcel', id FROM opened)
        INSERT INTO message (ticket_id, customer_id, type, content)
          SELECT id, customer_id, 'note', 'said ' || n FROM opened, generate_series(1, 5) AS n`,
      [id, brandId, address, tickets],
    );
    await client.query("ANALYZE event, ticket, message, ticket_term");
  });
}

test("while a customer with 100,000 events and 2,000 tickets is erased, others are created, changed, read and added to", async () => {
  const brandId = await world.newBrand();
  const address = `${uniqueName("mail")}@example.org`;
  const fields = { brandId, primaryId: uniqueName(), firstname: "Ada", lastname: "Lovelace" };
  const { id } = await customer.create({ ...fields, channels: [{ type: 1, address }] });
  await load(id, brandId, address);
  const statuses = new Map<string, number>();
  const purge = { underWay: true };
  let rounds = 0;
  const ask = async (method: string, path: string, form: Record<string, string> = {}) => {
    const answer = await world.raw(method, path, method === "GET" ? { query: form } : { form });
    const seen = `${method} ${path.replace(/\d+/, "{id}")} ${answer.status} ${answer.body.code ?? ""}`.trim();
    statuses.set(seen, (statuses.get(seen) ?? 0) + 1);
    return answer.body;
  };
  const serve = async (one: number) => {
    for (let n = 0; purge.underWay || n === 0; n += 1) {
      // Words that are new to the brand, and one of the name that is being erased.
      const letters = String(one * 10_000 + n).replace(/\d/g, (digit) => "bcdfghjkmp"[Number(digit)]!);
      const other = await ask("POST", "/customer/createCustomerCRUD", {
        brandID: String(brandId),
        primaryID: uniqueName(),
        firstname: "Ada",
        lastname: `Neu${letters}`,
        extra_email: `${uniqueName("other")}@example.org`,
      });
      await ask("PUT", `/customer/${other.id}`, { lastname: `Alt${letters}` });
      await ask("GET", `/customer/${other.id}`);
      await ask("GET", "/customer", { query: "ada", brand_id: String(brandId) });
      await ask("POST", "/customer/externalEvent", { customer_id: String(other.id), message: "Order 7" });
      rounds += 1;
    }
  };
  const begun = performance.now();
  const asked = world.raw("DELETE", `/customer/purgeData/${id}`).finally(() => void (purge.underWay = false));
  const [answer] = await Promise.all([asked, serve(1), serve(2), serve(3)]);
  console.log(
    `erased in ${Math.round(performance.now() - begun)} ms, with ${rounds * 5} calls of others meanwhile`,
  );
  expect([answer.status, answer.body.receipt]).toMatchObject([
    200,
    { customers: 1, channels: 1, events, tickets, messages: tickets * 5 },
  ]);
  expect([...statuses.keys()].sort()).toEqual([
    "GET /customer 200",
    "GET /customer/{id} 200",
    "POST /customer/createCustomerCRUD 200",
    "POST /customer/externalEvent 200",
    "PUT /customer/{id} 200",
  ]);
  expect((await customer.list({ brandId })).itemTotal).toBe(rounds);
  const left = await withSql(world, (client) =>
    client.query(
      `SELECT (SELECT count(*) FROM event WHERE customer_id = $1) + (SELECT count(*) FROM message WHERE content <> '')
      + (SELECT count(*) FROM ticket_term) + (SELECT count(*) FROM ticket WHERE title <> '') + (SELECT count(*) FROM timeline_count WHERE customer_id = $1) AS n`,
      [id],
    ),
  );
  expect(left.rows).toEqual([{ n: "0" }]);
  const { rows } = await withSql(world, (client) =>
    client.query("SELECT word FROM search_word WHERE brand_id = $1 AND word = ANY ('{ada,lovelace}')", [
      brandId,
    ]),
  );
  expect(rows).toEqual([{ word: "ada" }]);
}, 60_000);
