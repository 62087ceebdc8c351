// URL fields of a running server: every URL of the corpus is rejected when a brand or a webhook is saved with it; and
// if one is in the database nevertheless, using it fails, always in the same way.
import { expect, test, vi } from "vitest";
import { startCanaries } from "../support/servers/canaries.ts";
import { type Forbidden, forbidden, good } from "../support/data/ssrf-urls.ts";
import { startTestServer } from "../support/test-server.ts";

vi.setConfig({ testTimeout: 240_000 });
const canaries = await startCanaries();
const dialled: string[] = [];
/** The addresses of names: those of the corpus, and a canary where it has none. */
const names = new Map<string, readonly string[]>();
const world = await startTestServer({}, undefined, {
  egressOptions: {
    resolve: async (name) => names.get(name) ?? ["127.0.0.1"],
    dial(address, port, signal) {
      dialled.push(address);
      return canaries.dial(address, port, signal);
    },
  },
});
const { admin, newBrand, raw } = world;
const { pool } = world.service.db;
const card = { cases: 0, saved: 0, used: 0 };

/**
 * As a field can hold it: surrounding blanks are trimmed, an empty text is no URL, NUL is no text, and fields have a
 * maximum length.
 */
const sendable = forbidden.filter(({ url }) => url !== "" && url === url.trim());
const storable = sendable.filter(({ url }) => !url.includes("\0") && url.length <= 2000);

/** The part of a response that is read. */
const read = (text: string) => JSON.parse(text) as { code?: string; item?: Record<string, unknown> };

/** Runs a function for all, so many concurrently. */
async function each<T>(all: readonly T[], atOnce: number, act: (one: T, lane: number) => Promise<void>) {
  const left = [...all];
  const lane = async (_: unknown, at: number) => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await act(one, at);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

test("no URL whose text is reason enough is saved, and every good one is", async () => {
  const brandId = await newBrand();
  const { id } = await admin.webhook.create({ url: "https://example.org/", events: ["customer.created"] });
  const wrong: string[] = [];
  const save = async (url: string, isGood: boolean) => {
    const brand = await raw("PUT", `/brand/${brandId}`, { json: { crm_lookup_url: url } });
    const hook = await raw("PUT", `/webhook/${id}`, { json: { url } });
    card.cases += 2;
    const told = [brand, hook].map(({ status, text }) => (status === 200 ? "saved" : read(text).code));
    if (told.join() !== (isGood ? "saved,saved" : "invalid_field,invalid_field"))
      wrong.push(`${url}: ${told.join()}`);
  };
  await each(
    sendable.filter(({ answers }) => !answers),
    8,
    ({ url }) => save(url, false),
  );
  await each(good, 8, ({ url }) => save(url, true));
  await admin.webhook.delete({ id });
  expect(wrong).toEqual([]);
});

test("no forbidden URL stored in the database is called by a lookup, and all are reported in the same words", async () => {
  const words = new Set<string>();
  const brands = await Promise.all(Array.from({ length: 64 }, () => newBrand()));
  await each(storable, 64, async ({ url, answers }: Forbidden, lane) => {
    plant(url, answers);
    await pool.query("UPDATE brand SET crm_lookup_url = $2 WHERE id = $1", [brands[lane], url]);
    const { text } = await raw("POST", `/brand/${brands[lane]}/crmTest`, { json: { primary_id: "K" } });
    card.cases += 1;
    const { status, failure, mapped } = read(text).item ?? {};
    words.add(JSON.stringify([status, failure, mapped]));
  });
  expect([...words]).toEqual([expect.stringContaining('"crm_failed"')]);
  expect([dialled, canaries.accepted()]).toEqual([[], 0]);
});

test("no forbidden URL stored in the database is called by a delivery", async () => {
  const brandId = await newBrand();
  const some = storable.filter((_, at) => at % 3 === 0);
  for (const { url, answers } of some) {
    plant(url, answers);
    const { id } = await admin.webhook.create({
      url: "https://example.org/",
      events: ["customer.created"],
      brandIds: [brandId],
    });
    await pool.query("UPDATE webhook SET url = $2 WHERE id = $1", [id, url]);
  }
  await admin.customer.create({ brandId, firstname: "Ada" });
  const tried = "SELECT attempts, status FROM webhook_delivery WHERE brand_id = $1 AND attempts > 0";
  await vi.waitFor(async () => expect((await pool.query(tried, [brandId])).rowCount).toBe(some.length), {
    timeout: 100_000,
    interval: 500,
  });
  card.cases += some.length;
  const { rows } = await pool.query<{ status: number | null }>(tried, [brandId]);
  expect(rows.filter(({ status }) => status !== null)).toEqual([]);
  expect([dialled, canaries.accepted()]).toEqual([[], 0]);
  console.log(`ssrf at the sinks cases=${card.cases} forbidden_connects=${dialled.length}`);
  expect(card.cases).toBeGreaterThanOrEqual(1500);
});

/** Makes the name in a URL resolve to the addresses of the corpus. */
function plant(url: string, answers: readonly string[] | undefined): void {
  if (answers) names.set(new URL(url).hostname, answers);
}
