// A name server on this machine, for tests of name resolution: it answers A and AAAA questions as configured, or not at
// all.
import { createSocket } from "node:dgram";
import { afterAll } from "vitest";

/** Its answer to a question: addresses, a response code (3: no such name, 2: failure), or nothing. */
export type NameAnswer = { a?: number[][]; aaaa?: number[][] } | { code: number } | undefined;

export interface NameServer {
  /** for Resolver.setServers */
  place: string;
  /** name and type of every question, in order */
  questions: string[];
}

export async function startNameServer(
  tell: (name: string, type: "A" | "AAAA") => NameAnswer,
): Promise<NameServer> {
  const socket = createSocket("udp4");
  const server: NameServer = { place: "", questions: [] };
  socket.on("message", (question, from) => {
    const { name, end } = readName(question);
    const type = question.readUInt16BE(end) === 28 ? "AAAA" : "A";
    server.questions.push(`${name} ${type}`);
    const told = tell(name, type);
    if (told) socket.send(reply(question, end, type, told), from.port, from.address);
  });
  await new Promise<void>((done) => socket.bind(0, "127.0.0.1", done));
  afterAll(() => void socket.close());
  server.place = `127.0.0.1:${socket.address().port}`;
  return server;
}

/** The name in a question, and the position of its type. */
function readName(question: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = question.readUInt8(at); length > 0; length = question.readUInt8(at)) {
    labels.push(question.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join("."), end: at + 1 };
}

function reply(question: Buffer, end: number, type: "A" | "AAAA", told: NonNullable<NameAnswer>): Buffer {
  const records = "code" in told ? [] : ((type === "A" ? told.a : told.aaaa) ?? []);
  const head = Buffer.alloc(12);
  question.copy(head, 0, 0, 2);
  head.writeUInt16BE(0x8180 | ("code" in told ? told.code : 0), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  const bodies = records.map((bytes) =>
    Buffer.from([0xc0, 12, 0, type === "A" ? 1 : 28, 0, 1, 0, 0, 0, 0, 0, bytes.length, ...bytes]),
  );
  return Buffer.concat([head, question.subarray(12, end + 4), ...bodies]);
}
