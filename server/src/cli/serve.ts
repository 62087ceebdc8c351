/**
 * `dossier serve`: the server itself, until a signal ends it. What it has to say to whoever started it stands on
 * standard output once it answers; its log goes to standard error.
 */
import { type Command, InvalidArgumentError } from "commander";
import { mostWorkers, readConfig } from "../config.ts";
import type { Demo } from "../demo.ts";
import { type Log, openLog } from "../log.ts";
import { type Serving, startService } from "../service/service.ts";
import { startPrimary } from "../service/cluster-primary.ts";
import { version } from "../version.ts";
import { print, say } from "./terminal.ts";

/** Adds `serve`. */
export function addServe(program: Command): void {
  program
    .command("serve")
    .description("start the server; with --demo, in a world to try things in")
    .option("--demo", "add two brands with invented customers, tickets and timelines, unless they are there")
    .option(
      "--workers <n>",
      "answer by so many processes on one port; else DOSSIER_WORKERS, else 1",
      readWorkers,
    )
    .addHelpText(
      "after",
      `
Every setting comes from the environment: see the table in the README, and \`dossier doctor\` for how they stand.

Examples:
  dossier serve
  DOSSIER_DATA_DIR=/var/lib/dossier PORT=9000 dossier serve
  dossier serve --demo
  dossier serve --workers 4`,
    )
    .action(async (wanted: ServeOptions) => {
      try {
        await serve(wanted);
      } catch (error) {
        say("\nDossier did not start.");
        throw error;
      }
    });
}

interface ServeOptions {
  demo?: boolean;
  workers?: number;
}

function readWorkers(text: string): number {
  if (/^[1-9][0-9]?$/.test(text) && Number(text) <= mostWorkers) return Number(text);
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${mostWorkers}.`);
}

/** What there is to stop: nothing before the start is over. */
interface Running {
  service?: Serving;
}

async function serve({ workers, ...wanted }: ServeOptions): Promise<void> {
  const begun = performance.now();
  const settings = readConfig();
  const config = { ...settings, workers: workers ?? settings.workers };
  const log = openLog(config.logLevel);
  const running: Running = {};
  stopOnSignals(running, log);
  running.service = await (config.workers > 1 ? startPrimary : startService)(config, log, wanted);
  print(banner(running.service, config.databaseUrl ? undefined : config.dataDir, performance.now() - begun));
}

function banner(service: Serving, dataDir: string | undefined, ms: number): string {
  const lines = [
    "",
    `  Dossier ${version} is ready (${(ms / 1000).toFixed(1)} s)`,
    "",
    `  API       ${service.url}/api/v2`,
    `  Docs      ${service.url}/docs`,
    `  Data      ${dataDir ?? "the PostgreSQL of DATABASE_URL"}`,
  ];
  if (service.demo) lines.push(...demoLines(service.demo, service.url));
  if (service.firstKey)
    lines.push(
      "",
      `  Your administrator key, shown this once: ${service.firstKey}`,
      "  Keep it: Dossier stores only its hash.",
    );
  return [...lines, ""].join("\n");
}

function demoLines({ brands, planted, misspelt }: Demo, url: string): string[] {
  const what = planted
    ? `added ${planted.customers} customers, ${planted.tickets} tickets with ${planted.messages} messages and notes, ${planted.events} events`
    : "was there already; nothing added";
  const command = `curl -s -H "apiKey: $API_KEY" "${url}/api/v2/customer?query=${encodeURIComponent(misspelt.query)}"`;
  return [
    `  Demo      ${brands.join(" and ")}: ${what}`,
    `            A misspelt name finds ${misspelt.finds}: ${command}`,
  ];
}

/** The first signal drains, a second one ends at once; so does one that comes before there is anything to drain. */
function stopOnSignals(running: Running, log: Log): void {
  let stopping = false;
  const stop = () => {
    const { service } = running;
    if (stopping || !service) process.exit(130); // the supervisor's exit handler ends its PostgreSQL
    stopping = true;
    log.info("stopping");
    setTimeout(() => process.exit(1), 10_000).unref();
    service.stop().then(
      () => end(log, 0),
      () => end(log, 1),
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

function end(log: Log, code: number): void {
  log.flush();
  process.exit(code);
}
