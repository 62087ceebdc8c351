/** Results as stored in results.json, and statistics over several rounds. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import type { Memory, DiskUsage } from "./resource-usage.ts";
import { run } from "./servers/processes.ts";
import type { WrkResult } from "./wrk.ts";

/** Result of pgbench: transactions a second, and PostgreSQL's processor time for each, in milliseconds. */
export interface Limit {
  rate: number;
  postgres: number;
}

/** Result of Dossier; processor times are for each request, in milliseconds. */
export interface Http extends WrkResult {
  dossier: number;
  postgres: number;
}

/** What one request touches in the database, on average over the requests of a workload. */
export interface Touched {
  statements: number;
  /** read and discarded */
  rows: number;
  /** pages accessed, cached or not */
  buffers: number;
}

/** One workload in one world; the lists have an entry for each round. */
export interface Measured {
  name: string;
  title: string;
  touched?: Touched;
  /** of pgbench with Dossier's statements, 16 clients */
  limit: Limit[];
  /** over HTTP, by the number of connections */
  http: Record<string, Http[]>;
  /** why there are no more rounds of it */
  failure?: string;
}

/** One world. */
export interface SizeResult {
  customers: number;
  loadSeconds: number;
  measuredAt: string;
  options: { seconds: number; rounds: number; concurrency: number[] };
  /** whether PostgreSQL's buffers were in huge pages: `on` or `off` */
  hugePages: string;
  /** of the machine, over a minute, before each round */
  load: number[];
  work: Measured[];
  /** of pgbench's three bare rows, 16 clients */
  bare: Limit[];
  purgeSeconds: number[];
  /** bytes of log for a create, by round */
  logOfCreate: number[];
  memory: Memory;
  room: DiskUsage[];
}

export interface Results {
  machine: string;
  versions: string;
  sizes: Record<string, SizeResult>;
}

const file = join(process.cwd(), "bench", "results.json");

/** The results of earlier runs; empty if they are from another machine or other versions. */
export async function readResults(postgres: string): Promise<Results> {
  const fresh = { machine: machine(), versions: await versions(postgres), sizes: {} };
  if (!existsSync(file)) return fresh;
  const kept = JSON.parse(readFileSync(file, "utf8")) as Results;
  return kept.machine === fresh.machine && kept.versions === fresh.versions ? kept : fresh;
}

export function writeResults(results: Results): void {
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}

function machine(): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${first?.model.trim() ?? "unknown"}, ${memory} GiB, kernel ${release()}`;
}

async function versions(postgres: string): Promise<string> {
  const said = await run("sh", ["-c", "wrk -v | head -1; pgbench --version"]);
  const tools = `wrk ${/wrk.*?([\d.]+)/.exec(said)?.[1]}, pgbench ${/pgbench.*?([\d.]+)/.exec(said)?.[1]}`;
  return `PostgreSQL ${postgres}, Node ${process.versions.node}, ${tools}`;
}

/** The median of some numbers, or of an even count the lower of the middle two. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)] ?? NaN;
}

/** The median with its range: `0.42 [0.40..0.44]`. */
export function spread(numbers: readonly number[], digits = 2): string {
  if (numbers.length === 0) return "–";
  const show = (number: number) => number.toFixed(digits);
  const middle = show(median(numbers));
  return numbers.length === 1
    ? middle
    : `${middle} [${show(Math.min(...numbers))}..${show(Math.max(...numbers))}]`;
}
