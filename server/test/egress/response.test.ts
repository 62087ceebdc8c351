// Egress responses: every response is complete, decompressed and small, or one of a few failures; whatever the other
// side does, in bounded time and memory.
import type { Socket } from "node:net";
import { brotliCompressSync, createGzip, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { openLog } from "../../src/log.ts";
import {
  createEgressClient,
  type EgressResponse,
  EgressError,
  type EgressRequest,
} from "../../src/egress/client.ts";
import { answer, startWireServer } from "../support/servers/byte-server.ts";

type Speak = (socket: Socket, request: string) => void | Promise<void>;

/** The behaviour of the other side, by path. */
const speaks = new Map<string, Speak>();
const server = await startWireServer((socket, request) => {
  const path = request.split(" ")[1] ?? "";
  void speaks.get(path)?.(socket, request);
});
const outside = createEgressClient({ allow: [server.place], log: openLog("silent", false) });
afterAll(() => outside.close());

let paths = 0;

/** Sends a request to a server with this behaviour, with a concurrency key of its own. */
function ask(speak: Speak, more: Partial<EgressRequest> = {}): Promise<EgressResponse> {
  const path = `/${(paths += 1)}`;
  speaks.set(path, speak);
  const url = `http://${server.place}${path}`;
  return outside.send({ url, method: "GET", concurrencyKey: path, timeoutMs: 10_000, ...more });
}

async function kindOf(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
  } catch (error) {
    if (error instanceof EgressError) return error.kind;
    throw error;
  }
  return "an answer";
}

const say =
  (bytes: Buffer | string): Speak =>
  (socket) =>
    void socket.end(bytes);

describe.concurrent("an answer", () => {
  test.each([200, 204, 301, 302, 303, 307, 308, 400, 404, 500])("of status %d is one", async (status) => {
    const headers = { location: `http://${server.place}/elsewhere` };
    const got = await ask(say(answer(status === 204 ? "" : "text", headers, status)));
    expect([got.status, got.headers.location]).toEqual([status, headers.location]);
    expect(server.requests.filter((request) => request.includes("/elsewhere"))).toEqual([]);
  });

  test("has its headers by names in lower case, several of one name joined", async () => {
    const got = await ask(say(answer("", { "X-One": "1", "x-Two": "a\r\nX-TWO: b", __proto__x: "c" })));
    expect(got.headers).toMatchObject({ "x-one": "1", "x-two": "a, b", __proto__x: "c" });
  });

  const words = text(1000);
  test.each([
    ["identity", Buffer.from(words)],
    ["gzip", gzipSync(words)],
    ["x-gzip", gzipSync(words)],
    ["GZIP", gzipSync(words)],
    ["br", brotliCompressSync(words)],
    ["deflate", deflateSync(words)],
    ["deflate", deflateRawSync(words)],
  ])("in %s is unpacked", async (coding, bytes) => {
    const got = await ask(say(answer(bytes, { "content-encoding": coding })));
    expect(got.body.toString()).toBe(words);
  });

  test("says that it is packed, and has no body, and is one", async () => {
    const got = await ask(say(answer("", { "content-encoding": "gzip" })));
    expect(got.body).toHaveLength(0);
  });

  test.each([
    ["zstd", "anything"],
    ["gzip, gzip", gzipSync(gzipSync("twice"))],
    ["gzip", "not gzip at all"],
    ["gzip", gzipSync(words).subarray(0, 40)],
    ["br", gzipSync(words)],
  ])("in a coding that is not what it says (%s) is none", async (coding, bytes) => {
    expect(await kindOf(ask(say(answer(bytes, { "content-encoding": coding }))))).toBe("unreachable");
  });

  test.each([
    ["plain", (bytes: Buffer) => bytes, "identity"],
    ["packed", gzipSync, "gzip"],
    ["packed by brotli", brotliCompressSync, "br"],
  ])("may have 256 KiB and not a byte more, %s", async (_how, pack, coding) => {
    const most = Buffer.alloc(262_144, "x");
    const headers = { "content-encoding": coding };
    expect((await ask(say(answer(pack(most), headers)))).body).toHaveLength(262_144);
    const more = Buffer.concat([most, Buffer.from("x")]);
    expect(await kindOf(ask(say(answer(pack(more), headers))))).toBe("too_large");
  });
});

/** Sends the same again and again, as fast as it is read. */
function forEver(first: string, part: Buffer | string): Speak {
  return (socket) => {
    socket.write(first);
    const more = () => {
      while (!socket.destroyed && socket.write(part)) {
        /* until the other side is slower */
      }
    };
    socket.on("drain", more);
    more();
  };
}

const head = "HTTP/1.1 200 OK\r\n";
const packedHead = `${head}content-encoding: gzip\r\n\r\n`;

/** So many zero bytes, compressed a thousandfold; made piece by piece, so that they are never in memory at once. */
async function packedZeros(megabytes: number): Promise<Buffer> {
  const gzip = createGzip({ level: 9 });
  const parts: Buffer[] = [];
  gzip.on("data", (part: Buffer) => parts.push(part));
  const ended = new Promise((done) => gzip.on("end", done));
  for (let at = 0; at < megabytes; at += 1)
    if (!gzip.write(Buffer.alloc(1_048_576))) await new Promise((done) => gzip.once("drain", done));
  gzip.end();
  await ended;
  return Buffer.concat(parts);
}

