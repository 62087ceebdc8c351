// Overload: requests that cannot be handled in time are rejected on arrival, keys take turns, a busy customer delays no
// other, and abandoned calls cost nothing more.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, test, vi } from "vitest";
import { createPresence } from "../../../src/db/requester.ts";
import { createAddressLimit } from "../../../src/http/admission/address-limit.ts";
import { createAdmission } from "../../../src/http/admission/admission.ts";
import { createTestDatabase } from "../../support/database.ts";
import { sendBytes } from "../../support/requests.ts";
import { scrape } from "../../support/scrape.ts";
import { untilRetried, untilWaiting } from "../../support/lock-watch.ts";
import { testConfig, startInstance, startTestServer } from "../../support/test-server.ts";

const world = await startTestServer();
const { pool } = world.service.db;
const another = await startInstance(testConfig((await createTestDatabase()).url));

/** A brand with a key of its own and so many customers. */
async function makeBrand(customers = 1) {
  const brandId = await world.newBrand();
  const client = await world.clientFor(["CUSTOMER_READ", "CUSTOMER_CUD"], [brandId]);
  const key = await world.keyFor(["CUSTOMER_READ", "CUSTOMER_CUD"], [brandId]);
  const ids: number[] = [];
  for (let n = 0; n < customers; n += 1)
    ids.push((await client.customer.create({ brandId, primaryId: `p${n}`, firstname: "Ada" })).id);
  return { brandId, client, key, ids, first: ids[0]! };
}

/** A unique name for each number: names have no digits. */
const nameOf = (n: number) => `N${[...String(n)].map((digit) => "abcdefghij"[Number(digit)]).join("")}`;

/** Locks a customer's row during an action. */
async function holding<T>(id: number, act: (release: () => Promise<unknown>) => Promise<T>): Promise<T> {
  const holder = await pool.connect();
  const release = () => holder.query("COMMIT");
  try {
    await holder.query("BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0");
    await holder.query("SELECT FROM customer WHERE id = $1 FOR UPDATE", [id]);
    return await act(release);
  } finally {
    await release();
    holder.release();
  }
}

const exclusive = () => world.service.db.stats.mutex;

test("200 changes of one customer wait for it without a session each, and other brands go on meanwhile", async () => {
  const [hot, other] = [await makeBrand(), await makeBrand()];
  await holding(hot.first, async (release) => {
    const changes = Array.from({ length: 200 }, (_, n) =>
      hot.client.customer.update({ id: hot.first, lastname: nameOf(n) }),
    );
    await untilWaiting(pool);
    await vi.waitFor(() => expect(exclusive().waiting).toBe(199), { timeout: 30_000 });
    expect(world.service.db.poolUsage().waiting).toBe(0);
    await other.client.customer.update({ id: other.first, lastname: "Lovelace" });
    await other.client.customer.create({ brandId: other.brandId, primaryId: "new" });
    expect((await other.client.customer.find({ id: other.first })).item.lastname).toBe("Lovelace");
    expect((await other.client.customer.list({ query: "lovelace" })).itemTotal).toBe(1);
    expect(exclusive().waiting).toBe(199);
    await release();
    expect(new Set((await Promise.all(changes)).map(({ outcome }) => outcome))).toEqual(new Set(["updated"]));
    expect((await other.client.customer.find({ id: other.first })).item.version).toBe(2);
    expect((await hot.client.customer.find({ id: hot.first })).item.version).toBe(201);
  });
}, 120_000);

