// Pipelining: the requests of a connection are handled one at a time and in their order. One that waits behind another
// holds no place, and nothing is left of it when its connection closes.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, expect, test } from "vitest";
import { withSql } from "../support/table-fingerprint.ts";
import { scrape } from "../support/scrape.ts";
import { startTestServer } from "../support/test-server.ts";

const world = await startTestServer({ rateLimit: 0 });
const head = `Host: x\r\napiKey: ${world.adminKey}\r\n\r\n`;
const get = (path: string) => `GET ${path} HTTP/1.1\r\n${head}`;
const customers = get("/api/v2/customer");
const changes = get("/api/v2/changes");

const sockets: Socket[] = [];
afterAll(() => sockets.forEach((socket) => void socket.destroy()));

async function open(): Promise<Socket> {
  const socket = connect({ port: Number(new URL(world.url).port), host: "127.0.0.1" });
  socket.on("error", () => undefined);
  sockets.push(socket);
  await once(socket, "connect");
  return socket;
}

/** Requests in progress, and open streams. */
async function held(): Promise<number[]> {
  const { value } = await scrape(world.url, world.adminKey);
  const kinds = ["read", "write", "search", "slow"];
  const inProgress = kinds.map((kind) => value("dossier_http_admission_in_progress", { kind }) ?? NaN);
  return [...inProgress, value("dossier_change_streams") ?? NaN];
}

test.each([
  ["reads", customers.repeat(3)],
  ["a stream behind a read", customers + changes],
  ["a read behind a stream", changes + customers],
  ["requests without a key", "GET /api/v2/customer HTTP/1.1\r\nHost: x\r\n\r\n".repeat(3)],
  [
    "a request that breaks off",
    `${customers}POST /api/v2/brand HTTP/1.1\r\nContent-Length: 9\r\n${head}name`,
  ],
])("%s leave nothing when their connection closes", async (_name, bytes) => {
  for (let n = 0; n < 60; n += 1) {
    const socket = await open();
    socket.write(bytes);
    await new Promise((done) => setTimeout(done, n % 4));
    if (n % 2) socket.destroy();
    else socket.resetAndDestroy();
  }
  await expect.poll(held, { timeout: 10_000 }).toEqual([0, 0, 0, 0, 0]);
});

test("a request behind one that takes long is begun after it, and never once its connection is closed", async () => {
  const { id } = await world.admin.customer.create({ brandId: 1, firstname: "Ada" });
  const put = (name: string) => {
    const body = JSON.stringify({ firstname: name });
    return `PUT /api/v2/customer/${id} HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${head}${body}`;
  };
  const socket = await open();
  await withSql(world, async (client) => {
    await client.query("BEGIN");
    await client.query("SELECT FROM customer WHERE id = $1 FOR UPDATE", [id]);
    socket.write(put("First") + put("Second"));
    await expect.poll(async () => (await held())[1]).toBe(1);
    socket.destroy();
    await expect.poll(held).toEqual([0, 0, 0, 0, 0]);
    await client.query("ROLLBACK");
  });
  expect((await world.admin.customer.find({ id })).item.firstname).not.toBe("Second");
});

test("hundreds of requests at once are answered", async () => {
  const socket = await open();
  let text = "";
  socket.on("data", (bytes: Buffer) => (text += bytes.toString("latin1")));
  socket.write(get("/livez").repeat(250));
  await expect.poll(() => text.split("HTTP/1.1 200").length - 1, { timeout: 30_000 }).toBe(250);
});

test("a connection with a flood behind a stream is closed, and others go on", async () => {
  const socket = await open();
  socket.resume();
  const closed = new Promise((done) => socket.once("close", done));
  socket.write(changes);
  await expect.poll(async () => (await held())[4]).toBe(1);
  const flood = Buffer.from(customers.repeat(10_000));
  for (let n = 0; n < 16; n += 1) socket.write(flood);
  await closed;
  await expect.poll(held).toEqual([0, 0, 0, 0, 0]);
  const { value } = await scrape(world.url, world.adminKey);
  expect(value("dossier_http_connections_closed_total", { reason: "pipelined" })).toBe(1);
});
