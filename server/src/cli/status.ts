/**
 * `dossier status`: whether a server is running, whether it is ready, and how many records it has. It starts nothing:
 * for a data folder without a server it exits with code 3.
 */
import type { Command } from "commander";
import { readConfig } from "../config.ts";
import { findHolder } from "../db/embedded/lock.ts";
import { readRuntimeState } from "../db/embedded/socket.ts";
import { AdminKeyFileError } from "../service/admin-key-file.ts";
import { exitCodes } from "./exit.ts";
import { formatRecord, gap } from "./output/format.ts";
import { widthOf } from "./output/text-width.ts";
import { countAll, type Counts } from "./status-counts.ts";
import { findAccess } from "./target/access.ts";
import {
  addTargetOptions,
  type TargetSpec,
  resolveTarget,
  targetHelp,
  type TargetOptions,
} from "./target/target.ts";
import { fetchFrom } from "./target/url.ts";
import { paintFor, printResult, printMessage, terminalWidth } from "./terminal.ts";

/** The status of a server. */
interface Status {
  state: "ready" | "not ready" | "stopped" | "no answer";
  reason?: string;
  version?: string;
  url?: string;
  data?: string;
  process?: number;
  since?: string;
}

/** Adds `status`. */
export function addStatus(program: Command): void {
  const status = program
    .command("status")
    .description("is a server running and ready, and what does it hold")
    .option("--json", "print one JSON object");
  addTargetOptions(status)
    .addHelpText(
      "after",
      `
Exit code 0 if the server is ready, 1 if it runs and is not ready, 3 if it is unreachable.

Examples:
  dossier status
  dossier status --url https://crm.example.org --key-file key.txt
${targetHelp}`,
    )
    .action(showStatus);
}

async function showStatus(options: TargetOptions & { json?: true }): Promise<void> {
  const target = resolveTarget(options);
  const status = await readStatus(target);
  const mayCount = status.state === "ready" && (target.kind !== "url" || (await hasKey(target.url, options)));
  const counts = mayCount ? await countAll(options) : undefined;
  process.exitCode = exitCodeFor(status);
  if (options.json) return printResult(JSON.stringify({ ...status, ...counts }));
  printResult(linesOf(status, counts).join("\n"));
  if (status.state === "stopped") printMessage("`dossier serve` starts it.");
  if (status.state === "ready" && !counts)
    printMessage("With a key (DOSSIER_KEY or --key-file) it also says what it holds.");
}

/** Whether there is a key for the server; the status itself needs none. */
async function hasKey(url: string, options: TargetOptions): Promise<boolean> {
  try {
    return (await findAccess(url, options)) !== undefined;
  } catch (error) {
    if (!(error instanceof AdminKeyFileError)) throw error;
    printMessage(`Warning: ${error.message}`);
    return false;
  }
}

function exitCodeFor({ state }: Status): number {
  if (state === "ready") return exitCodes.ok;
  return state === "not ready" ? exitCodes.failed : exitCodes.unreachable;
}

function linesOf({ state, reason, ...rest }: Status, counts: Counts | undefined): string[] {
  const paint = paintFor(process.stdout);
  const color = { ready: "green", "not ready": "yellow", stopped: "yellow", "no answer": "red" } as const;
  const word = paint(color[state], state) + (reason === undefined ? "" : `: ${reason}`);
  const { last_retention: retention, ...numbers } = counts ?? {};
  const counted = Object.entries(numbers).map(([name, value]) => [
    name,
    value === null ? "permission missing" : value.toLocaleString("en"),
  ]);
  const record: Record<string, unknown> = {
    state: "",
    ...rest,
    ...(Object.fromEntries(counted) as object),
    ...(retention ? { "last erasure": retention } : {}),
  };
  const [first = "", ...lines] = formatRecord(record, paint, terminalWidth(process.stdout));
  const width = Math.max(...Object.keys(record).map((name) => name.length)) + gap.length;
  return [first + " ".repeat(width - widthOf(first)) + word, ...lines];
}

async function readStatus(target: TargetSpec): Promise<Status> {
  if (target.kind === "url") return fetchReadiness(target.url);
  if (target.kind === "folder") return readFolderStatus(target.dataDir);
  const { host, port } = readConfig();
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  return { ...(await fetchReadiness(url)), data: "the PostgreSQL of DATABASE_URL" };
}

/** The process that holds the folder, and the status of its server. */
async function readFolderStatus(dataDir: string): Promise<Status> {
  const holder = await findHolder(dataDir);
  if (!holder) return { state: "stopped", data: dataDir };
  const lockInfo = { data: dataDir, process: holder.pid, since: holder.since.toISOString() };
  if (!holder.isLocal)
    return {
      state: "no answer",
      reason: "it runs in another container or on another machine: use --url",
      ...lockInfo,
    };
  const { url, pid } = readRuntimeState(dataDir) ?? {};
  if (url === undefined || pid !== holder.pid)
    return { state: "not ready", reason: "it is starting, or a command is running", ...lockInfo };
  return { ...(await fetchReadiness(url)), ...lockInfo };
}

async function fetchReadiness(url: string): Promise<Status> {
  try {
    const response = await fetchFrom(url, "/readyz", {}, 5000);
    const body = (await response.json()) as { status?: unknown; reason?: unknown; version?: unknown };
    if (typeof body.version !== "string") throw new Error("It answers, but not as Dossier does.");
    const { version } = body;
    if (body.status === "ok") return { state: "ready", version, url };
    const reason = typeof body.reason === "string" ? body.reason : `it answers ${response.status}`;
    return { state: "not ready", reason, version, url };
  } catch (error) {
    const reason =
      error instanceof SyntaxError ? "it answers, but not as Dossier does" : (error as Error).message;
    return { state: "no answer", reason, url };
  }
}
