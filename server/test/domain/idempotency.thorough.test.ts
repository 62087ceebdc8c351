// Idempotency-Key under load: storms of duplicate requests, and a slow first call.
import { expect, test } from "vitest";
import { keyedHash } from "../../src/domain/encryption.ts";
import { withSql } from "../support/table-fingerprint.ts";
import { uniqueName, type Fixture, type Answer, startFixtureServer } from "../support/requests.ts";

const world = await startFixtureServer();
const scene: Fixture = { world, brandId: await world.newBrand() };
const brand_id = String(scene.brandId);
const retried = (token: string) => ({ "idempotency-key": token });
/** The token as it is stored: a hash under a key of the installation secret, which is this in tests. */
const kept = (token: string) => keyedHash(Buffer.alloc(32, 7), "idempotency key", token);
const replayed = (answer: Answer) => answer.headers.get("idempotency-replayed");
const resolve = (fields: Record<string, string>, token: string, key?: string) =>
  world.raw("POST", "/customer", {
    form: { brand_id, ...fields },
    headers: retried(token),
    ...(key ? { key } : {}),
  });

test("16 simultaneous calls with one token have one effect, a hundred times over", async () => {
  const key = await world.keyFor(["CUSTOMER_CUD"]);
  const before = await total();
  let differing = 0;
  for (let round = 0; round < 100; round += 1) {
    const [token, primaryID] = [uniqueName("storm"), uniqueName()];
    const form = { brandID: brand_id, primaryID };
    const answers = await Promise.all(
      Array.from({ length: 16 }, () =>
        world.raw("POST", "/customer/createCustomerCRUD", { key, form, headers: retried(token) }),
      ),
    );
    expect(answers.map((one) => one.status)).toEqual(Array(16).fill(200));
    expect(answers.filter((one) => replayed(one) === null)).toHaveLength(1);
    differing += new Set(answers.map((one) => one.text)).size - 1;
  }
  expect([differing, (await total()) - before]).toEqual([0, 100]);
  console.log("idempotency keys=100 requests=1600 effects=100 mismatched_replays=0");
}, 180_000);

const total = async () => (await world.admin.customer.list({ brandId: scene.brandId })).itemTotal;

test("a duplicate waits for the one under way, and is told if that takes over 5 s", async () => {
  const [token, primary_id] = [uniqueName("token"), uniqueName()];
  await withSql(world, async (client) => {
    await client.query("BEGIN");
    await client.query(
      "INSERT INTO idempotency_key (key_id, operation, key_hash, fingerprint) VALUES (0, 'customer.resolve', $1, '\\x00')",
      [kept(token)],
    );
    const begun = performance.now();
    const refused = await resolve({ primary_id }, token);
    const waited = performance.now() - begun;
    expect([refused.status, refused.body.code]).toEqual([409, "idempotency_conflict"]);
    expect(waited).toBeGreaterThan(4500);
    expect(waited).toBeLessThan(9000); // once, not twice
    const duplicate = resolve({ primary_id }, token);
    await client.query("SELECT pg_sleep(0.3)");
    await client.query("ROLLBACK");
    expect([(await duplicate).status, replayed(await duplicate)]).toEqual([200, null]);
  });
});
