/** The tables in README.md, generated from the results. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Limit, median, type Measured, type Results, type SizeResult, spread } from "./results.ts";

const readme = join(process.cwd(), "bench", "README.md");

/** Replaces the text between the markers of a name in README.md. */
export function writeSection(name: string, text: string): void {
  const [begin, end] = [`<!-- ${name}: written by the benchmark -->`, `<!-- end of ${name} -->`];
  const page = readFileSync(readme, "utf8");
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`bench/README.md has no place for ${name}`);
  writeFileSync(readme, `${page.slice(0, from)}${begin}\n\n${text}\n\n${page.slice(to)}`);
}

/** All tables, as Markdown. */
export function tablesOf(results: Results): string {
  const sizes = Object.entries(results.sizes).toSorted(([, a], [, b]) => a.customers - b.customers);
  const runs = sizes.map(
    ([name, { options, load, measuredAt, hugePages }]) =>
      `- ${name}: \`npm run bench -- --sizes ${name} --seconds ${options.seconds} --rounds ${options.rounds} --concurrency ${options.concurrency.join()}\`, ${measuredAt.slice(0, 10)}; huge pages ${hugePages}, load of the machine before each round ${load.join(", ")}`,
  );
  return [
    `Measured on ${results.machine}. ${results.versions}.`,
    runs.join("\n"),
    ...sizes.map(([name, size]) => `### ${name}: HTTP ÷ pgbench\n\n${ratioTable(size)}`),
    ...sizes.map(([name, size]) => `### ${name}: processor time\n\n${processorTable(size)}`),
    `### The limits\n\n${limitTable(sizes)}`,
    `### How cost grows\n\n${growthTable(sizes)}`,
    `### What one request touches: statements / rows / pages\n\n${touchedTable(sizes)}`,
    `### Memory, log, loading, purge\n\n${costTable(sizes)}`,
    `### Room on disk, bytes for each customer\n\n${roomTable(sizes)}`,
  ].join("\n\n");
}

type Named = [name: string, size: SizeResult];

/** Markdown, with columns as wide as they need. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(3, ...all.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, at) => (row[at] ?? "").padEnd(width)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}

/** One number divided by another, round by round. */
function ratios(over: readonly number[], under: readonly number[]): number[] {
  return over.flatMap((number, round) => (under[round] ? [number / under[round]] : []));
}

const ofAll = (limits: readonly Limit[]) => limits.map(({ rate }) => rate);
const rates = ({ http }: Measured, connections: number) => (http[connections] ?? []).map(({ rate }) => rate);

function ratioTable({ work, options }: SizeResult): string {
  const head = ["work", ...options.concurrency.map((connections) => `${connections} at a time`)];
  const rows = work.map((one) => [
    one.title,
    ...(one.failure
      ? [`failed: ${one.failure.split("\n")[0]}`]
      : options.concurrency.map((connections) => spread(ratios(rates(one, connections), ofAll(one.limit))))),
  ]);
  return table(head, rows);
}

/** For each request, which other load on the machine affects less than the rate per second. */
function processorTable({ work, options }: SizeResult): string {
  const most = Math.max(...options.concurrency);
  const head = ["work", "Dossier, ms", "PostgreSQL, ms", "PostgreSQL under pgbench, ms", "pgbench's ÷ both"];
  const rows = work.map((one) => {
    const found = one.http[most] ?? [];
    const both = found.map(({ dossier, postgres }) => dossier + postgres);
    const limits = one.limit.map(({ postgres }) => postgres);
    return [
      one.title,
      ...[found.map(({ dossier }) => dossier), found.map(({ postgres }) => postgres), limits].map((times) =>
        spread(times, 2),
      ),
      spread(ratios(limits, both)),
    ];
  });
  return `At ${most} connections.\n\n${table(head, rows)}`;
}

/** At the number of connections with the highest HTTP rate. */
function best(one: Measured | undefined, under: readonly Limit[] | undefined): string {
  if (!one || !under) return "–";
  const all = Object.keys(one.http).map((connections) =>
    ratios(rates(one, Number(connections)), ofAll(under)),
  );
  return spread(all.toSorted((a, b) => median(b) - median(a))[0] ?? []);
}

const find = ({ work }: SizeResult, name: string) => work.find((one) => one.name === name);

