/** Verifies responses one by one: their content, and the size of correct ones. */
import { Agent, request as ask } from "node:http";
import { substitute, firstUnusedNumber, rangesOf } from "./substitute.ts";
import type { ResponseBody, Numbers, Workload } from "./workloads.ts";

interface Target {
  url: string;
  headers: Record<string, string>;
  customers: number;
}

const samples = 20;

/**
 * Sends the requests of a workload and checks each response; returns the mean size of a response in bytes, headers
 * included.
 */
export async function verify(target: Target, work: Workload, run: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let bytes = 0;
  try {
    for (let k = 0; k < samples; k += 1) {
      const at = k % work.requests.length;
      const numbers = draw(target.customers, run, k);
      const { status, text, size } = await send(target, agent, work, at, numbers);
      const answer = status === 200 || status === 201 ? (JSON.parse(text) as ResponseBody) : undefined;
      const fault = answer ? work.fault(answer, numbers, at) : `is refused with ${status}: ${text}`;
      if (fault) throw new Error(`${work.name}, ${work.requests[at]?.path}: the answer ${fault}`);
      bytes += size;
    }
  } finally {
    agent.destroy();
  }
  return bytes / samples;
}

function draw(customers: number, run: number, k: number): Numbers {
  const ranges = rangesOf(customers);
  const [n, e, h] = [
    ((k * 379) % ranges.n) + 1,
    50 * ((k * 37) % ranges.e) + 7,
    100 * ((k * 13) % ranges.h) + 1,
  ];
  return { n, e, h, m: firstUnusedNumber(run) + k };
}

interface Reply {
  status: number;
  text: string;
  size: number;
}

function send(
  { url, headers }: Target,
  agent: Agent,
  work: Workload,
  at: number,
  numbers: Numbers,
): Promise<Reply> {
  const request = work.requests[at];
  if (!request) throw new Error(`${work.name} has no request`);
  const { method, path, type, body } = substitute(request, numbers);
  const sent = { ...headers, ...(type ? { "content-type": type } : {}) };
  const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
  return new Promise((done, fail) => {
    const asked = ask(`${url}${path}`, { method, agent, headers: { ...sent, ...length } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("end", () => {
        const content = Buffer.concat(parts);
        const head = answer.rawHeaders.reduce((sum, piece) => sum + piece.length + 2, 0);
        const first = "HTTP/1.1 200 OK\r\n\r\n".length;
        done({
          status: answer.statusCode ?? 0,
          text: content.toString(),
          size: first + head + content.length,
        });
      });
    });
    asked.on("error", fail);
    asked.end(body);
  });
}

/** Whether unchecked responses have the size of correct ones. */
export function checkSize(work: Workload, right: number, bytes: number): void {
  if (Math.abs(bytes / right - 1) > 0.25)
    throw new Error(
      `${work.name}: answers have ${bytes.toFixed(0)} bytes under load, right ones ${right.toFixed(0)}`,
    );
}
