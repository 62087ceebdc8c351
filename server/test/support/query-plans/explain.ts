// The cost of a statement, counted rather than timed: rows read and discarded by every scan of a table, buffers
// touched, sequential scans of big tables. The statement is prepared and has a generic plan, as on any connection.
import pg from "pg";
import type { Statement } from "../../../src/db/database.ts";

const big = 5_000; // rows of a table that must not be scanned sequentially

export interface Cost {
  rows: number;
  /** how much a server before 18 may have rounded `rows` up */
  rounded: number;
  buffers: number;
  /** the plan's nodes with their indexes, each with its children in brackets */
  shape: string;
  scanned: string[];
  ms: number;
}

interface Plan {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  Strategy?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  "Rows Removed by Index Recheck"?: number;
  "Shared Hit Blocks": number;
  "Shared Read Blocks": number;
  Plans?: Plan[];
}

/**
 * Plans a statement now, as a connection does that uses it first while the tables are empty. PostgreSQL keeps the plan
 * until it has new statistics.
 */
export async function prepareNow(
  client: pg.ClientBase,
  { name, text }: Statement,
  values: readonly unknown[],
): Promise<void> {
  const written = values.map((value) => literal(value));
  await client.query(`PREPARE ${name} AS ${text}`);
  await client.query(`EXPLAIN EXECUTE ${name}${written.length > 0 ? ` (${written.join(", ")})` : ""}`);
}

/** Runs a statement that is prepared already, with the plan that it has. */
export async function explainPrepared(
  client: pg.ClientBase,
  { name }: Statement,
  values: readonly unknown[],
): Promise<Cost> {
  const written = values.map((value) => literal(value));
  await client.query("SAVEPOINT hot");
  try {
    const answer = await client.query<{ "QUERY PLAN": [{ Plan: Plan; "Execution Time": number }] }>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE ${name}${written.length > 0 ? ` (${written.join(", ")})` : ""}`,
    );
    const [said] = answer.rows[0]?.["QUERY PLAN"] ?? [];
    if (!said) throw new Error("EXPLAIN said nothing");
    return { ...(await costOf(client, said.Plan)), ms: said["Execution Time"] };
  } finally {
    await client.query("ROLLBACK TO hot");
  }
}

/** Runs a statement in a transaction, prepared and with its generic plan, and rolls it back. */
export async function explain(
  client: pg.ClientBase,
  { text }: Statement,
  values: readonly unknown[],
): Promise<Cost> {
  await client.query(`SAVEPOINT hot; PREPARE hot AS ${text}`);
  try {
    const written = values.map((value) => literal(value));
    const answer = await client.query<{ "QUERY PLAN": [{ Plan: Plan; "Execution Time": number }] }>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE hot${written.length > 0 ? ` (${written.join(", ")})` : ""}`,
    );
    const [said] = answer.rows[0]?.["QUERY PLAN"] ?? [];
    if (!said) throw new Error("EXPLAIN said nothing");
    const plans = await client.query<{ generic_plans: number; custom_plans: number }>(
      "SELECT generic_plans::int, custom_plans::int FROM pg_prepared_statements WHERE name = 'hot'",
    );
    const { generic_plans, custom_plans } = plans.rows[0] ?? {};
    if (generic_plans !== 1 || custom_plans !== 0) throw new Error("this is not the generic plan");
    return { ...(await costOf(client, said.Plan)), ms: said["Execution Time"] };
  } finally {
    await client.query("ROLLBACK TO hot; DEALLOCATE hot");
  }
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  if (value instanceof Date) return pg.escapeLiteral(value.toISOString());
  if (Buffer.isBuffer(value)) return `'\\x${value.toString("hex")}'`;
  if (!Array.isArray(value)) return pg.escapeLiteral(`${value as string | number}`);
  return pg.escapeLiteral(`{${value.map(element).join(",")}}`);
}

function element(value: unknown): string {
  if (value instanceof Date) return `"${value.toISOString()}"`;
  if (typeof value !== "string") return value === null ? "NULL" : Number(value).toString();
  return `"${value.replace(/["\\]/g, "\\$&")}"`;
}

/**
 * Rows returned and rows discarded by every scan of a table, over all its loops. Before version 18 PostgreSQL rounds
 * the average over the loops of a scan; `rounded` is the most that this may add.
 */
async function costOf(client: pg.ClientBase, plan: Plan): Promise<Omit<Cost, "ms">> {
  const nodes = [...walk(plan)];
  const scans = nodes.filter(
    (node) => node["Node Type"].endsWith(" Scan") && node["Relation Name"] !== undefined,
  );
  const rowsOf = (node: Plan) =>
    (node["Actual Rows"] +
      (node["Rows Removed by Filter"] ?? 0) +
      (node["Rows Removed by Index Recheck"] ?? 0)) *
    node["Actual Loops"];
  const tables = scans
    .filter((node) => node["Node Type"] === "Seq Scan")
    .map((node) => node["Relation Name"]);
  const shown = await client.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::int AS version",
  );
  const old = (shown.rows[0]?.version ?? 0) < 180_000;
  const rounded = old ? scans.reduce((sum, node) => sum + Math.floor(node["Actual Loops"] / 2), 0) : 0;
  const { rows } = await client.query<{ relname: string }>(
    "SELECT relname FROM pg_class WHERE relname = ANY ($1) AND reltuples > $2",
    [tables, big],
  );
  return {
    rows: Math.round(scans.reduce((sum, node) => sum + rowsOf(node), 0)),
    rounded,
    buffers: buffersOf(plan),
    shape: shapeOf(plan),
    scanned: rows.map((row) => row.relname),
  };
}

/**
 * A write beside the statement's own result (WITH … INSERT) runs after its end, and is not included in it. The buffers
 * of a WITH are reported twice, in itself and in the node that reads it.
 */
function buffersOf({ "Node Type": node, Plans = [], ...plan }: Plan): number {
  if (node === "CTE Scan") return 0;
  const { "Shared Hit Blocks": hit, "Shared Read Blocks": read } = plan;
  return Math.max(
    hit + read,
    Plans.reduce((sum, inner) => sum + buffersOf(inner), 0),
  );
}

function shapeOf({ "Node Type": node, "Index Name": index, Strategy: strategy, Plans = [] }: Plan): string {
  const type = strategy === undefined || strategy === "Plain" ? node : `${strategy} ${node}`;
  const below = Plans.length > 0 ? ` (${Plans.map(shapeOf).join(", ")})` : "";
  return `${type}${index === undefined ? "" : ` ${index}`}${below}`;
}

function* walk(plan: Plan): Generator<Plan> {
  yield plan;
  for (const inner of plan.Plans ?? []) yield* walk(inner);
}
