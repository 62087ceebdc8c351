/** What the doctor says of a server by its URL alone: as much as a stranger with a key can see. */
import { api, DossierError } from "@dossier/api";
import { version } from "../../version.ts";
import { judgeClock } from "./database.ts";
import { explain } from "../exit.ts";
import { careful, type Finding, ok, wrong } from "./finding.ts";
import { openTarget, readKey, type TargetOptions } from "../target/target.ts";
import { isOpenRoad, reach } from "../target/url.ts";

/** Asks the server what it says of itself. */
export async function judgeServer(url: string, options: TargetOptions): Promise<Finding[]> {
  let answer: Response;
  try {
    answer = await reach(url, "/readyz", {}, 10_000);
  } catch (error) {
    return [wrong("server", explain(error))];
  }
  const body = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
  if (typeof body.version !== "string")
    return [wrong("server", `${url} answers, but not as Dossier does.`, "Name its address without /api/v2.")];
  return [road(url), ready(url, body), release(body.version), clock(answer), await key(options)];
}

function road(url: string): Finding {
  if (isOpenRoad(url))
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
  return careful(
    "version",
    `the server is ${theirs}, this command line ${version}.`,
    "Use the same: calls are made from its table.",
  );
}

/** The header tells whole seconds. */
function clock(answer: Response): Finding {
  const theirs = Date.parse(answer.headers.get("date") ?? "");
  if (Number.isNaN(theirs))
    return careful("clock", "the server does not tell the time.", "Let the proxy pass the header Date on.");
  return judgeClock(Math.max(0, Math.abs(Date.now() - theirs - 500) - 500), "the server");
}

async function key(options: TargetOptions): Promise<Finding> {
  if (options.keyFile === undefined && readKey(options) === undefined)
    return careful(
      "key",
      "none was given, so none was tried.",
      "Set DOSSIER_KEY, or name a file with --key-file.",
    );
  try {
    const target = await openTarget(options);
    const { body } = await target.ask({ row: api.session.find, fields: {} });
    const { name, permissions } = body.item as { name: string; permissions: string[] };
    return ok("key", `${name}: ${permissions.join(", ")}`);
  } catch (error) {
    return wrong("key", error instanceof DossierError ? error.message : explain(error));
  }
}