test("those who wait for a ticket, a brand or an Idempotency-Key wait without a session, too", async () => {
  const { brandId, first } = await makeBrand();
  const { id: ticketId } = await world.admin.ticket.create({
    brandId,
    channel: "email",
    from: "a@example.org",
  });
  const holder = await pool.connect();
  try {
    await holder.query("BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0");
    await holder.query("SELECT FROM ticket WHERE id = $1 FOR UPDATE", [ticketId]);
    await holder.query("SELECT FROM customer WHERE id = $1 FOR UPDATE", [first]);
    const notes = Array.from({ length: 20 }, (_, n) =>
      world.admin.message.create({ ticketId, type: "note", message: `note ${n}` }),
    );
    const twins = Array.from({ length: 20 }, () =>
      world.raw("POST", "/customer/addChannelOnly", {
        form: { customer_id: String(first), extra_email: `twin${first}@example.org` },
        headers: { "idempotency-key": `twin-${first}` },
      }),
    );
    await untilWaiting(pool, 2);
    await vi.waitFor(() => expect(exclusive().waiting).toBe(38), { timeout: 30_000 });
    expect(world.service.db.poolUsage().used).toBeLessThanOrEqual(4);
    await holder.query("COMMIT");
    expect(await Promise.all(notes)).toHaveLength(20);
    expect((await Promise.all(twins)).map(({ status }) => status)).toEqual(Array(20).fill(200));
  } finally {
    await holder.query("ROLLBACK");
    holder.release();
  }
}, 120_000);

test("200 identical calls make one customer and all succeed, in a few transactions", async () => {
  const { brandId, client } = await makeBrand();
  const commits = async () => {
    const { rows } = await pool.query<{ n: string }>(
      "SELECT count(*) AS n FROM (SELECT DISTINCT xmin FROM audit_entry WHERE brand_id = $1) AS t",
      [brandId],
    );
    return Number(rows[0]?.n);
  };
  const before = await commits();
  const sent = {
    brandId,
    primaryId: "same",
    firstname: "Ada",
    lastname: "Lovelace",
    channels: [{ type: "email", address: "ada@example.org" }],
  };
  const answers = await Promise.all(Array.from({ length: 200 }, () => client.customer.resolve(sent)));
  expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
  const outcomes = answers.map(({ outcome }) => outcome);
  expect(outcomes.filter((one) => one === "created")).toHaveLength(1);
  expect(outcomes.filter((one) => one === "unchanged")).toHaveLength(199);
  expect((await commits()) - before).toBeLessThan(40);
  const { rows } = await pool.query(
    "SELECT FROM audit_entry WHERE brand_id = $1 AND operation = 'customer.resolve'",
    [brandId],
  );
  expect(rows).toHaveLength(200);
}, 120_000);

test("identical changes are told of as if they had come one after the other", async () => {
  const { client, first } = await makeBrand();
  const change = {
    id: first,
    lastname: "Byron",
    channels: [{ type: "email", address: "byron@example.org" }],
  };
  const answers = await Promise.all(Array.from({ length: 30 }, () => client.customer.update(change)));
  expect(answers.filter(({ outcome }) => outcome === "updated")).toHaveLength(1);
  const { item } = await client.customer.find({ id: first });
  expect([item.lastname, item.channels.length, item.version]).toEqual(["Byron", 1, 2]);
});

/** Sends a request and leaves the connection open. */
async function sendAndWait(url: string, text: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(text);
  return socket;
}

