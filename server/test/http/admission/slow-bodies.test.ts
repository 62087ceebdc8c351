// Slow bodies: a request whose small body has not arrived holds no place among the requests in progress. When it has, the
// request takes one, or is refused without an effect.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, expect, test, vi } from "vitest";
import { scrape } from "../../support/scrape.ts";
import { startTestServer } from "../../support/test-server.ts";

const world = await startTestServer({ rateLimit: 0 });
const body = JSON.stringify({ brand_id: 1, firstname: "Ada" });
const half = body.length / 2;
const head = [
  "POST /api/v2/customer/createCustomerCRUD HTTP/1.1",
  "Host: x",
  `apiKey: ${world.adminKey}`,
  "Content-Type: application/json",
  `Content-Length: ${body.length}`,
].join("\r\n");

const headers = { apiKey: world.adminKey, "content-type": "application/json" };

const sockets: Socket[] = [];
afterAll(() => sockets.forEach((socket) => void socket.destroy()));

/** Sends the head and half of the body. */
async function begin(): Promise<Socket> {
  const socket = connect({ port: Number(new URL(world.url).port), host: "127.0.0.1" });
  socket.setEncoding("latin1").on("error", () => undefined);
  sockets.push(socket);
  await once(socket, "connect");
  socket.write(`${head}\r\n\r\n${body.slice(0, half)}`);
  return socket;
}

/** Sends the rest; resolves with the status and the body of the response. */
async function end(socket: Socket): Promise<{ status: number; text: string }> {
  socket.write(body.slice(half));
  const [text] = (await once(socket, "data")) as [string];
  return { status: Number(text.slice(9, 12)), text };
}

async function series(name: string, labels: Record<string, string> = {}): Promise<number> {
  return (await scrape(world.url, world.adminKey)).value(name, labels) ?? Number.NaN;
}
const writes = () => series("dossier_http_admission_in_progress", { kind: "write" });
const inFlight = () => series("dossier_http_requests_in_flight");
const waitUntil = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 30_000, interval: 100 });

test("600 half bodies of a key keep no place from it, and each is answered when it is whole", async () => {
  const slow = await Promise.all(Array.from({ length: 600 }, begin));
  await waitUntil(async () => expect(await inFlight()).toBeGreaterThanOrEqual(600));
  expect(await writes()).toBe(0);
  await world.admin.customer.create({ brandId: 1, firstname: "Grace" });
  const statuses = new Set<number>();
  for (const socket of slow) statuses.add((await end(socket)).status);
  expect([...statuses]).toEqual([200]);
  await waitUntil(async () => expect(await writes()).toBe(0));
}, 60_000);

test("a body that is whole when all places are taken is refused without an effect", async () => {
  const brandId = await world.newBrand();
  const { id } = await world.admin.customer.create({ brandId, firstname: "Ada" });
  const slow = await begin();
  await waitUntil(async () => expect(await inFlight()).toBeGreaterThanOrEqual(2));
  const holder = await world.service.db.pool.connect();
  await holder.query("BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0");
  await holder.query("SELECT FROM customer WHERE id = $1 FOR UPDATE", [id]);
  const change = () => fetch(`${world.url}/api/v2/customer/${id}`, { method: "PUT", headers, body: "{}" });
  const changes = Array.from({ length: 700 }, change);
  try {
    expect((await Promise.race(changes)).status).toBe(503);
    const before = await world.admin.audit.list({ itemLimit: 1 });
    const { status, text } = await end(slow);
    expect([status, /retry-after: \d/i.test(text)]).toEqual([503, true]);
    expect((await world.admin.audit.list({ itemLimit: 1 })).itemTotal).toBe(before.itemTotal);
  } finally {
    await holder.query("COMMIT");
    holder.release();
  }
  await Promise.allSettled(changes);
  await waitUntil(async () => expect(await writes()).toBe(0));
}, 60_000);