function limitTable(sizes: readonly Named[]): string {
  const rows: [string, (size: SizeResult) => string][] = [
    ["get by id ÷ pgbench with our statement", (size) => best(find(size, "get"), find(size, "get")?.limit)],
    [
      "create ÷ pgbench with our statements",
      (size) => best(find(size, "create"), find(size, "create")?.limit),
    ],
    ["create ÷ pgbench with three bare rows", (size) => best(find(size, "create"), size.bare)],
    [
      "pgbench with our statements ÷ with three bare rows",
      (size) => spread(ratios(ofAll(find(size, "create")?.limit ?? []), ofAll(size.bare))),
    ],
  ];
  const head = ["best of all connections ÷ 16 clients", ...sizes.map(([name]) => name)];
  return table(
    head,
    rows.map(([what, of]) => [what, ...sizes.map(([, size]) => of(size))]),
  );
}

function growthTable(sizes: readonly Named[]): string {
  const [smallest] = sizes;
  const biggest = sizes.at(-1);
  if (!smallest || !biggest) return "";
  const most = Math.max(...smallest[1].options.concurrency);
  const times = (size: SizeResult, name: string, which: "p50" | "p99") =>
    (size.work.find((one) => one.name === name)?.http[most] ?? []).map((found) => found[which]);
  const head = [
    "work",
    ...sizes.map(([name]) => `${name} p50 / p99 ms`),
    `p99 ${biggest[0]} ÷ ${smallest[0]}`,
  ];
  const rows = smallest[1].work.map(({ name, title }) => [
    title,
    ...sizes.map(([, size]) => {
      const [p50, p99] = [median(times(size, name, "p50")), median(times(size, name, "p99"))];
      return Number.isNaN(p50) ? "–" : `${p50.toFixed(1)} / ${p99.toFixed(1)}`;
    }),
    spread(
      [median(times(biggest[1], name, "p99")) / median(times(smallest[1], name, "p99"))].filter(
        Number.isFinite,
      ),
    ),
  ]);
  return `At ${most} connections.\n\n${table(head, rows)}`;
}

function touchedTable(sizes: readonly Named[]): string {
  const rows = (sizes[0]?.[1].work ?? []).map(({ name, title }) => [
    title,
    ...sizes.map(([, size]) => {
      const touched = find(size, name)?.touched;
      return touched
        ? [touched.statements, touched.rows, touched.buffers].map((n) => Math.round(n)).join(" / ")
        : "–";
    }),
  ]);
  return table(["work", ...sizes.map(([name]) => name)], rows);
}

const megabytes = (bytes: number) => (bytes > 0 ? `${Math.round(bytes / 2 ** 20)}` : "–");

function costTable(sizes: readonly Named[]): string {
  const rows: [string, (size: SizeResult) => string][] = [
    ["Dossier in memory at the end, MiB", ({ memory }) => megabytes(memory.dossier)],
    ["PostgreSQL in memory at the end, shared pages once, MiB", ({ memory }) => megabytes(memory.postgres)],
    ["bytes of log for a create", ({ logOfCreate }) => spread(logOfCreate, 0)],
    ["purge of 100,000 events, s", ({ purgeSeconds }) => spread(purgeSeconds, 1)],
    ["loading the world, s", ({ loadSeconds }) => String(loadSeconds)],
  ];
  return table(
    ["", ...sizes.map(([name]) => name)],
    rows.map(([what, of]) => [what, ...sizes.map(([, size]) => of(size))]),
  );
}

const roomOf = ({ room }: SizeResult, table: string, index: string | undefined) =>
  room.find((one) => one.table === table && one.index === index)?.bytesPerCustomer ?? 0;

function roomTable(sizes: readonly Named[]): string {
  const biggest = (sizes.at(-1)?.[1].room ?? []).filter(({ bytesPerCustomer }) => bytesPerCustomer >= 10);
  const rows = biggest.map(({ table, index }) => [
    index ? `index ${index}` : table,
    ...sizes.map(([, size]) => String(roomOf(size, table, index))),
  ]);
  const total = [
    "all",
    ...sizes.map(([, { room }]) => String(room.reduce((sum, one) => sum + one.bytesPerCustomer, 0))),
  ];
  return table(["table, or index, from 10 on", ...sizes.map(([name]) => name)], [...rows, total]);
}
