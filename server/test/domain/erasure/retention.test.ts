// Retention: customers deleted for more than 30 days, and responses stored for more than 24 hours.
import { afterAll, expect, test, vi } from "vitest";
import { builtinTypes } from "@dossier/api";
import { openDatabase } from "../../../src/db/pool.ts";
import { type Overdue, runRetention } from "../../../src/domain/erasure/retention.ts";
import { withSql } from "../../support/table-fingerprint.ts";
import { uniqueName, startFixtureServer } from "../../support/requests.ts";
import { makeFailedJob } from "../../support/fixtures.ts";
import { untilWaiting } from "../../support/lock-watch.ts";

vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }); // so that the server's own runs do not interfere

const world = await startFixtureServer();
const { customer, ticket, audit } = world.admin;
const db = openDatabase({ connectionString: world.databaseUrl });
afterAll(() => db.close());
const run = () => runRetention(db, builtinTypes);

/** A customer with an event and a ticket, deleted so long ago. */
async function bringDeleted(brandId: number, ago: string, primaryId = uniqueName()) {
  const email = `${uniqueName("mail")}@example.org`;
  const fields = { brandId, primaryId, firstname: "Ada", lastname: "Quendelbart" };
  const { id } = await customer.create({ ...fields, channels: [{ type: 1, address: email }] });
  await customer.addEvent({ customerId: id, message: "Order 7" });
  const opened = await ticket.create({ brandId, channel: "email", from: email, title: "Parcel" });
  await customer.delete({ id });
  await withSql(world, (client) =>
    client.query("UPDATE deleted_customer SET deleted_at = now() - $2::interval WHERE id = $1", [id, ago]),
  );
  return { id, primaryId, ticketId: opened.id };
}

