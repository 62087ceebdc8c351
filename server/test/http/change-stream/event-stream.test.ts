// Event streams on the connection: a reader that takes nothing makes the source wait, and delays no end of the server.
import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { fastify } from "fastify";
import { afterAll, expect, test } from "vitest";
import { sendEvents } from "../../../src/http/event-stream.ts";
import { openStream } from "../../support/event-stream.ts";
import { poll } from "../../support/embedded/harness.ts";
import { scrape } from "../../support/scrape.ts";
import { startTestServer } from "../../support/test-server.ts";

const world = await startTestServer();
const stopping = await startTestServer();
const app = fastify();
afterAll(() => app.close());
const kilobyte = { type: "customer" as const, id: 1, brand_id: 1, filler: "x".repeat(1024) };

test("a source is asked for more only as the reader takes it, and its end cuts a reader off who takes nothing", async () => {
  const over = new AbortController();
  let asked = 0;
  async function* batches() {
    for (; !over.signal.aborted; asked += 1)
      yield { id: `${asked}`, events: Array.from({ length: 1000 }, () => kilobyte) };
  }
  app.get("/", (_request, reply) =>
    sendEvents(reply, { batches: batches(), ended: over.signal, close: () => over.abort() }),
  );
  await app.listen({ port: 0, host: "127.0.0.1" });
  const socket = connect((app.server.address() as AddressInfo).port, "127.0.0.1");
  socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await once(socket, "readable");
  await poll(async () => {
    const before = asked;
    for (let turn = 0; turn < 500; turn += 1) await new Promise((done) => void setImmediate(done));
    return asked === before && asked > 0;
  });
  expect(asked).toBeLessThan(30); // megabytes: what the kernel takes, and one batch
  over.abort();
  socket.resume();
  await once(socket, "close");
});

test("a server that stops ends its streams at once, and waits for none", async () => {
  const readers = await Promise.all(
    Array.from({ length: 3 }, () => openStream(stopping.url, { apiKey: stopping.adminKey })),
  );
  readers[2]?.pause();
  await poll(() => readers[0]?.lastId() !== undefined);
  await stopping.service.app.close();
  await poll(() => readers.slice(0, 2).every((one) => one.isEnded()));
});

test("an open stream is no request in progress: for admission and the metrics it has been answered", async () => {
  const reader = await openStream(world.url, { apiKey: world.adminKey });
  await poll(() => reader.lastId() !== undefined);
  const { value } = await scrape(world.url, world.adminKey);
  expect(value("dossier_change_streams")).toBe(1);
  expect(value("dossier_change_stream_resets_total")).toBe(1);
  expect(value("dossier_http_admission_in_progress")).toBe(0);
  expect(value("dossier_http_requests_in_flight")).toBe(1); // that of the scrape
  expect(value("dossier_http_requests_total", { endpoint: "change.watch", code: "ok" })).toBe(1);
  reader.close();
  await poll(async () => (await scrape(world.url, world.adminKey)).value("dossier_change_streams") === 0);
  const after = await scrape(world.url, world.adminKey);
  expect(after.value("dossier_http_requests_total", { endpoint: "change.watch" })).toBe(1);
  expect(after.value("dossier_http_requests_in_flight")).toBe(1);
});
