/** wrk: the load over HTTP, with requests in Lua generated from the workload. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { firstUnusedNumber, splitTemplate, rangesOf } from "./substitute.ts";
import { run } from "./servers/processes.ts";
import type { Request } from "./workloads.ts";

export interface WrkRun {
  name: string;
  requests: readonly Request[];
  /** sent with each request */
  headers: Record<string, string>;
  connections: number;
  seconds: number;
  /** a number of this run alone, for values that must be unique */
  run: number;
}

/** The result of a run; times in milliseconds. */
export interface WrkResult {
  rate: number;
  requests: number;
  p50: number;
  p99: number;
  /** mean size of a response with its headers, in bytes */
  bytes: number;
}

interface WrkSummary extends Omit<WrkResult, "rate"> {
  seconds: number;
  failures: number;
}

/** Loads a server; throws if any response was not a success. */
export async function runWrk(
  { url, customers, folder }: { url: string; customers: number; folder: string },
  load: WrkRun,
): Promise<WrkResult> {
  const file = join(folder, `${load.name}.lua`);
  writeFileSync(file, luaOf(load, customers));
  const { connections, seconds } = load;
  const said = await run("wrk", [
    "-t1",
    `-c${connections}`,
    `-d${seconds}s`,
    "--timeout",
    "10s",
    "-s",
    file,
    url,
  ]);
  const line = said.split("\n").find((text) => text.startsWith("{"));
  if (!line) throw new Error(`wrk of ${load.name} said nothing:\n${said}`);
  const { failures, seconds: took, ...result } = JSON.parse(line) as WrkSummary;
  if (failures > 0) throw new Error(`wrk of ${load.name}: ${failures} of ${result.requests} requests failed`);
  return { ...result, rate: result.requests / took };
}

function luaOf({ requests, headers, run: number }: WrkRun, customers: number): string {
  const ranges = rangesOf(customers);
  const makers = requests.map(({ method, path, type, body }) => {
    const all = { ...headers, ...(type ? { "content-type": type } : {}) };
    const sent = `{ ${Object.entries(all)
      .map(([key, value]) => `[${text(key)}] = ${text(value)}`)
      .join(", ")} }`;
    const content = body === undefined ? "nil" : expression(body);
    return `function(n, e, h, m) return wrk.format(${text(method)}, ${expression(path)}, ${sent}, ${content}) end`;
  });
  return `local makers = { ${makers.join(",\n  ")} }
local count = 0
math.randomseed(${number})
function request()
  count = count + 1
  local n = math.random(1, ${ranges.n})
  local e = 50 * math.random(0, ${ranges.e - 1}) + 7
  local h = 100 * math.random(0, ${ranges.h - 1}) + 1
  return makers[math.random(#makers)](n, e, h, string.format("%.0f", ${firstUnusedNumber(number)} + count))
end
function done(summary, latency)
  local errors = summary.errors
  local failures = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('{"requests":%d,"seconds":%f,"failures":%d,"p50":%f,"p99":%f,"bytes":%f}\\n',
    summary.requests, summary.duration / 1e6, failures, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    summary.bytes / math.max(1, summary.requests)))
end
`;
}

/** A text with its numbers, in Lua. */
function expression(template: string): string {
  return splitTemplate(template)
    .map((piece) => ("number" in piece ? piece.number : text(piece.text)))
    .join(" .. ");
}

/** A string in Lua; JSON escapes the characters of a request in the same way. */
const text = (value: string) => JSON.stringify(value);
