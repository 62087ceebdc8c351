/** pgbench: the limit, which is Dossier's own statements without Dossier. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Cluster, processorTimeOf } from "./servers/cluster.ts";
import { firstFresh, rangesOf } from "./substitute.ts";
import { run } from "./servers/processes.ts";
import type { Limit } from "./results.ts";
import type { Script } from "./script.ts";

/** What Dossier's sessions are opened with. */
const options =
  "-c plan_cache_mode=force_generic_plan -c random_page_cost=1.1 -c jit=off -c timezone=UTC -c lock_timeout=1500";

export interface PgbenchRun {
  name: string;
  /** one of them is taken at random each time */
  scripts: readonly Script[];
  clients: number;
  seconds: number;
  /** a number of this run alone, for what must be unique */
  run: number;
}

/** What it did; throws when any transaction failed. */
export async function runPgbench(
  { cluster, customers, folder }: { cluster: Cluster; customers: number; folder: string },
  { name, scripts, clients, seconds, run: number }: PgbenchRun,
): Promise<Limit> {
  const files = scripts.flatMap(({ text }, at) => {
    const file = join(folder, `${name}-${at}.sql`);
    writeFileSync(file, text);
    return ["-f", file];
  });
  const ranges = rangesOf(customers);
  const variables: Record<string, string> = {
    ranges_n: String(ranges.n),
    ranges_e: String(ranges.e),
    ranges_h: String(ranges.h),
    count: "0",
    fresh: String(firstFresh(number)),
    ...Object.fromEntries(scripts.flatMap(({ constants }) => Object.entries(constants))),
  };
  const running = run(
    "pgbench",
    [
      "-n",
      "-Mprepared",
      "-P1",
      `-c${clients}`,
      `-j${Math.min(clients, 2)}`,
      `-T${warming + seconds}`,
      ...files,
      ...Object.entries(variables).flatMap(([key, value]) => ["-D", `${key}=${value}`]),
    ],
    { ...process.env, ...cluster.variables("run"), PGOPTIONS: options },
  );
  const [told, begun] = await Promise.all([running, snapshotAfter(warming, cluster)]);
  const failed = Number(/number of failed transactions: (\d+)/.exec(told)?.[1] ?? 0);
  const rate = rateOf(told);
  if (!(rate > 0) || failed > 0) throw new Error(`pgbench of ${name} failed:\n${told}`);
  const took = (performance.now() - begun.at) / 1000;
  await wait(settling); // until the sessions have ended, and their time is their parent's
  return { rate, postgres: (1000 * (processorTimeOf(cluster.pid) - begun.time)) / (rate * took) };
}

/** What PostgreSQL has used by then: sessions that have only begun use theirs to learn tables and to plan. */
async function snapshotAfter(seconds: number, cluster: Cluster) {
  await wait(seconds * 1000);
  return { at: performance.now(), time: processorTimeOf(cluster.pid) };
}

const settling = 300; // milliseconds
const warming = 2; // seconds: each client prepares each statement of each script when it first comes to it

/** The mean of what it told of each second after those; of all of them where the machine was too busy to tell. */
function rateOf(told: string): number {
  let [before, seconds, transactions] = [0, 0, 0];
  for (const [, time, rate] of told.matchAll(/^progress: ([\d.]+) s, ([\d.]+) tps/gm)) {
    const took = Number(time) - before;
    if (before >= 0.9 * warming) {
      seconds += took;
      transactions += took * Number(rate);
    }
    before = Number(time);
  }
  return transactions > 0 ? transactions / seconds : Number(/^tps = ([\d.]+)/m.exec(told)?.[1]);
}

/** The least that a create can be: a customer and two channels, nothing else, in tables with their promises only. */
export const bareTables = `CREATE TABLE bare_customer (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, brand_id bigint NOT NULL,
    primary_id text NOT NULL, firstname text NOT NULL, lastname text NOT NULL, created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (brand_id, primary_id));
  CREATE TABLE bare_channel (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint NOT NULL,
    type_id bigint NOT NULL, address text NOT NULL, UNIQUE (type_id, address))`;

/** Three rows in one durable statement. */
export const bareCreate: Script = {
  constants: {},
  text: `\\set count :count + 1
\\set m :fresh + 1000000 * :client_id + :count
WITH made AS (INSERT INTO bare_customer (brand_id, primary_id, firstname, lastname)
    VALUES (1, 'N-' || :m::text, 'Anna', 'Lang') RETURNING id)
  INSERT INTO bare_channel (customer_id, type_id, address)
    SELECT id, 1, 'n' || :m::text || '@mail7.example.org' FROM made UNION ALL SELECT id, 2, '+49' || :m::text FROM made;
`,
};
