/** Server checks by URL: what is visible over the network, with or without a key. */
import { DossierError, includesPermission, type Permission } from "@dossier/api";
import { version } from "../../version.ts";
import { checkClock } from "../../service/checks/database.ts";
import { warning, type Finding, ok, wrong } from "../../service/checks/finding.ts";
import { checkWorkers } from "../../service/checks/machine.ts";
import { describeError } from "../exit.ts";
import { findAccess } from "../target/access.ts";
import type { TargetOptions } from "../target/target.ts";
import { isPlaintextRemote, openUrlTarget, fetchFrom } from "../target/url.ts";

/** Checks a server over the network. */
export async function checkServer(url: string, options: TargetOptions): Promise<Finding[]> {
  let response: Response;
  try {
    response = await fetchFrom(url, "/readyz", {}, 10_000);
  } catch (error) {
    return [wrong("server", describeError(error))];
  }
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  if (typeof body.version !== "string")
    return [wrong("server", `${url} answers, but not as Dossier does.`, "Name its address without /api/v2.")];
  const own = typeof body.clock_difference === "number" ? [databaseClock(body.clock_difference)] : [];
  return [
    transport(url),
    ready(url, body),
    release(body.version),
    clock(response),
    ...own,
    ...(await checkKey(url, options)),
  ];
}

function transport(url: string): Finding {
  if (isPlaintextRemote(url))
    return wrong(
      "TLS",
      `${url} is plain http to another machine: keys can be read on the way.`,
      "End TLS in a proxy before Dossier, and use https.",
    );
  return ok("TLS", url.startsWith("https:") ? "https" : "not needed on the same machine");
}

function ready(url: string, { status, reason }: Record<string, unknown>): Finding {
  if (status === "ok") return ok("server", `${url} is ready`);
  return wrong("server", `${url} is not ready: ${String(reason)}.`, "Its log says why.");
}

function release(theirs: string): Finding {
  if (theirs === version) return ok("version", version);
  return warning(
    "version",
    `the server is ${theirs}, this command line ${version}.`,
    "Use the same: calls are made from its table.",
  );
}

/** Compares clocks by the Date header, which has whole seconds. */
function clock(response: Response): Finding {
  const theirs = Date.parse(response.headers.get("date") ?? "");
  if (Number.isNaN(theirs))
    return warning("clock", "the server does not tell the time.", "Let the proxy pass the header Date on.");
  return checkClock(Math.max(0, Math.abs(Date.now() - theirs - 500) - 500), "the server");
}

/** Compares the server's clock with that of its database. */
function databaseClock(difference: number): Finding {
  return checkClock(Math.abs(difference) * 1000, "its database", "server clock");
}

/** Checks the key and its permissions. */
async function checkKey(url: string, options: TargetOptions): Promise<Finding[]> {
  try {
    const access = await findAccess(url, options);
    if (access === undefined) return [noKey];
    const { key } = access;
    const { body } = await openUrlTarget(access.url, key).client.call("session.find");
    const { name, permissions } = body.item as { name: string; permissions: Permission[] };
    const known = ok("key", `${name}: ${permissions.join(", ")}`);
    return includesPermission(new Set(permissions), "METRICS_READ")
      ? [known, ...(await workers(access.url, key))]
      : [known];
  } catch (error) {
    return [wrong("key", error instanceof DossierError ? error.message : describeError(error))];
  }
}

const noKey = warning(
  "key",
  "none was given, so none was tried.",
  "Set DOSSIER_KEY, or name a file with --key-file.",
);

/** Checks a server of several processes for workers that stopped responding. */
async function workers(url: string, key: string): Promise<Finding[]> {
  const response = await fetchFrom(url, "/metrics", { headers: { apiKey: key } }, 10_000);
  const [, silent] =
    /^dossier_workers_replaced_total\{reason="silent"\} (\d+)$/m.exec(await response.text()) ?? [];
  return silent === undefined ? [] : [checkWorkers(Number(silent))];
}
