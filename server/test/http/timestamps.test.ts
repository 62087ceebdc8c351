// Times at the limits of the calendar, in every field that takes one: an accepted time is shown as the same instant, in
// the RFC 3339 form in which it was sent; one without such a form in UTC is rejected by name.
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  encodeFields,
  calls,
  uniqueName,
  makeCustomer,
  startFixtureServer,
  rowOf,
  type Fixture,
  table,
} from "../support/requests.ts";

const zone = process.env.TZ;
beforeAll(() => void (process.env.TZ = "America/New_York")); // an offset of four minutes and two seconds beside a whole hour in 1800
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

const world = await startFixtureServer();
const scene: Fixture = { world, brandId: await world.newBrand() };

const outside = [
  "9999-12-31T23:59:59-23:59",
  "9999-12-31T23:59:59.999-00:01",
  "0001-01-01T00:00:00+00:01",
  "0000-12-31T23:59:59Z",
  "0000-01-01T00:00:00Z",
  "-0001-01-01T00:00:00Z",
  "+010000-01-01T00:00:00Z",
  "10000-01-01T00:00:00Z",
  "2026-02-30T00:00:00Z",
  "2026-11-23T18:00:60Z",
  "2026-11-23T18:00:00+24:00",
];
const inside = [
  ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
  ["9999-12-31T23:59:59+00:01", "9999-12-31T23:58:59.000Z"],
  ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"],
  ["0001-01-01T00:00:00-23:59", "0001-01-01T23:59:00.000Z"],
  ["1800-06-01T12:00:00Z", "1800-06-01T12:00:00.000Z"],
] as const;

/** The fields that take times, in our names and as they are sent. */
const timed = Object.entries({
  occurredAt: "occurred_at",
  expiresAt: "expires_at",
  since: "since",
  until: "until",
});

test("every field that takes a time refuses one that has no form in UTC", async () => {
  const checked = [];
  for (const { name, row } of table) {
    const { path, fields } = await calls[name]!(scene);
    for (const [, field] of timed.filter(([ours]) => ours in row.input.shape)) {
      for (const time of outside) {
        const answer = await world.raw(row.method, path, encodeFields(row, { ...fields, [field]: time }));
        expect([name, field, time, answer.status, answer.body.errors?.[0]?.field]).toEqual([
          name,
          field,
          time,
          400,
          field,
        ]);
      }
      checked.push(`${name} ${field}`);
    }
  }
  expect(checked).toEqual(expect.arrayContaining(["customer.addEvent occurred_at", "audit.list since"]));
  expect(checked.length).toBeGreaterThan(7);
});

test("an event at the edge of the calendar, or in a year of other zones, is shown as it was", async () => {
  const { id } = await makeCustomer(scene);
  const sent = new Map<string, string>();
  for (const [time, shown] of inside) {
    const message = uniqueName("at");
    sent.set(message, shown);
    const fields = { customer_id: String(id), message, type: "order", occurred_at: time };
    const answer = await world.raw("POST", "/customer/externalEvent", { form: fields });
    expect([time, answer.status, answer.text]).toEqual([time, 200, answer.text]);
  }
  const items: Record<string, unknown>[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const form: Record<string, string> = {
      customer_id: String(id),
      itemLimit: "2",
      ...(cursor ? { cursor } : {}),
    };
    const { method, paths } = rowOf("customer.listTimeline");
    const { body } = await world.raw(method, paths[0], encodeFields(rowOf("customer.listTimeline"), form));
    items.push(...body.items!);
    cursor = body.nextCursor;
  }
  for (const [message, shown] of sent)
    expect(JSON.stringify(items.find((one) => JSON.stringify(one).includes(message)))).toContain(shown);
});

test("a day of the year 0 is no value for a date field", async () => {
  const { id } = await makeCustomer(scene);
  await world.admin.customfield.create({ brandId: scene.brandId, name: "born", type: "date" });
  for (const [day, status] of [
    ["0000-01-01", 400],
    ["0000-12-31", 400],
    ["0001-01-01", 200],
    ["9999-12-31", 200],
    ["10000-01-01", 400],
  ] as const)
    expect([day, (await world.raw("PUT", `/customer/${id}`, { form: { custom_born: day } })).status]).toEqual(
      [day, status],
    );
});
