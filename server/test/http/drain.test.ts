// Drain of connections while a server stops: what arrives on an open connection is answered, and a slow reader gets all of
// its response before the drain ends.
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterAll, expect, test } from "vitest";
import { Connections, defaultLimits } from "../../src/http/connections.ts";
import { openLog } from "../../src/log.ts";

const ignore = () => undefined;
const counters = {
  connectionOpened: ignore,
  connectionClosed: ignore,
  connectionDropped: ignore,
  requestMalformed: ignore,
};
const ends: (() => void)[] = [];
afterAll(() => ends.forEach((end) => end()));

async function start(handler: RequestListener, drainMs: number) {
  const server = createServer(handler);
  const connections = new Connections(
    { ...defaultLimits, maxConnections: 0, drainMs },
    counters,
    openLog("silent", false),
  );
  connections.attach(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ends.push(() => server.closeAllConnections());
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  ends.push(() => socket.destroy());
  return { socket, drain: () => connections.drain(server) };
}

const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

test("a drain lasts until a slow reader has all of its response", async () => {
  const size = 32 * 1024 * 1024;
  const { socket, drain } = await start((_request, response) => response.end(Buffer.alloc(size)), 1);
  socket.write(get);
  await once(socket, "readable");
  let isDrained = false;
  const drained = drain().then(() => void (isDrained = true));
  for (let turn = 0; turn < 200; turn += 1) await new Promise((done) => void setImmediate(done));
  expect(isDrained).toBe(false);
  let read = 0;
  for await (const chunk of socket) read += (chunk as Buffer).length;
  expect(read).toBeGreaterThan(size);
  await drained;
});

test("a request on a connection that was idle a moment ago is answered, and its connection closed", async () => {
  const { socket, drain } = await start((_request, response) => response.end("answer"), 60_000);
  let heard = "";
  socket.on("data", (part: Buffer) => void (heard += part.toString()));
  socket.write(get);
  await once(socket, "data");
  expect(heard).toMatch(/connection: keep-alive/i);
  const drained = drain();
  socket.write(get);
  await once(socket, "close");
  expect(heard).toMatch(/answer[\s\S]*connection: close[\s\S]*answer/i);
  await drained;
});
