// What comes back from outside: every answer whole, unpacked and small, or one of a few failures; whatever the other side
// does, in bounded time and memory.
import type { Socket } from "node:net";
import { brotliCompressSync, createGzip, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { openLog } from "../../src/log.ts";
import {
  makeOutside,
  type OutsideAnswer,
  OutsideError,
  type OutsideRequest,
} from "../../src/egress/client.ts";
import { answer, startWireServer } from "../support/servers/byte-server.ts";

type Speak = (socket: Socket, request: string) => void | Promise<void>;

/** What the other side does, by the path it is asked for. */
const speaks = new Map<string, Speak>();
const server = await startWireServer((socket, request) => {
  const path = request.split(" ")[1] ?? "";
  void speaks.get(path)?.(socket, request);
});
const outside = makeOutside({ allow: [server.place], log: openLog("silent", false) });
afterAll(() => outside.close());

let paths = 0;

/** Asks a server that behaves so, in a share of its own. */
function ask(speak: Speak, more: Partial<OutsideRequest> = {}): Promise<OutsideAnswer> {
  const path = `/${(paths += 1)}`;
  speaks.set(path, speak);
  const url = `http://${server.place}${path}`;
  return outside.send({ url, method: "GET", share: path, patience: 10_000, ...more });
}

async function kindOf(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
  } catch (error) {
    if (error instanceof OutsideError) return error.kind;
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

/** Says something again and again, as fast as it is taken. */
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

/** So many bytes of nothing, packed a thousandfold; made piece by piece, so that nobody holds them. */
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

// One after the other: how long they take is what these are about.
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
  ])("that %s takes no longer than the patience", async (_what, speak) => {
    expect(await kindOf(ask(speak, { patience: 1000 }))).toBe("timeout");
  });
});

test("what unpacks to a thousand times its size costs no memory, nor does it leave a connection", async () => {
  const bomb = await packedZeros(200);
  expect(bomb.length).toBeLessThan(262_144); // it is read whole
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

/** Looks at the memory of the process every few milliseconds; answers by how many bytes it has grown at most. */
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
  const whole = Buffer.concat([Buffer.from(packedHead), bomb]); // ends where the connection does
  const asked = Array.from({ length: 20 }, () => kindOf(ask(say(whole))));
  expect(await Promise.all(asked)).toEqual(Array(20).fill("too_large"));
  await expect.poll(() => server.open.size, { timeout: 10_000 }).toBe(0);
});

interface Broken {
  of: Buffer;
  changes: [number, number][];
  cuts: number[];
  end: number;
  isReset: boolean;
}

/** What is heard of an answer that was changed and cut. */
function heard({ of, changes, cuts, end, isReset }: Broken): Promise<string> {
  const bytes = Buffer.from(of);
  for (const [at, value] of changes) bytes[at % bytes.length] = value;
  const ends = [
    ...cuts.map((at) => at % bytes.length),
    bytes.length - (end % 3 ? 0 : end % bytes.length),
  ].sort((one, other) => one - other);
  return kindOf(ask(inPieces(bytes, ends, isReset), { patience: 30_000 }));
}

test("no answer, however broken, is anything but an answer or a failure", async () => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`random tests: repeat with SEED=${seed}`);
  const whole = [
    answer("text", { "x-a": "b" }),
    Buffer.from(`${head}transfer-encoding: chunked\r\n\r\n4;a=b\r\ntext\r\n0\r\nx-t: 1\r\n\r\n`),
    Buffer.from("HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\ntext to the end"),
    answer(gzipSync(text(500)), { "content-encoding": "gzip" }),
  ];
  const broken = fc.record({
    of: fc.constantFrom(...whole),
    changes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
    cuts: fc.array(fc.nat(), { maxLength: 4 }),
    end: fc.nat(),
    isReset: fc.boolean(),
  });
  const cases = fc.sample(broken, { seed, numRuns: 1000 });
  const kinds: string[] = [];
  for (let at = 0; at < cases.length; at += 50)
    kinds.push(...(await Promise.all(cases.slice(at, at + 50).map(heard))));
  const known = ["an answer", "unreachable", "timeout", "too_large"];
  expect(kinds.filter((kind) => !known.includes(kind))).toEqual([]);
  expect(new Set(kinds).size).toBeGreaterThan(1);
  await expect.poll(() => server.open.size, { timeout: 10_000 }).toBe(0);
});

/** Says bytes up to each of these places, a turn of the loop apart, and closes; in order or by a reset. */
function inPieces(bytes: Buffer, ends: number[], isReset: boolean): Speak {
  return async (socket) => {
    let from = 0;
    for (const end of ends) {
      socket.write(bytes.subarray(from, end));
      from = end;
      await new Promise(setImmediate);
    }
    if (isReset) socket.resetAndDestroy();
    else socket.end();
  };
}

function text(length: number): string {
  return "Grüße ".repeat(length);
}