describe.concurrent("the other side", () => {
  test.each<[string, string, Speak]>([
    ["never ends its body", "too_large", forEver(`${head}\r\n`, Buffer.alloc(65_536, "x"))],
    [
      "announces 10 GB",
      "too_large",
      forEver(`${head}content-length: 10737418240\r\n\r\n`, "x".repeat(65_536)),
    ],
    ["packs nothing for ever", "too_large", forEver(packedHead, Buffer.concat(Array(99).fill(gzipSync(""))))],
    ["never ends a header", "too_large", forEver(`${head}a: `, "x".repeat(65_536))],
    ["sends a header of 1 MB", "too_large", say(`${head}a: ${"x".repeat(1_048_576)}\r\n\r\n`)],
    ["sends headers for ever", "too_large", forEver(head, "a: b\r\n".repeat(1000))],
    [
      "sends trailers for ever",
      "too_large",
      forEver(`${head}transfer-encoding: chunked\r\n\r\n0\r\n`, "a: b\r\n".repeat(99)),
    ],
    [
      "sends interim answers for ever",
      "too_large",
      forEver("", "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(9)),
    ],
    [
      "switches protocols",
      "unreachable",
      say("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"),
    ],
    ["continues what did not wait", "unreachable", say("HTTP/1.1 100 Continue\r\n\r\n")],
    ["closes before it answers", "unreachable", (socket) => void socket.destroy()],
    ["closes inside its header", "unreachable", say("HTTP/1.1 200 O")],
    ["closes inside its body", "unreachable", say(`${head}content-length: 10\r\n\r\nxxxxx`)],
    ["closes inside a chunk", "unreachable", say(`${head}transfer-encoding: chunked\r\n\r\nff\r\nxx`)],
    ["speaks no HTTP", "unreachable", say("220 mail.example.org ESMTP\r\n")],
    ["speaks HTTP/2", "unreachable", say(Buffer.from("000006040000000000000400100000", "hex"))],
    ["gives two lengths", "unreachable", say(`${head}content-length: 1\r\ncontent-length: 2\r\n\r\nxx`)],
    [
      "gives a length and chunks",
      "unreachable",
      say(`${head}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`),
    ],
  ])("that %s is %s", async (_what, kind, speak) => {
    expect(await kindOf(ask(speak))).toBe(kind);
  });
});

// One after the other: their duration is what these tests measure.
describe("the other side, when it is slow", () => {
  test.each<[string, Speak]>([
    ["says nothing", () => undefined],
    ["drips its header", drip(head)],
    ["drips its body", drip(`${head}content-length: 100\r\n\r\n`)],
    ["drips chunks", drip(`${head}transfer-encoding: chunked\r\n\r\n`, "1\r\nx\r\n")],
    [
      "stops inside gzip",
      (socket) =>
        void socket.write(Buffer.concat([Buffer.from(packedHead), gzipSync("text").subarray(0, 12)])),
    ],
  ])("that %s takes no longer than the timeout", async (_what, speak) => {
    expect(await kindOf(ask(speak, { timeoutMs: 1000 }))).toBe("timeout");
  });
});

test("a body that unpacks to a thousand times its size costs no memory and leaves no connection", async () => {
  const bomb = await packedZeros(200);
  expect(bomb.length).toBeLessThan(262_144); // it is read completely
  const headers = { "content-encoding": "gzip" };
  const peak = watchMemory();
  const asked = Array.from({ length: 20 }, () => kindOf(ask(say(answer(bomb, headers)))));
  expect(await Promise.all(asked)).toEqual(Array(20).fill("too_large"));
  expect(peak()).toBeLessThan(200_000_000); // of 4,000
  await expect.poll(() => server.open.size, { timeout: 10_000 }).toBe(0);
});

function drip(first: string, drop = "1"): Speak {
  return (socket) => {
    socket.write(first);
    const timer = setInterval(() => socket.write(drop), 50);
    socket.on("close", () => clearInterval(timer));
  };
}

/** Samples the memory of the process every few milliseconds; returns the maximum growth in bytes. */
function watchMemory(): () => number {
  const before = process.memoryUsage().rss;
  let most = before;
  const look = () => (most = Math.max(most, process.memoryUsage().rss));
  const timer = setInterval(look, 5);
  return () => {
    clearInterval(timer);
    return look() - before;
  };
}

test("a connection that ends while much of the answer is still to be unpacked is an answer like any other", async () => {
  const bomb = await packedZeros(200);
  const whole = Buffer.concat([Buffer.from(packedHead), bomb]); // ends with the connection
  const asked = Array.from({ length: 20 }, () => kindOf(ask(say(whole))));
  expect(await Promise.all(asked)).toEqual(Array(20).fill("too_large"));
  await expect.poll(() => server.open.size, { timeout: 10_000 }).toBe(0);
});

function text(length: number): string {
  return "Grüße ".repeat(length);
}
