/** Machine and settings checks: the Node.js version, and who can reach the server, and how. */
import type { Config } from "../../config.ts";
import { maxConnectionsOf, descriptorLimit, connectionsWithin } from "../descriptors.ts";
import { warning, type Finding, ok } from "./finding.ts";

/** When each Node.js line stops receiving fixes. */
const endOfLife: Record<number, string> = {
  20: "2026-04-30",
  22: "2027-04-30",
  24: "2028-04-30",
  26: "2029-04-30",
};

/** Checks the version of Node.js; a version that is too old ends the program before this runs. */
export function checkMachine(now = new Date(), version = process.versions.node): Finding[] {
  const major = Number(version.split(".")[0]);
  const end = endOfLife[major];
  const name = `Node.js ${version}`;
  if (major % 2 === 1) return [warning("node", `${name} is not a line for the long term.`, "Use 24 LTS.")];
  if (end === undefined || end > now.toISOString().slice(0, 10)) return [ok("node", name)];
  return [
    warning(
      "node",
      `${name} works, but gets no more fixes since ${end}.`,
      "Use 24 LTS: nothing else changes.",
    ),
  ];
}

/** Checks settings that are valid in themselves. */
export function checkSettings(config: Config): Finding[] {
  return [
    ok("settings", "every one can be used"),
    listenAddress(config),
    ...administrator(config),
    rate(config),
    connections(config),
    query(config),
    ...unknownNames(config),
  ];
}

function listenAddress({ host, port, trustedProxies }: Config): Finding {
  const at = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  if (trustedProxies.length === 0) return ok("address", `${at}: this machine only, so plain HTTP is safe`);
  const proxies = trustedProxies.join(", ");
  if (trustedProxies.some((proxy) => proxy.endsWith("/0")))
    return warning(
      "address",
      `${at}, and DOSSIER_TRUSTED_PROXIES trusts every address (${proxies}).`,
      "Name the proxy's own address: a trusted address can claim to come from anywhere, over TLS.",
    );
  return ok("address", `${at}, behind the proxy at ${proxies}, which must end TLS`);
}

function administrator({ adminKey }: Config): Finding[] {
  if (adminKey === undefined) return [];
  return [
    warning(
      "bootstrap key",
      "DOSSIER_ADMIN_KEY is set: an administrator's key that is never revoked.",
      "Make keys with `dossier key create`, then take it out of the environment.",
    ),
  ];
}

function rate({ rateLimit }: Config): Finding {
  if (rateLimit > 0)
    return ok("rate limit", `${rateLimit.toLocaleString("en")} requests a minute for each key`);
  return warning(
    "rate limit",
    "is switched off.",
    "Leave DOSSIER_RATE_LIMIT out, unless something before it limits.",
  );
}

const minConnections = 500;

function connections(config: Config, files = descriptorLimit()): Finding {
  const each = maxConnectionsOf(config, files);
  if (each === 0)
    return warning(
      "connections",
      "have no limit: idle ones can take every file descriptor.",
      "Leave DOSSIER_MAX_CONNECTIONS out.",
    );
  const found = `${(each * config.workers).toLocaleString("en")} at a time`;
  const isCapped = each === connectionsWithin(files);
  if (!isCapped || (each >= minConnections && config.maxConnections === undefined))
    return ok("connections", found);
  return warning(
    "connections",
    `${found}: more is not left of ${files.toLocaleString("en")} open files.`,
    "Raise the limit of open files (ulimit -n, LimitNOFILE= in systemd), to 16384 or more.",
  );
}

function query({ keyInQuery }: Config): Finding {
  if (!keyInQuery) return ok("key in query", "is refused");
  return warning(
    "key in query",
    "?apiKey= is accepted, and addresses end up in the logs of proxies.",
    "Set DOSSIER_KEY_IN_QUERY=false if no program needs it.",
  );
}

function unknownNames({ unknownQuery }: Config): Finding[] {
  if (unknownQuery === "refuse") return [];
  return [
    warning(
      "unknown names",
      "in a query string are left out (DOSSIER_UNKNOWN_QUERY=ignore): a misspelt filter lists everything.",
      "Correct the clients that send such names, then take the setting out.",
    ),
  ];
}

/** Checks a server of several processes for workers that stopped responding. */
export function checkWorkers(silent: number): Finding {
  if (silent === 0) return ok("workers", "none has stalled since the start");
  return warning(
    "workers",
    `${silent} stopped responding since the start, and ${silent === 1 ? "was" : "were"} replaced.`,
    "The log says when, and what they were doing: `the event loop is blocked`.",
  );
}
