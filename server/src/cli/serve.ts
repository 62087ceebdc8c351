/**
 * `dossier serve`: runs the server until a signal. Once the server accepts requests, its addresses go to stdout; the
 * log goes to stderr.
 */
import { existsSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import { type Config, maxWorkers, readConfig } from "../config.ts";
import type { Demo } from "../demo.ts";
import { type Log, openLog } from "../log.ts";
import { InFlight } from "../metrics/in-flight.ts";
import { adminKeyPath } from "../service/admin-key-file.ts";
import { type RunningServer, startService } from "../service/service.ts";
import { startPrimary } from "../service/cluster-primary.ts";
import { startWatchdog } from "../service/watchdog.ts";
import { version } from "../version.ts";
import { shownPath, StartProgress } from "./start-progress.ts";
import { type StopSignal, StopSignals } from "./stop-signals.ts";
import { printResult, printMessage } from "./terminal.ts";

/** Adds `serve`. */
export function addServe(program: Command): void {
  program
    .command("serve")
    .description("start the server; with --demo, in a world to try things in")
    .option("--demo", "add two brands with invented customers, tickets and timelines, unless they are there")
    .option(
      "--workers <n>",
      "answer by so many processes on one port; else DOSSIER_WORKERS, else 1",
      parseWorkers,
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
        printMessage("\nDossier did not start.");
        throw error;
      }
    });
}

interface ServeOptions {
  demo?: boolean;
  workers?: number;
}

function parseWorkers(text: string): number {
  if (/^[1-9][0-9]?$/.test(text) && Number(text) <= maxWorkers) return Number(text);
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${maxWorkers}.`);
}

/** The service to stop, once it has started; a signal during the start stops it then. */
interface Running {
  service?: RunningServer;
  isStopping: boolean;
}

async function serve({ workers, ...options }: ServeOptions): Promise<void> {
  const startedAt = performance.now();
  const settings = readConfig(undefined, undefined, process.stderr.isTTY);
  const config = { ...settings, workers: workers ?? settings.workers };
  const progress = new StartProgress(config);
  const log = openLog(config.logLevel, process.stderr.isTTY, progress.logStream);
  const details = log.child({});
  if (!config.logRequests) details.level = "warn"; // for people, the progress says the same
  const running: Running = { isStopping: false };
  const inFlight = new InFlight();
  stopOnSignals(running, config, log);
  startWatchdog(inFlight, log, process.stderr.isTTY);
  const start = config.workers > 1 ? startPrimary : startService;
  const { runStep } = progress;
  running.service = await start(config, log, { ...options, inFlight, runStep, details }).catch(
    (err: unknown) => {
      if (!running.isStopping) throw err;
      // A child process that was being forked may get the terminal's signal too.
      log.warn({ err }, "the start was interrupted");
      return end(log, 130);
    },
  );
  details.level = log.level;
  printResult(banner(running.service, config, performance.now() - startedAt));
  // After the banner: an administrator key is shown only once.
  if (running.isStopping) await stopService(running.service, config, log);
}

function banner(service: RunningServer, { databaseUrl, dataDir }: Config, ms: number): string {
  const lines = [
    "",
    `  Dossier ${version} is ready (${(ms / 1000).toFixed(1)} s)`,
    "",
    `  Open      ${service.url}`,
    `  API       ${service.url}/api/v2`,
    `  Docs      ${service.url}/docs`,
    `  Data      ${databaseUrl ? "the PostgreSQL of DATABASE_URL" : dataDir}`,
  ];
  if (service.demo) lines.push(...demoLines(service.demo, service.url));
  return [
    ...lines,
    ...linkLines(service.startLink),
    ...keyLines(service.firstKey, databaseUrl ? undefined : dataDir),
    "",
  ].join("\n");
}

/** At the first start, the way in for a browser. */
function linkLines(startLink: string | undefined): string[] {
  if (startLink === undefined) return [];
  return [
    "",
    `  Sign in   ${startLink}`,
    "            in your browser, once, within the hour; for another link: dossier start-link",
  ];
}

/** The administrator key, at the first start; later, where its file is, while there is one. */
function keyLines(firstKey: string | undefined, dataDir: string | undefined): string[] {
  const file =
    dataDir === undefined || !existsSync(adminKeyPath(dataDir)) ? undefined : adminKeyPath(dataDir);
  if (firstKey === undefined)
    return file === undefined ? [] : [`  Key       ${shownPath(file)}; \`dossier key forget\` deletes it`];
  if (file === undefined)
    return [
      "",
      `  Your administrator key, shown this once: ${firstKey}`,
      "  Keep it: Dossier stores only its hash.",
    ];
  return [
    "",
    `  Your administrator key: ${firstKey}`,
    `  It is also in ${shownPath(file)}, which only this account can read.`,
    "  The first session opened with it, or `dossier key forget`, deletes that file: keep the key elsewhere.",
  ];
}

function demoLines({ brands, added, misspelt }: Demo, url: string): string[] {
  const what = added
    ? `added ${added.customers} customers, ${added.tickets} tickets with ${added.messages} messages and notes, ${added.events} events`
    : "was there already; nothing added";
  const command = `curl -s -H "apiKey: $API_KEY" "${url}/api/v2/customer?query=${encodeURIComponent(misspelt.query)}"`;
  return [
    `  Demo      ${brands.join(" and ")}: ${what}`,
    `            A misspelt name finds ${misspelt.finds}: ${command}`,
  ];
}

/** How long a stop may take in all, beside the stop notice, in milliseconds. */
const stopTimeoutMs = 20_000;

/** A signal stops the server in order; a repeated one ends the process at once (stop-signals.ts). */
function stopOnSignals(running: Running, config: Config, log: Log): void {
  const signals = new StopSignals();
  const receive = (signal: StopSignal) => {
    const action = signals.receive(signal);
    if (action === "ignore") return;
    if (action === "end") {
      log.warn({ signal }, "ending at once: requests in flight are lost");
      end(log, 130); // the supervisor's exit handler ends its PostgreSQL
    }
    running.isStopping = true;
    log.info({ signal }, running.service ? "stopping" : "stopping as soon as the start is done");
    if (running.service) void stopService(running.service, config, log);
  };
  process.on("SIGTERM", receive);
  process.on("SIGINT", receive);
}

async function stopService(service: RunningServer, { stopNotice }: Config, log: Log): Promise<void> {
  const tooLong = () => {
    log.error("the stop took too long");
    end(log, 1);
  };
  setTimeout(tooLong, stopTimeoutMs + 1000 * stopNotice).unref();
  try {
    await service.stop();
    log.info("stopped");
  } catch (err) {
    log.error({ err }, "the stop failed");
    end(log, 1);
  }
  end(log, 0);
}

function end(log: Log, code: number): never {
  log.flush();
  process.exit(code);
}
