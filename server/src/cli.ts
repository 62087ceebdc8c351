/** The command line: the only place that writes to the terminal and that ends the process. */
import { openapi } from "@dossier/api";
import { Command } from "commander";
import { ConfigRefusal, readConfig } from "./config.ts";
import { openDatabase } from "./db/database.ts";
import { EmbeddedRefusal } from "./db/embedded.ts";
import { DatabaseRefusal, migrate } from "./db/migrate.ts";
import type { Demo } from "./demo.ts";
import { type Log, openLog } from "./log.ts";
import { type RunningService, startService } from "./service.ts";
import { version } from "./version.ts";

const program = new Command("dossier")
  .description("The open customer directory and timeline for service desks")
  .version(version)
  .showHelpAfterError();

program
  .command("serve", { isDefault: true })
  .description("start the server; with --demo, in a world to try things in")
  .option("--demo", "add two brands with invented customers, tickets and timelines, unless they are there")
  .action(serve);
program
  .command("migrate")
  .description("bring the database at DATABASE_URL to this release's schema")
  .action(migrateOnly);
program
  .command("openapi")
  .description("print the OpenAPI document")
  .action(() => print(JSON.stringify(openapi(version), null, 2)));

/** What there is to stop: nothing before the start is over. */
interface Running {
  service?: RunningService;
}

async function serve(wanted: { demo?: boolean }): Promise<void> {
  const begun = performance.now();
  const config = readConfig();
  const log = openLog(config.logLevel);
  const running: Running = {};
  stopOnSignals(running, log);
  running.service = await startService(config, log, wanted);
  print(banner(running.service, config.databaseUrl ? undefined : config.dataDir, performance.now() - begun));
}

function banner(service: RunningService, dataDir: string | undefined, ms: number): string {
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

async function migrateOnly(): Promise<void> {
  const { databaseUrl } = readConfig();
  if (!databaseUrl)
    throw new ConfigRefusal(["migrate needs DATABASE_URL; the embedded database is migrated by every start"]);
  const db = openDatabase({ connectionString: databaseUrl }, 1);
  try {
    const applied = await migrate(db.pool);
    print(applied.length > 0 ? `Applied ${applied.join(", ")}.` : "The database is up to date.");
  } finally {
    await db.close();
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What keeps a database from being used at all, by Node's or PostgreSQL's code. */
const databaseTroubles: Record<string, string> = {
  ECONNREFUSED: "does not answer: is it running, and are host and port right?",
  ENOTFOUND: "cannot be found: its host has no address",
  ENOENT: "cannot be found: there is no socket in that folder",
  ETIMEDOUT: "does not answer in time",
  "28P01": "refuses the password",
  "28000": "refuses this user",
  "3D000": "has no database of that name: create it with ENCODING 'UTF8' TEMPLATE template0",
  "42501":
    "gives this user too few rights: it must own the database, or may create tables and the extension pg_trgm",
  "0A000": "lacks the extension pg_trgm: install its contrib package",
  "58P01": "lacks the extension pg_trgm: install its contrib package",
};

function explain(error: unknown): string {
  if (error instanceof ConfigRefusal || error instanceof EmbeddedRefusal || error instanceof DatabaseRefusal)
    return error.message;
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (code !== undefined && code in databaseTroubles)
    return `The PostgreSQL of DATABASE_URL ${databaseTroubles[code]} (${code}).`;
  if (code === "EADDRINUSE")
    return "The port is in use already. Choose another with PORT, or 0 for any free one.";
  if (code === "EACCES") return "This port may not be opened by this user. Choose one above 1023 with PORT.";
  return stack ?? message;
}

process.stdout.on("error", () => process.exit(0)); // whoever was reading has seen enough
program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`\nDossier did not start.\n${explain(error)}\n\n`);
  process.exit(1);
});
