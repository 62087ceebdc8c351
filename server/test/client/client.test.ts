// The client against a real server: lists to their end, waiting for a rate limit, lost responses, cancelled waits and
// calls. The only clock that matters to the limit is advanced; no test waits for it.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type RawClient as Client, type Clock, createClient, isDossierError } from "@dossier/api";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { startTestServer, type TestServer } from "../support/test-server.ts";

const world = await startTestServer();
const strict = await startTestServer({ rateLimit: 3 });
afterEach(() => void vi.useRealTimers());

const unhurried = { timeout: Infinity, tryTimeout: Infinity };

/** A client that records its responses, through the test's own network. */
function clientOf(
  at: TestServer,
  key: string,
  sleep: Clock["sleep"],
  pass: (answer: Response, at: number) => Promise<Response> = async (answer) => answer,
): { client: Client; statuses: number[]; keys: (string | undefined)[] } {
  const statuses: number[] = [];
  const keys: (string | undefined)[] = [];
  const client = createClient({
    url: at.url,
    key,
    ...unhurried,
    clock: { now: () => 0, random: () => 0.5, sleep },
    fetch: async (url, init) => {
      keys.push((init as { headers: Record<string, string> }).headers["idempotency-key"]);
      const answer = await fetch(url, init);
      statuses.push(answer.status);
      return pass(answer, statuses.length);
    },
  }).raw;
  return { client, statuses, keys };
}

test("250 customers come one after the other, each once, newest first", async () => {
  const brandId = await world.newBrand();
  for (let made = 0; made < 250; made += 25)
    await Promise.all(
      Array.from({ length: 25 }, (_, n) =>
        world.admin.customer.create({ brandId, primaryId: `K-${made + n}`, firstname: "Ada" }),
      ),
    );
  const key = await world.keyFor(["CUSTOMER_READ"], [brandId]);
  const { client, statuses } = clientOf(world, key, async () => undefined);
  const ids: number[] = [];
  for await (const customer of client.customer.each()) ids.push(customer.id);
  expect(ids).toHaveLength(250);
  expect(new Set(ids).size).toBe(250);
  expect(ids).toEqual(ids.toSorted((a, b) => b - a));
  expect(statuses).toEqual([200, 200, 200]);
  const some: string[] = [];
  for await (const { external_primary_id } of client.customer.each({ query: "ada" }, { limit: 120 }))
    some.push(external_primary_id);
  expect(new Set(some).size).toBe(120);
  const found: number[] = [];
  for await (const { id } of client.customer.eachByPrimaryId({ primaryId: "K-7" })) found.push(id);
  expect(found).toHaveLength(1);
});

test("a rate limit is waited for as long as Retry-After says, and the call then succeeds", async () => {
  vi.useFakeTimers({ toFake: ["Date", "performance"] });
  const key = await strict.keyFor(["CUSTOMER_READ"]);
  const waits: number[] = [];
  const { client, statuses } = clientOf(strict, key, async (ms) => {
    waits.push(ms);
    vi.advanceTimersByTime(ms);
  });
  for (let call = 1; call <= 4; call += 1) await client.brand.list();
  expect(statuses).toEqual([200, 200, 200, 429, 200]);
  expect(waits).toHaveLength(1);
  expect(waits[0]! % 1000).toBe(125); // whole seconds, and half of 250 ms
  expect(waits[0]).toBeGreaterThan(1000);
  expect(waits[0]).toBeLessThanOrEqual(60_125);
});

test("a call whose answer was lost is sent again and makes no second customer", async () => {
  const brandId = await world.newBrand();
  const key = await world.keyFor(["CUSTOMER_CUD", "CUSTOMER_READ"], [brandId]);
  const replayed: (string | null)[] = [];
  const { client, keys, statuses } = clientOf(
    world,
    key,
    async () => undefined,
    async (answer, at) => {
      replayed.push(answer.headers.get("idempotency-replayed"));
      if (at > 1) return answer;
      await answer.text(); // the server has done it, and the response is lost
      throw new TypeError("fetch failed");
    },
  );
  const { id } = await client.customer.create({ brandId, firstname: "Ada" });
  expect([statuses, replayed, new Set(keys).size]).toEqual([[200, 200], [null, "true"], 1]);
  expect((await client.customer.list()).items.map((one) => one.id)).toEqual([id]);
});

test("a wait is given up at once", async () => {
  const key = await strict.keyFor(["CUSTOMER_READ"]);
  const reason = new Error("enough");
  const stop = new AbortController();
  const waits: number[] = [];
  const { client, statuses } = clientOf(
    strict,
    key,
    (ms, signal) =>
      new Promise((_resolve, reject) => {
        waits.push(ms);
        signal?.addEventListener("abort", () => reject(signal.reason as Error));
        setImmediate(() => stop.abort(reason));
      }),
  );
  for (let call = 1; call <= 3; call += 1) await client.brand.list({}, { signal: stop.signal });
  await expect(client.brand.list({}, { signal: stop.signal })).rejects.toBe(reason);
  expect([statuses, waits.length]).toEqual([[200, 200, 200, 429], 1]);
});

test("whose address it is, and which of the fields were wrong, is told in the caller's own terms", async () => {
  const brandId = await world.newBrand();
  const channels = [{ type: "email", address: "ada@example.org" }];
  const { id } = await world.admin.customer.create({ brandId, channels });
  const taken: unknown = await world.admin.customer
    .create({ brandId, firstname: "Ida", channels })
    .catch((error: unknown) => error);
  if (!isDossierError(taken, "channel_taken")) throw taken;
  expect(taken.conflict.customerId).toBe(id);
  expect(taken.fields).toEqual({ "channels.0.address": `already in use by customer ${id}` });
  const wrong: unknown = await world.admin.customer
    .create({ brandId: 0, firstname: "<b>", channels: [{ type: "phone", address: "030" }] })
    .catch((error: unknown) => error);
  if (!isDossierError(wrong, "invalid_field")) throw wrong;
  expect(Object.keys(wrong.fields).toSorted()).toEqual(["brandId", "channels.0.address", "firstname"]);
});

/** The error code of a call, and the number of attempts. */
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => "answered",
    (error: unknown) => (isDossierError(error) ? `${error.code} ${error.attempts}` : error),
  );

test("a server that never answers, and one that is not there, have codes of their own", async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  afterAll(() => silent.closeAllConnections());
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const client = createClient({ url, key: "dsr_x", retry: { attempts: 2, delay: 1 } }).raw;
  expect(await codeOf(client.brand.list({}, { tryTimeout: 50 }))).toBe("timed_out 2");
  expect(await codeOf(client.brand.list({}, { timeout: 50 }))).toBe("timed_out 1");
  silent.closeAllConnections();
  await new Promise((resolve) => silent.close(resolve));
  expect(await codeOf(client.brand.list())).toBe("network_failed 2");
});

test("a redirect is not followed, so that the key goes to no other server", async () => {
  const seen: string[] = [];
  const servers: Server[] = [];
  const listen = async (server: Server) => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const other = await listen(
    createServer((request, response) => {
      seen.push(String(request.headers.apikey));
      response.end('{"type":"list","items":[]}');
    }),
  );
  const url = await listen(
    createServer((_request, response) => {
      response.writeHead(307, { location: `${other}/api/v2/brand` }).end();
    }),
  );
  const client = createClient({ url, key: "dsr_x", retry: false }).raw;
  const error: unknown = await client.brand.list().catch((thrown: unknown) => thrown);
  for (const server of servers) {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }
  expect(seen).toEqual([]);
  expect(error).toMatchObject({ code: "internal", message: expect.stringContaining("redirect") as string });
});
