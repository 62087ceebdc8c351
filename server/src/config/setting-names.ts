/**
 * Names of the settings: those of the server, in the order of the README's table, and those of client commands.
 * Invariant: a variable that begins with DOSSIER_ and is none of them is refused by name, because a misspelt setting
 * would silently leave its default in force. Values are never shown.
 */
import { nearestName, shownName } from "@dossier/api";

/** All settings of the server, in the order of the README's table. */
export const settingNames = [
  "HOST",
  "PORT",
  "DOSSIER_WORKERS",
  "DATABASE_URL",
  "DOSSIER_DATA_DIR",
  "DOSSIER_DB_USER",
  "DOSSIER_ADMIN_KEY",
  "DOSSIER_SECRET",
  "DOSSIER_SECRET_PREVIOUS",
  "DOSSIER_RATE_LIMIT",
  "DOSSIER_MAX_CONNECTIONS",
  "DOSSIER_CONSOLE",
  "DOSSIER_KEY_IN_QUERY",
  "DOSSIER_UNKNOWN_QUERY",
  "DOSSIER_SESSION_IDLE",
  "DOSSIER_CORS_ORIGINS",
  "DOSSIER_TRUSTED_PROXIES",
  "DOSSIER_EGRESS_ALLOW",
  "DOSSIER_STOP_NOTICE",
  "DOSSIER_ERASURE_LOG",
  "DOSSIER_BACKUP_DIR",
  "DOSSIER_BACKUP_EVERY",
  "DOSSIER_BACKUP_KEEP",
  "DOSSIER_BACKUP_PASSPHRASE",
  "LOG_LEVEL",
] as const;

/** Settings of client commands: the server that they call, and keys. */
const clientSettingNames = ["DOSSIER_URL", "DOSSIER_KEY", "DOSSIER_FROM_KEY"] as const;

/** Secrets: each may come from a file instead, which the name with `_FILE` names. */
const secretSettingNames = [
  "DATABASE_URL",
  "DOSSIER_ADMIN_KEY",
  "DOSSIER_SECRET",
  "DOSSIER_SECRET_PREVIOUS",
  "DOSSIER_BACKUP_PASSPHRASE",
  "DOSSIER_KEY",
  "DOSSIER_FROM_KEY",
] as const;

export type SecretSettingName = (typeof secretSettingNames)[number];

const known = [...settingNames, ...clientSettingNames, ...secretSettingNames.map((name) => `${name}_FILE`)];

/**
 * The faults of unknown settings, one for each.
 *
 * @example
 * unknownSettings({ DOSSIER_WORKER: "4" });
 * // ["DOSSIER_WORKER is no setting: did you mean DOSSIER_WORKERS?"]
 */
export function unknownSettings(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env)
    .filter(([name, value]) => /^DOSSIER_/i.test(name) && value && !known.includes(name))
    .filter(([name, value = ""]) => !isServiceLink(name, value))
    .map(([name]) => name)
    .sort()
    .map((name) => `${printable(name)} is no setting${suggestion(name)}`);
}

/**
 * Whether Kubernetes or Docker has set the variable, to say where a service is whose name begins with `dossier`:
 * DOSSIER_SERVICE_HOST, DOSSIER_PORT=tcp://10.0.0.7:8080, DOSSIER_PORT_8080_TCP_ADDR.
 */
function isServiceLink(name: string, value: string): boolean {
  if (!name.startsWith("DOSSIER_")) return false;
  if (/_SERVICE_(HOST|PORT)$/.test(name) || name.includes("_SERVICE_PORT_")) return true;
  if (/^DOSSIER_(\w+_)?PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(name)) return true;
  return /^DOSSIER_(\w+_)?PORT$/.test(name) && /^(tcp|udp|sctp):\/\//.test(value);
}

/** Names are compared without the prefix, which would make all of them alike. */
function suggestion(name: string): string {
  const asked = withoutPrefix(name);
  const candidates = known.map((one) => withoutPrefix(one));
  const nearest = nearestName(asked, candidates) ?? candidates.find((one) => hasWords(asked, one));
  const meant = known.find((one) => withoutPrefix(one) === nearest);
  return meant === undefined ? ", and has no effect: remove it" : `: did you mean ${meant}?`;
}

/** Whether every word of `part` is one of the name: KEY of API_KEY. */
function hasWords(name: string, part: string): boolean {
  const words = name.toUpperCase().split("_");
  return part.split("_").every((word) => words.includes(word));
}

function withoutPrefix(name: string): string {
  return name.replace(/^DOSSIER_/i, "");
}

function printable(name: string): string {
  return shownName(name.replace(/[^\x21-\x7e]/g, "?"));
}
