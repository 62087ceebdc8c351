/** Worlds on disk: each in a folder of its own below .cache/bench, kept between runs, loaded again when outdated. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "../../server/src/db/pool.ts";
import { schemaFingerprint, migrate } from "../../server/src/db/migrate.ts";
import { checkWorld } from "./check.ts";
import { type Cluster, remakeDatabase, startCluster } from "../servers/cluster.ts";
import { load } from "./load.ts";
import { tables } from "./tables.ts";
import type { Progress } from "../progress.ts";
import { person, type World } from "./world.ts";

/** A loaded world, and the PostgreSQL that holds it in its database `world`. */
export interface Prepared {
  name: string;
  world: World;
  cluster: Cluster;
  loadSeconds: number;
}

interface PreparedInfo {
  stamp: string;
  loadSeconds: number;
}

/** The folder of everything. */
export const cache = join(process.cwd(), ".cache", "bench");

/** A size as the command line names it: `10k`, `1M`, `5000`. */
export function sizeOf(name: string): number {
  const [, digits, unit = ""] = /^([1-9]\d*)([kM]?)$/.exec(name) ?? [];
  const size = Number(digits) * { "": 1, k: 1000, M: 1_000_000 }[unit as "" | "k" | "M"];
  if (!(size >= 5000)) throw new Error(`${name} is no size: use 10k, 100k, 1M or a number from 5000`);
  return size;
}

/** Starts the PostgreSQL of a world, and first loads the world if it is missing. */
export async function prepare(
  name: string,
  progress: Progress,
  options: { tcp?: boolean } = {},
): Promise<Prepared> {
  const world = { seed: 42, customers: sizeOf(name) };
  const folder = join(cache, name);
  const file = join(folder, "world.json");
  const stamp = stampOf(world);
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as PreparedInfo) : undefined;
  if (kept && kept.stamp !== stamp) {
    progress.say(`${name}: the world that is kept is outdated`);
    rmSync(folder, { recursive: true });
  }
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  progress.at(`${name}: starting PostgreSQL`);
  const cluster = await startCluster(folder, options);
  try {
    if (kept?.stamp === stamp) return { name, world, cluster, loadSeconds: kept.loadSeconds };
    const begun = performance.now();
    await fill(cluster, world, progress);
    const loadSeconds = Math.round((performance.now() - begun) / 1000);
    progress.at(`${name}: comparing with what the server writes`);
    progress.say(`${name}: loaded in ${loadSeconds} s; ${await checkWorld(cluster, world)}`);
    writeFileSync(file, JSON.stringify({ stamp, loadSeconds } satisfies PreparedInfo));
    return { name, world, cluster, loadSeconds };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function fill(cluster: Cluster, world: World, progress: Progress): Promise<void> {
  await remakeDatabase(cluster, "world");
  const db = openDatabase(cluster.at("world"), 1);
  try {
    await migrate(db.pool);
  } finally {
    await db.close();
  }
  await cluster.use("world", (client) => load(client, world, progress));
}

/** Identifies a world: the schema, and what the generator makes of the first thousand customers. */
function stampOf(world: World): string {
  const hash = createHash("sha256").update(schemaFingerprint());
  for (let at = 1; at <= 1000; at += 1)
    for (const pass of tables) hash.update(JSON.stringify([...pass.rows(world, person(world, at))]));
  return hash.digest("hex");
}
