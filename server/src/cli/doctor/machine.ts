/** What the doctor says of the machine and of the settings together: who can reach the server, and how. */
import type { Config } from "../../config.ts";
import { careful, type Finding, ok } from "./finding.ts";

/** When the makers of Node.js stop mending a line. */
const endOfLife: Record<number, string> = {
  20: "2026-04-30",
  22: "2027-04-30",
  24: "2028-04-30",
  26: "2029-04-30",
};

/** Node.js itself; that it is not too old has been seen before this could run. */
export function judgeMachine(now = new Date(), version = process.versions.node): Finding[] {
  const major = Number(version.split(".")[0]);
  const end = endOfLife[major];
  const name = `Node.js ${version}`;
  if (major % 2 === 1) return [careful("node", `${name} is not a line for the long term.`, "Use 24 LTS.")];
  if (end === undefined || end > now.toISOString().slice(0, 10)) return [ok("node", name)];
  return [
    careful(
      "node",
      `${name} works, but gets no more fixes since ${end}.`,
      "Use 24 LTS: nothing else changes.",
    ),
  ];
}

/** The settings, which have been read without a fault. */
export function judgeSettings(config: Config): Finding[] {
  return [
    ok("settings", "every one can be used"),
    reachOf(config),
    ...administrator(config),
    rate(config),
    query(config),
  ];
}

function reachOf({ host, port, trustedProxies }: Config): Finding {
  const at = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  if (trustedProxies.length === 0) return ok("address", `${at}: this machine only, so plain HTTP is safe`);
  const proxies = trustedProxies.join(", ");
  if (trustedProxies.some((proxy) => proxy.endsWith("/0")))
    return careful(
      "address",
      `${at}, and DOSSIER_TRUSTED_PROXIES trusts everybody (${proxies}).`,
      "Name the proxy's own address: whoever is trusted can claim to come from anywhere, over TLS.",
    );
  return ok("address", `${at}, behind the proxy at ${proxies}, which must end TLS`);
}

function administrator({ adminKey }: Config): Finding[] {
  if (adminKey === undefined) return [];
  return [
    careful(
      "bootstrap key",
      "DOSSIER_ADMIN_KEY is set: an administrator's key that is never revoked.",
      "Make keys with `dossier key create`, then take it out of the environment.",
    ),
  ];
}

function rate({ rateLimit }: Config): Finding {
  if (rateLimit > 0)
    return ok("rate limit", `${rateLimit.toLocaleString("en")} requests a minute for each key`);
  return careful(
    "rate limit",
    "is switched off.",
    "Leave DOSSIER_RATE_LIMIT out, unless something before it limits.",
  );
}

function query({ keyInQuery }: Config): Finding {
  if (!keyInQuery) return ok("key in query", "is refused");
  return careful(
    "key in query",
    "?apiKey= is accepted, and addresses end up in the logs of proxies.",
    "Set DOSSIER_KEY_IN_QUERY=false if no program needs it.",
  );
}
