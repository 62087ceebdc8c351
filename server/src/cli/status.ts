/**
 * `dossier status`: is a server running, is it ready, and what does it hold. It starts nothing: a data folder without
 * a server is told as that, with exit code 3.
 */
import type { Command } from "commander";
import { readConfig } from "../config.ts";
import { findHolder } from "../db/embedded/lock.ts";
import { readWhereabouts } from "../db/embedded/socket.ts";
import { exitCodes } from "./exit.ts";
import { recordOf } from "./show.ts";
import { countAll, type Counts } from "./status-counts.ts";
import { addTargetOptions, type Place, placeOf, readKey, targetHelp, type TargetOptions } from "./target/target.ts";
import { reach } from "./target/url.ts";
import { paintFor, print, say } from "./terminal.ts";

/** What is known of a server. */
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
Ends with 0 if the server is ready, 1 if it runs and is not, 3 if it does not run or answer.

Examples:
  dossier status
  dossier status --url https://crm.example.org --key-file key.txt
${targetHelp}`,
    )
    .action(tellStatus);
}

async function tellStatus(options: TargetOptions & { json?: true }): Promise<void> {
  const place = placeOf(options);
  const status = await look(place);
  const mayCount = status.state === "ready" && (place.kind !== "url" || readKey(options) !== undefined);
  const counts = mayCount ? await countAll(options) : undefined;
  process.exitCode = exitCodeFor(status);
  if (options.json) return print(JSON.stringify({ ...status, ...counts }));
  print(linesOf(status, counts).join("\n"));
  if (status.state === "stopped") say("`dossier serve` starts it.");
  if (status.state === "ready" && !counts)
    say("With a key (DOSSIER_KEY or --key-file) it also says what it holds.");
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
  const told = Object.entries(numbers).map(([name, value]) => [
    name,
    value === null ? "not for this key" : value.toLocaleString("en"),
  ]);
  const record: Record<string, unknown> = {
    state: "",
    ...rest,
    ...(Object.fromEntries(told) as object),
    ...(retention ? { "last erasure": retention } : {}),
  };
  const [first = "", ...lines] = recordOf(record, paint);
  const width = Math.max(...Object.keys(record).map((name) => name.length));
  return [first + " ".repeat(width - "state".length + 2) + word, ...lines];
}

async function look(place: Place): Promise<Status> {
  if (place.kind === "url") return askReady(place.url);
  if (place.kind === "folder") return lookInto(place.dataDir);
  const { host, port } = readConfig();
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  return { ...(await askReady(url)), data: "the PostgreSQL of DATABASE_URL" };
}

/** Who holds the folder, and what he answers. */
async function lookInto(dataDir: string): Promise<Status> {
  const holder = await findHolder(dataDir);
  if (!holder) return { state: "stopped", data: dataDir };
  const held = { data: dataDir, process: holder.pid, since: holder.since.toISOString() };
  if (!holder.here)
    return {
      state: "no answer",
      reason: "it runs in another container or on another machine: use --url",
      ...held,
    };
  const { url, pid } = readWhereabouts(dataDir) ?? {};
  if (url === undefined || pid !== holder.pid)
    return { state: "not ready", reason: "it is starting, or a command is at work", ...held };
  return { ...(await askReady(url)), ...held };
}

async function askReady(url: string): Promise<Status> {
  try {
    const answer = await reach(url, "/readyz", {}, 5000);
    const body = (await answer.json()) as { status?: unknown; reason?: unknown; version?: unknown };
    if (typeof body.version !== "string") throw new Error("It answers, but not as Dossier does.");
    const { version } = body;
    if (body.status === "ok") return { state: "ready", version, url };
    const reason = typeof body.reason === "string" ? body.reason : `it answers ${answer.status}`;
    return { state: "not ready", reason, version, url };
  } catch (error) {
    const reason =
      error instanceof SyntaxError ? "it answers, but not as Dossier does" : (error as Error).message;
    return { state: "no answer", reason, url };
  }
}