const put = (id: number, lastname: string) => {
  const body = JSON.stringify({ lastname });
  return `PUT /api/v2/customer/${id} HTTP/1.1\r\nHost: x\r\napiKey: ${world.adminKey}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
};

test("calls of closed connections never reach the database; those begun are finished", async () => {
  const { first } = await makeBrand();
  await holding(first, async (release) => {
    const begun = await sendAndWait(world.url, put(first, "Begun"));
    await untilRetried(pool); // calls waiting in a batch are dropped; a single one has begun
    const before = exclusive().refused.abandoned;
    const sockets = await Promise.all(
      Array.from({ length: 30 }, (_, n) => sendAndWait(world.url, put(first, nameOf(n)))),
    );
    await vi.waitFor(() => expect(exclusive().waiting).toBe(30), { timeout: 30_000 });
    for (const socket of [...sockets, begun]) socket.destroy();
    await vi.waitFor(() => expect(exclusive().waiting).toBe(0), { timeout: 30_000 });
    expect(exclusive().refused.abandoned - before).toBe(30);
    await release();
  });
  await vi.waitFor(async () => {
    expect((await world.admin.customer.find({ id: first })).item).toMatchObject({
      lastname: "Begun",
      version: 2,
    });
  });
  const { rows } = await pool.query("SELECT FROM audit_entry WHERE entity = 'customer' AND subject_id = $1", [
    first,
  ]);
  expect(rows).toHaveLength(2); // created, and changed once
}, 120_000);

/** A server on which every search waits for the release of a lock. */
async function withSearchesHeld(
  act: (held: { url: string; release(): Promise<unknown> }) => Promise<void>,
): Promise<void> {
  const { url, db } = another;
  expect((await ask(url, "/customer?query=warm")).status).toBe(200);
  const holder = await db.pool.connect();
  const release = () => holder.query("COMMIT");
  try {
    await holder.query("BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0; LOCK TABLE search_term");
    await act({ url, release });
  } finally {
    await release();
    holder.release();
  }
}

const ask = (url: string, path: string) =>
  fetch(`${url}/api/v2${path}`, { headers: { apiKey: world.adminKey } });
const get = (path: string) => `GET /api/v2${path} HTTP/1.1\r\nHost: x\r\napiKey: ${world.adminKey}\r\n\r\n`;
const searches = () => another.batcher.counts()["customer.search"]!;

test("abandoned searches leave the queue, and are never begun", async () => {
  await withSearchesHeld(async ({ url, release }) => {
    const sockets: Socket[] = [];
    for (let n = 0; n < 40; n += 1) sockets.push(await sendAndWait(url, get(`/customer?query=ada${n}`)));
    await vi.waitFor(() => expect(searches().waiting).toBe(36), { timeout: 30_000 });
    for (const socket of sockets) socket.destroy();
    await vi.waitFor(() => expect(searches().waiting).toBe(0), { timeout: 30_000 });
    expect(searches().refused.abandoned).toBe(36);
    await release();
    expect((await ask(url, "/customer?query=ada")).status).toBe(200);
    expect(searches().calls).toBe(1 + 4 + 1);
  });
}, 120_000);

test("of 200 searches those over the limit are refused when they come, with Retry-After, in the one format", async () => {
  await withSearchesHeld(async ({ url, release }) => {
    const before = await scrape(url, world.adminKey);
    const over = 200 - Math.floor(before.value("dossier_http_admission_limit", { kind: "search" }) ?? 0);
    const { calls } = searches();
    const answers: string[] = [];
    const sockets: Socket[] = [];
    for (let n = 0; n < 200; n += 1) {
      const socket = await sendAndWait(url, get(`/customer?query=ada${n}`));
      socket.on("data", (chunk: Buffer) => void answers.push(chunk.toString("latin1")));
      sockets.push(socket);
    }
    const refusals = () => answers.filter((text) => text.startsWith("HTTP/1.1 503"));
    await vi.waitFor(() => expect(refusals().length).toBeGreaterThanOrEqual(over), { timeout: 30_000 });
    expect(searches().calls - calls).toBeLessThanOrEqual(200 - over);
    expect((await ask(url, "/brand")).status).toBe(200);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    const refused = await scrape(url, world.adminKey);
    expect(refused.value("dossier_http_requests_shed_total", { reason: "overload" })).toBe(over);
    await release();
    for (const text of refusals().slice(0, over)) {
      const [head = "", body = ""] = text.split("\r\n\r\n");
      expect(head).toMatch(/\r\nretry-after: [1-9]/i);
      expect(head).toMatch(/\r\ncontent-security-policy: default-src/i);
      expect(JSON.parse(body)).toEqual({
        type: "error",
        status: "error",
        code: "unavailable",
        message: expect.any(String),
        request_id: /x-request-id: (\S+)/i.exec(head)?.[1],
      });
    }
    for (const socket of sockets) socket.destroy();
  });
}, 120_000);

test("a refusal comes before the body: only the head was sent, and /livez is answered beside it", async () => {
  const { brandId, first } = await makeBrand();
  await holding(first, async () => {
    const admission = () => scrape(world.url, world.adminKey);
    const head = `PUT /api/v2/customer/${first} HTTP/1.1\r\nHost: x\r\napiKey: ${world.adminKey}\r\nContent-Type: application/json\r\nContent-Length: 20000\r\n\r\n`;
    const sockets: Socket[] = [];
    const answers: string[] = [];
    const limit = (await admission()).value("dossier_http_admission_limit", { kind: "write" }) ?? 0;
    try {
      for (let n = 0; answers.length === 0 && n < 2 * limit; n += 1) {
        const socket = await sendAndWait(world.url, head);
        sockets.push(socket);
        socket.on("data", (chunk: Buffer) => answers.push(chunk.toString("latin1")));
      }
      await vi.waitFor(() => expect(answers.join("")).toMatch(/^HTTP\/1\.1 503 [^]*retry-after: \d/i), {
        timeout: 30_000,
      });
      expect((await fetch(`${world.url}/livez`)).status).toBe(200);
      expect((await world.raw("GET", `/brand/${brandId}`)).status).toBe(200);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });
}, 120_000);

const behind = (clock: () => number) => ({
  presence: createPresence(clock),
  timeouts: { statement: 2000, lock: 500, acquire: 5000, retry: 5000 },
});

test("the limit of requests in progress follows how long they take, and comes back when they are quick again", async () => {
  let clock = 0;
  const now = () => clock;
  const admission = createAdmission(behind(now), now);
  const limit = () => admission.counts().search.limit;
  const take = async (milliseconds: number, times: number) => {
    for (let n = 0; n < times; n += 1)
      await admission.run("search", { key: 1 }, async () => void (clock += milliseconds));
  };
  expect(limit()).toBe(64);
  await take(2000, 20);
  expect(limit()).toBe(12);
  await take(50, 100);
  expect(limit()).toBeGreaterThanOrEqual(64);
  expect(limit()).toBeLessThan(64 * 1.3);
});

test("keys have equal shares of what may be in progress, and one that comes anew finds a place", () => {
  const admission = createAdmission(
    behind(() => 0),
    () => 0,
  );
  const enter = (key: number) => admission.admit("search", key);
  const own = Array.from({ length: 100 }, () => enter(1)).filter((one) => one !== undefined);
  expect(own).toHaveLength(64);
  expect(Array.from({ length: 100 }, () => enter(2)).filter((one) => one !== undefined)).toHaveLength(32);
  for (const place of own.slice(0, 40)) place.release();
  expect(enter(1)).toBeDefined();
  expect(admission.counts().search.inProgress).toBe(64 - 40 + 32 + 1);
});

const wrong = "GET /api/v2/customer HTTP/1.1\r\nHost: x\r\napiKey: dsr_wrong\r\n\r\n";
const last = "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

const limited = await startInstance(testConfig(world.databaseUrl, { rateLimit: 10_000_000 }));

test("an address that keeps failing to show a key is told to wait, and known keys from there are let in", async () => {
  const { first, key } = await makeBrand();
  const find = () => fetch(`${limited.url}/api/v2/customer/${first}`, { headers: { apiKey: key } });
  expect((await find()).status).toBe(200);
  let answers = "";
  for (let round = 0; !answers.includes("HTTP/1.1 429") && round < 10; round += 1)
    answers += await sendBytes(limited.url, wrong.repeat(200) + last);
  expect(new Set(answers.match(/HTTP\/1\.1 \d+/g))).toEqual(
    new Set(["HTTP/1.1 200", "HTTP/1.1 401", "HTTP/1.1 429"]),
  );
  expect(answers).toMatch(/HTTP\/1\.1 429 [^{]*retry-after: [1-9][^{]*\{[^}]*"code":"rate_limited"/i);
  expect((await find()).status).toBe(200);
}, 120_000);

test("an address has so many failures at once, and then as many as time gives back", () => {
  let clock = 0;
  const limit = createAddressLimit(() => clock);
  const takes = (address: string, times: number) =>
    Array.from({ length: times }, () => limit.takeToken(address)).filter((wait) => wait === undefined).length;
  expect(takes("a", 400)).toBe(300);
  expect(limit.takeToken("a")).toBe(1);
  expect(limit.takeToken("b")).toBeUndefined();
  clock += 100;
  expect(takes("a", 10)).toBe(3);
  limit.returnToken("a");
  expect(takes("a", 10)).toBe(1);
});
