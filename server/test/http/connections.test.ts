// Connection limits: their number, which of them are closed to admit others, and how long a response waits for a slow
// reader. An honest call succeeds beside many idle, silent or slow clients.
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterAll, expect, test } from "vitest";
import { type ConnectionLimits, Connections, defaultLimits } from "../../src/http/connections.ts";
import { openLog } from "../../src/log.ts";
import { maxConnectionsOf, connectionsWithin } from "../../src/service/descriptors.ts";
import { poll } from "../support/embedded/harness.ts";
import { uniqueName, startFixtureServer, type Fixture } from "../support/requests.ts";
import { scrape } from "../support/scrape.ts";
import { getOnce } from "../support/servers/server-process.ts";

interface Line {
  msg: string;
  refused?: number;
  idle_closed?: number;
  stalled_closed?: number;
}
const linesOf = (lines: readonly string[]) =>
  lines.map((line) => JSON.parse(line) as Line).filter(({ msg }) => /connections were closed/.test(msg));

const logged: string[] = [];
const log = openLog("warn", false, { write: (line: string) => void logged.push(line) });
const most = 20;
const world = await startFixtureServer({ maxConnections: most }, log);

const sockets = new Set<Socket>();
afterAll(() => sockets.forEach((socket) => void socket.destroy()));

/** A connection that reads nothing until it is resumed. */
async function open(port: number, bytes = ""): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.on("error", () => undefined);
  sockets.add(socket);
  await once(socket, "connect");
  if (bytes !== "") socket.write(bytes);
  return socket;
}

/** Whether the other side has closed it. */
const isClosed = (socket: Socket) => socket.readableEnded || socket.destroyed;

test("idle connections over the limit make room, the oldest first: every honest call goes through, and it is told once", async () => {
  const port = Number(new URL(world.url).port);
  const headers = { apiKey: world.adminKey };
  const ways = ["", "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", "GET /livez HTTP/1.1\r\nHost"];
  for (let n = 0; n < 5 * most; n += 1) {
    const socket = await open(port, ways[n % ways.length]);
    socket.resume();
    if (n % 5 === 0) {
      const answer = await getOnce(`${world.url}/api/v2/brand`, headers);
      expect([n, answer.status]).toEqual([n, 200]);
    }
  }
  const answers = Array.from({ length: most }, () => getOnce(`${world.url}/api/v2/brand`, headers));
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(most).fill(200));
  const { value } = await scrape(world.url, world.adminKey);
  expect(value("dossier_http_connections_closed_total", { reason: "evicted" })).toBeGreaterThan(3 * most);
  expect(value("dossier_http_connections_closed_total", { reason: "limit" })).toBe(0);
  expect(value("dossier_http_connections")).toBeLessThanOrEqual(most);
  await poll(() => linesOf(logged).length > 0);
  expect(linesOf(logged).map(({ idle_closed = 0 }) => idle_closed > 0)).toEqual([true]);
});

test("keep-alive clients whose idle connections were closed go on, and nothing they write is done twice", async () => {
  const scene: Fixture = { world, brandId: await world.newBrand() };
  const ids = Array.from({ length: 3 * most }, () => uniqueName());
  const make = (primaryId: string) => world.admin.customer.create({ brandId: scene.brandId, primaryId });
  for (let at = 0; at < ids.length; at += 10) {
    const made = await Promise.all(ids.slice(at, at + 10).map(make));
    expect(new Set(made.map(({ id }) => id)).size).toBe(10);
    const port = Number(new URL(world.url).port);
    for (let n = 0; n < 5; n += 1) await open(port);
  }
});

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});
const none = { opened: 0, closed: 0, stalled: 0, limit: 0, evicted: 0, pipelined: 0, malformedRequests: 0 };
const counts = { ...none };

