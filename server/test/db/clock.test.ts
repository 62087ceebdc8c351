// Clock: the machine's clock is wrong, the database's is right: signatures and expiries use the database's, and logs,
// metrics and readiness report the difference.
import { Webhook } from "standardwebhooks";
import { afterEach, expect, test, vi } from "vitest";
import { minDifference } from "../../src/db/clock.ts";
import { openLog } from "../../src/log.ts";
import { poll } from "../support/embedded/harness.ts";
import { readExposition } from "../support/prometheus-text.ts";
import { startReceiver } from "../support/servers/webhook-receiver.ts";
import { startTestServer } from "../support/test-server.ts";

const receiver = await startReceiver();
type Line = { level: number; seconds?: number; msg: string };
const lines: Line[] = [];
const log = openLog("info", false, { write: (line: string) => void lines.push(JSON.parse(line) as Line) });
const world = await startTestServer({ egressAllow: [receiver.place] }, log);
const { admin } = world;
const minutes = 60_000;

/** Shifts the machine's clock, but no timer. */
const shift = (by: number) => vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + by });
afterEach(() => void vi.useRealTimers());

const readyz = async () =>
  (await (await fetch(`${world.url}/readyz`)).json()) as { status: string; clock_difference: number };
const said = (msg: RegExp) => lines.filter((line) => msg.test(line.msg));

test.each([
  ["ten minutes slow", -10 * minutes],
  ["ten minutes fast", 10 * minutes],
  ["three days fast", 3 * 24 * 60 * minutes],
])("what a server %s sends is taken by a receiver whose clock is right", async (_, by) => {
  const brandId = await world.newBrand();
  const path = `/clock${by}`;
  const sent = { url: receiver.urlOf(path), events: ["customer.created" as const], brandIds: [brandId] };
  const { secret } = await admin.webhook.create(sent);
  shift(by);
  await admin.customer.create({ brandId, firstname: "Ada" });
  await poll(() => receiver.at(path).length > 0);
  vi.useRealTimers();
  const [{ headers, body } = { headers: {}, body: "" }] = receiver.at(path);
  expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
});

test("a receiver that names a date is asked again then, by the database's time", async () => {
  const brandId = await world.newBrand();
  const sent = { url: receiver.urlOf("/later"), events: ["customer.created" as const], brandIds: [brandId] };
  const { id } = await admin.webhook.create(sent);
  const later = new Date(Date.now() + 40 * minutes);
  receiver.answer("/later", () => ({ status: 503, headers: { "retry-after": later.toUTCString() } }));
  shift(-10 * minutes);
  await admin.customer.create({ brandId, firstname: "Ada" });
  const list = async () => (await admin.webhook.listDeliveries({ id })).items;
  await poll(async () => (await list())[0]?.attempts === 1);
  const due = new Date((await list())[0]?.due_at ?? 0).getTime();
  expect(Math.abs(due - later.getTime())).toBeLessThan(2 * minutes);
});

test("/readyz and a metric tell the difference, and the log when it comes and when it goes", async () => {
  expect(Math.abs((await readyz()).clock_difference)).toBeLessThan(2);
  lines.length = 0;
  shift(-10 * minutes);
  expect(await readyz()).toMatchObject({ status: "ok" });
  expect(Math.round((await readyz()).clock_difference / 60)).toBe(-10);
  const { text } = await fetch(`${world.url}/metrics`, { headers: { apiKey: world.adminKey } }).then(
    async (answer) => ({ text: await answer.text() }),
  );
  const [sample] = readExposition(text).get("dossier_clock_difference_seconds")?.samples ?? [];
  expect(Math.round((sample?.value ?? 0) / 60)).toBe(-10);
  await readyz();
  expect(said(/clock differs/)).toMatchObject([{ level: 40 }]);
  vi.useRealTimers();
  await readyz();
  expect(said(/agree again/)).toHaveLength(1);
});

test("the difference is told for sure only beyond what the way to the database took", () => {
  expect(minDifference({ difference: -2_500, uncertainty: 400 })).toBe(2_100);
  expect(minDifference({ difference: 300, uncertainty: 400 })).toBe(0);
});