const count = (from: string, values: unknown[] = []) =>
  withSql(world, async (client) => {
    const { rows } = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${from}`, values);
    return rows[0]!.n;
  });

const eventsOf = (id: number) => count("event WHERE customer_id = $1", [id]);

/** Stored responses, so many and so old, of calls that were never made. */
const keepAnswers = (many: number, ago: string) =>
  withSql(world, (client) =>
    client.query(
      `INSERT INTO idempotency_key (key_id, operation, key_hash, fingerprint, response, created_at)
        SELECT 0, 'customer.create', decode(md5($2 || n), 'hex'), '', '{}', now() - $2::interval
          FROM generate_series(1, $1::int) AS n`,
      [many, ago],
    ),
  );

const inOrder = (ids: number[]) => ids.toSorted((a, b) => a - b);

test("who was deleted more than 30 days ago is erased, and the trail says that Dossier did it", async () => {
  const brandId = await world.newBrand();
  const due = await bringDeleted(brandId, "30 days 1 second");
  expect(await run()).toEqual({ customers: 1, answers: 0, jobs: 0, deliveries: 0, clientUsers: 0 });
  expect(await eventsOf(due.id)).toBe(0);
  expect((await ticket.find({ id: due.ticketId })).item).toMatchObject({
    title: "",
    from: "",
    customer_id: null,
  });
  expect(await count("search_word WHERE brand_id = $1", [brandId])).toBe(0);
  expect((await world.raw("POST", `/customer/restore/${due.id}`)).status).toBe(404);
  const { items } = await audit.list({ kind: "customer", subjectId: due.id });
  const entry = {
    key_id: null,
    operation: "customer.expire",
    brand_id: brandId,
    fields: [],
    outcome: "purged",
  };
  expect(items[0]).toMatchObject(entry);
  expect(items.map((one) => one.operation)).toEqual([
    "customer.expire",
    "customer.delete",
    "customer.addEvent",
    "customer.create",
  ]);
  const again = await customer.purge({ id: due.id });
  expect([again.outcome, again.receipt.customers, again.receipt.tickets]).toEqual(["unchanged", 1, 1]);
  expect(await run()).toEqual({ customers: 0, answers: 0, jobs: 0, deliveries: 0, clientUsers: 0 });
});

test("who was deleted later stays, though one with the same primary id is erased, and so does a live holder", async () => {
  const brandId = await world.newBrand();
  const due = await bringDeleted(brandId, "31 days");
  const younger = await bringDeleted(brandId, "29 days 23 hours", due.primaryId);
  const holder = await customer.create({ brandId, primaryId: due.primaryId, firstname: "Grace" });
  expect((await run()).customers).toBe(1);
  expect([await eventsOf(due.id), await eventsOf(younger.id)]).toEqual([0, 1]);
  expect((await customer.find({ id: holder.id })).item.firstname).toBe("Grace");
  expect((await world.raw("POST", `/customer/restore/${due.id}`)).status).toBe(404);
  expect((await customer.restore({ id: younger.id, without: "conflicts" })).outcome).toBe("restored");
  expect((await customer.find({ id: younger.id })).item.lastname).toBe("Quendelbart");
  expect((await ticket.find({ id: younger.ticketId })).item).toMatchObject({
    title: "Parcel",
    customer_id: younger.id,
  });
});

test("who was deleted more than 30 days ago cannot be restored, even before it is erased", async () => {
  const due = await bringDeleted(await world.newBrand(), "30 days 1 second");
  expect((await world.raw("POST", `/customer/restore/${due.id}`)).status).toBe(404);
  expect((await run()).customers).toBe(1);
});

test("answers older than 24 hours go, in portions of 5,000; younger ones stay and are repeated", async () => {
  const [brandId, idempotencyKey] = [await world.newBrand(), uniqueName()];
  const create = () => customer.create({ brandId, firstname: "Ada" }, { idempotencyKey });
  const { id } = await create();
  await keepAnswers(11_000, "24 hours 1 second");
  await keepAnswers(3, "23 hours 59 minutes");
  await withSql(world, (client) =>
    client.query(`CREATE TABLE portion (n bigint);
      CREATE FUNCTION note_portion() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO portion SELECT count(*) FROM gone; RETURN NULL; END $$;
      CREATE TRIGGER portions AFTER DELETE ON idempotency_key
        REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION note_portion()`),
  );
  expect(await run()).toEqual({ customers: 0, answers: 11_000, jobs: 0, deliveries: 0, clientUsers: 0 });
  const portions = await withSql(world, async (client) => {
    const { rows } = await client.query<{ n: string }>("SELECT n FROM portion WHERE n > 0 ORDER BY n DESC");
    await client.query("DROP TRIGGER portions ON idempotency_key; DROP TABLE portion");
    return rows.map(({ n }) => Number(n));
  });
  expect(portions).toEqual([5000, 5000, 1000]);
  expect(await count("idempotency_key")).toBe(4);
  expect((await create()).id).toBe(id);
});

test("two runs at once do each piece once, and what they leave is done by the next", async () => {
  const brandId = await world.newBrand();
  const due = [];
  for (let n = 0; n < 12; n += 1) due.push(await bringDeleted(brandId, `${31 + n} days`));
  await keepAnswers(6000, "25 hours");
  const runs = [...(await Promise.all([run(), run()])), await run()];
  const all = (of: "customers" | "answers") => runs.reduce((sum, one) => sum + one[of], 0);
  expect([all("customers"), all("answers")]).toEqual([12, 6000]);
  const { items } = await audit.list({ brandId, operation: "customer.expire", itemLimit: 99 });
  expect(inOrder(items.map((one) => one.subject_id))).toEqual(inOrder(due.map(({ id }) => id)));
  expect(await count("tombstone WHERE brand_id = $1", [brandId])).toBe(12);
  expect(await run()).toEqual({ customers: 0, answers: 0, jobs: 0, deliveries: 0, clientUsers: 0 });
});

test("while another process is at it, a run leaves everything to it", async () => {
  const due = await bringDeleted(await world.newBrand(), "31 days");
  await withSql(world, async (client) => {
    await client.query("BEGIN; SELECT pg_advisory_xact_lock(7305446)");
    expect(await run()).toEqual({ customers: 0, answers: 0, jobs: 0, deliveries: 0, clientUsers: 0 });
    await client.query("ROLLBACK");
  });
  expect((await run()).customers).toBe(1);
  expect(await eventsOf(due.id)).toBe(0);
});

test("a deleted customer that somebody is restoring just now is passed over", async () => {
  const [held, due] = [
    await bringDeleted(await world.newBrand(), "40 days"),
    await bringDeleted(await world.newBrand(), "31 days"),
  ];
  await withSql(world, async (client) => {
    await client.query("BEGIN");
    await client.query("SELECT FROM deleted_customer WHERE id = $1 FOR UPDATE", [held.id]);
    expect((await run()).customers).toBe(1);
    await client.query("ROLLBACK");
  });
  expect([await eventsOf(held.id), await eventsOf(due.id)]).toEqual([1, 0]);
  expect((await run()).customers).toBe(1);
});

test("a job that failed more than 30 days ago goes", async () => {
  const scene = { world, brandId: await world.newBrand() };
  const [old, young] = [await makeFailedJob(scene), await makeFailedJob(scene)];
  await withSql(world, (client) =>
    client.query("UPDATE job SET failed_at = now() - interval '31 days' WHERE id = $1", [old]),
  );
  expect(await run()).toEqual({ customers: 0, answers: 0, jobs: 1, deliveries: 0, clientUsers: 0 });
  expect((await world.admin.job.list({})).items).toMatchObject([{ id: young }]);
});

/** Deleted customers of the brand, inserted by SQL, each with a channel and a ticket, due for so many days. */
const plantDue = (brandId: number, many: number) =>
  withSql(world, (client) =>
    client.query(
      `WITH gone AS (
          INSERT INTO deleted_customer (id, brand_id, primary_id, firstname, lastname, version, provenance, created_at, updated_at, deleted_at)
          SELECT nextval('customer_id_seq'), $1::bigint, 'due-' || $1::bigint || '-' || n, 'Ada', 'Quendelbart', 1, '{}', now(), now(),
              now() - interval '31 days' - n * interval '1 minute'
            FROM generate_series(1, $2::int) AS n RETURNING id),
        channels AS (
          INSERT INTO deleted_customer_channel (id, customer_id, channel_type_id, address, normalised, source, created_at)
          SELECT nextval('customer_channel_id_seq'), id, 1, id || '@due.example', id || '@due.example', 'api', now() FROM gone)
        INSERT INTO ticket (brand_id, channel_type_id, direction, from_address, contact, title, former_customer_id)
          SELECT $1::bigint, 1, 'inbound', id || '@due.example', id || '@due.example', 'Parcel', id FROM gone`,
      [brandId, many],
    ),
  );

test("a run that is stopped in the middle ends with its transaction; the next one does the rest", async () => {
  const brandId = await world.newBrand();
  await plantDue(brandId, 100);
  const stopping = new AbortController();
  // The first transaction cannot end before it was stopped: another one locks what it erases last.
  const stopped = await withSql(world, async (client) => {
    await client.query("BEGIN; LOCK TABLE tombstone IN SHARE MODE");
    const swept = runRetention(db, builtinTypes, { signal: stopping.signal });
    await untilWaiting(db.pool);
    stopping.abort();
    await client.query("ROLLBACK");
    return swept;
  });
  expect(stopped.customers).toBeGreaterThan(0);
  expect(stopped.customers).toBeLessThan(100);
  expect(stopped).toMatchObject({ answers: 0, jobs: 0, deliveries: 0, clientUsers: 0 });
  expect((await run()).customers).toBe(100 - stopped.customers);
}, 60_000);

test("who cannot be erased holds up nobody else, and is named by id", async () => {
  const brandId = await world.newBrand();
  await plantDue(brandId, 30);
  const stuck = await withSql(world, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      "SELECT id FROM deleted_customer WHERE brand_id = $1 ORDER BY deleted_at LIMIT 1 OFFSET 7",
      [brandId],
    );
    const id = Number(rows[0]!.id);
    await client.query(
      `CREATE FUNCTION refuse_one() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF OLD.id = ${id} THEN RAISE EXCEPTION 'not this one'; END IF; RETURN OLD; END $$;
      CREATE TRIGGER refuse_one BEFORE DELETE ON deleted_customer FOR EACH ROW EXECUTE FUNCTION refuse_one()`,
    );
    return id;
  });
  const failed: number[] = [];
  const swept = await runRetention(db, builtinTypes, {
    onFailed: (failures) => failed.push(...failures.map(({ id }) => id)),
  });
  await withSql(world, (client) =>
    client.query("DROP TRIGGER refuse_one ON deleted_customer; DROP FUNCTION refuse_one"),
  );
  expect([swept.customers, failed]).toEqual([29, [stuck]]);
  expect((await run()).customers).toBe(1);
}, 60_000);

test("a run reports overdue customers when it begins", async () => {
  await plantDue(await world.newBrand(), 3);
  const told: Overdue[] = [];
  const listen = { onOverdue: (found: Overdue) => void told.push(found) };
  await runRetention(db, builtinTypes, listen);
  await runRetention(db, builtinTypes, listen);
  expect(told).toEqual([
    { customers: 3, seconds: expect.closeTo(86_400 + 180, -3) as number },
    { customers: 0, seconds: 0 },
  ]);
});

test("while another process erases, a run does the other work", async () => {
  await plantDue(await world.newBrand(), 1);
  await keepAnswers(3, "25 hours");
  await withSql(world, async (client) => {
    await client.query(
      "BEGIN; SELECT pg_advisory_xact_lock_shared(7305446), pg_advisory_xact_lock(7305446, 1)",
    );
    expect(await run()).toMatchObject({ customers: 0, answers: 3 });
    await client.query("ROLLBACK");
  });
  expect((await run()).customers).toBe(1);
});
