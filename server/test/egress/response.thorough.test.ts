// A thousand responses changed and cut at random: each is a response or one of the failures, and no connection stays
// open.
import type { Socket } from "node:net";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
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

const head = "HTTP/1.1 200 OK\r\n";

interface Broken {
  of: Buffer;
  changes: [number, number][];
  cuts: number[];
  end: number;
  isReset: boolean;
}

/** The outcome of a response that was changed and cut. */
function heard({ of, changes, cuts, end, isReset }: Broken): Promise<string> {
  const bytes = Buffer.from(of);
  for (const [at, value] of changes) bytes[at % bytes.length] = value;
  const ends = [
    ...cuts.map((at) => at % bytes.length),
    bytes.length - (end % 3 ? 0 : end % bytes.length),
  ].sort((one, other) => one - other);
  return kindOf(ask(inPieces(bytes, ends, isReset), { timeoutMs: 30_000 }));
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

/** Sends bytes up to each of these positions, a turn of the event loop apart, and closes; in order or by a reset. */
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
