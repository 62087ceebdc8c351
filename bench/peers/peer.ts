/** Peers: other servers that store customers, installed and started for a comparison on the same PostgreSQL. */
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type pg from "pg";
import type { Cluster } from "../servers/cluster.ts";
import { copy } from "../world/load.ts";
import { type Cell, channelsOf } from "../world/tables.ts";
import { cache } from "../world/prepare.ts";
import { run } from "../servers/processes.ts";
import type { Progress } from "../progress.ts";
import { person, type World } from "../world/world.ts";
import type { Workload } from "../workloads.ts";

/** A running target of the comparison. */
export interface Running {
  name: string;
  url: string;
  headers: Record<string, string>;
  /** the same workloads by name, in the form of this server */
  workloads: Workload[];
  stop(): Promise<void>;
}

/** What a peer is started on; it creates a database with its own name. */
export interface PeerContext {
  cluster: Cluster;
  world: World;
  progress: Progress;
}

/** The folder of an installed package. */
export const folderOf = (name: string) => join(cache, "peers", name);

/** Installs a package at exactly this version, unless it is there. */
export async function install(name: string, version: string, options: readonly string[] = []): Promise<void> {
  const folder = folderOf(name);
  const manifest = join(folder, "node_modules", name, "package.json");
  const done = join(folder, "installed");
  if (existsSync(done) && existsSync(manifest)) {
    const there = JSON.parse(readFileSync(manifest, "utf8")) as { version?: string };
    if (there.version === version) return;
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: `peer-${name}`, private: true }));
  // This repository's .npmrc forbids what a peer needs: building its native parts, and a Node it was not released for.
  const lenient = ["--ignore-scripts=false", "--engine-strict=false"];
  const quiet = ["--save-exact", "--no-audit", "--no-fund"];
  const args = ["install", "--prefix", folder, ...quiet, ...lenient, ...options];
  await run("npm", [...args, `${name}@${version}`]);
  writeFileSync(done, "");
}

/** Waits until a server answers a path with success; throws if it ends before. */
export async function waitUntilReady(url: string, child: ChildProcess, log: () => string): Promise<void> {
  for (const deadline = Date.now() + 120_000; Date.now() < deadline; await wait(200)) {
    if (child.exitCode !== null) break;
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Error(`${url} does not answer:\n${log().slice(-4000)}`);
}

/** A request with a JSON body to a server during its setup; throws unless it succeeds. */
export async function set(url: string, headers: Record<string, string>, body: unknown): Promise<void> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
}

/** Copies the customers and channels of the world into two tables, given the form of their rows. */
export async function seed(
  client: pg.Client,
  world: World,
  customers: { table: string; columns: string; row(at: number): Cell[] },
  channels: {
    table: string;
    columns: string;
    row(at: number, type: string, value: string, id: number): Cell[];
  },
): Promise<void> {
  const numbers = Array.from({ length: world.customers }, (_, at) => at + 1);
  let id = 0;
  await copy(client, customers.table, customers.columns, numbers.map(customers.row));
  const rows = numbers.flatMap((at) =>
    channelsOf(person(world, at)).map(({ name, address }) => channels.row(at, name, address, (id += 1))),
  );
  await copy(client, channels.table, channels.columns, rows);
}

/** Encodes a path, but not the placeholders of numbers. */
export const encode = (text: string) => encodeURIComponent(text).replaceAll(/%7B([nehm])%7D/g, "{$1}");