/** A server of its own with these limits. */
async function guarded(
  limits: Partial<ConnectionLimits>,
  handler: RequestListener,
  counted = counts,
): Promise<number> {
  const server = createServer(handler);
  const guard = new Connections(
    { ...defaultLimits, maxConnections: 0, ...limits },
    {
      connectionOpened: () => void (counted.opened += 1),
      connectionClosed: () => void (counted.closed += 1),
      connectionDropped: (reason) => void (counted[reason] += 1),
      requestMalformed: () => void (counted.malformedRequests += 1),
    },
    log,
  );
  guard.attach(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  servers.push(server);
  return (server.address() as AddressInfo).port;
}

const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

async function readAll(socket: Socket): Promise<number> {
  let bytes = 0;
  for await (const chunk of socket) bytes += (chunk as Buffer).length;
  return bytes;
}

test("a connection whose request is being answered never makes room: a new one is closed at once instead", async () => {
  const held: (() => void)[] = [];
  const port = await guarded({ maxConnections: 3 }, (_request, response) =>
    held.push(() => response.writeHead(204).end()),
  );
  const busy = await Promise.all([open(port, get), open(port, get), open(port, get)]);
  await poll(() => (held.length === 3 ? true : undefined));
  const before = counts.limit;
  const refused = await open(port, get);
  refused.resume();
  await once(refused, "close");
  expect([counts.limit - before, busy.some(isClosed)]).toEqual([1, false]);
  held.forEach((release) => void release());
  for (const socket of busy) expect(String((await once(socket, "data"))[0])).toMatch(/^HTTP\/1\.1 204 /);
});

test("a connection that sends its body slowly makes room, one that has sent it whole does not", async () => {
  const held: (() => void)[] = [];
  let begun = 0;
  const port = await guarded({ maxConnections: 3 }, (request, response) => {
    begun += 1;
    request.resume().on("end", () => held.push(() => response.writeHead(204).end()));
  });
  const post = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n";
  const whole = await open(port, `${post}abc`);
  const slow = await Promise.all([open(port, `${post}a`), open(port, `${post}a`)]);
  slow.forEach((socket) => socket.resume());
  await poll(() => (begun === 3 && held.length === 1 ? true : undefined));
  const before = counts.evicted;
  for (const answered of [2, 3]) {
    await open(port, `${post}abc`);
    await poll(() => (held.length === answered ? true : undefined));
  }
  await poll(() => (slow.every(isClosed) ? true : undefined));
  expect([counts.evicted - before, isClosed(whole)]).toEqual([2, false]);
});

const large = Buffer.alloc(24 * 1024 * 1024, "x"); // more than the sockets' own buffers hold
const quick = { stalled: 400, answer: 60_000, interval: 20 };

test("an answer of which nothing is taken ends with its connection, one that is taken slowly does not", async () => {
  const port = await guarded({ ...quick, stalledMs: 3000 }, (_request, response) => response.end(large));
  const before = counts.stalled;
  const unread = await open(port, get);
  const slow = await open(port, get);
  let taken = 0;
  slow.on("data", (chunk: Buffer) => {
    taken += chunk.length;
    slow.pause();
    setImmediate(() => slow.resume());
  });
  await poll(() => (counts.stalled > before ? true : undefined));
  await poll(() => (taken > large.length ? true : undefined));
  expect([counts.stalled - before, isClosed(slow)]).toEqual([1, false]);
  unread.resume();
  await once(unread, "close");
});

test("an answer that trickles to its client has a time for all of it", async () => {
  const port = await guarded({ ...quick, responseMs: 600 }, ({ url }, response) =>
    response.end(url === "/" ? large : "small"),
  );
  const before = counts.stalled;
  const trickle = await open(port, get);
  const sip = setInterval(() => void trickle.read(1024), 10);
  await poll(() => (counts.stalled > before ? true : undefined));
  clearInterval(sip);
  const small = await open(port, "GET /small HTTP/1.1\r\nHost: x\r\n\r\n");
  expect(String((await once(small, "data"))[0])).toMatch(/small$/);
});

test("unsent bytes have a limit in all: the answers that wait longest go, those that are taken stay", async () => {
  const port = await guarded(
    { stalledMs: 60_000, responseMs: 60_000, intervalMs: 20, maxUnsentBytes: 2.5 * large.length },
    (_request, response) => response.end(large),
  );
  const before = counts.stalled;
  const unread: Socket[] = [];
  for (let n = 0; n < 6; n += 1) {
    unread.push(await open(port, get));
    const reader = await open(port, get.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
    expect(await readAll(reader)).toBeGreaterThan(large.length);
  }
  await poll(() => (counts.stalled - before >= 4 ? true : undefined));
  unread.slice(0, 4).forEach((socket) => socket.resume());
  await poll(() => (unread.slice(0, 4).every(isClosed) ? true : undefined));
  expect(unread.slice(4).map(isClosed)).toEqual([false, false]);
});

test("every connection that was opened is closed in the count, however it ended", async () => {
  const own = { ...none };
  const port = await guarded({}, (_request, response) => void setImmediate(() => response.end("x")), own);
  const ends: ((socket: Socket) => unknown)[] = [
    (socket) => socket.destroy(),
    (socket) => socket.resetAndDestroy(),
    (socket) => socket.end(),
    (socket) => socket.write("GARBAGE\r\n\r\n"),
  ];
  for (const end of ends)
    for (const bytes of ["", get, get.repeat(20), "GET / HT"]) {
      const socket = await open(port, bytes);
      socket.resume();
      end(socket);
    }
  await poll(() => (own.opened === 16 && own.closed === 16 ? true : undefined));
});

test("each process has its share of the limit, within what its descriptors leave room for", () => {
  const of = (maxConnections: number | undefined, workers: number, files: number) =>
    maxConnectionsOf({ maxConnections, workers }, files);
  expect([of(undefined, 1, 20_000), of(undefined, 4, 20_000), of(undefined, 1, 1024)]).toEqual([
    10_000, 2500, 896,
  ]);
  expect([of(100, 1, 20_000), of(100, 3, 20_000), of(5000, 1, 1024), of(0, 4, 1024)]).toEqual([
    100, 34, 896, 0,
  ]);
  expect([connectionsWithin(256), connectionsWithin(64)]).toEqual([128, 32]);
});
