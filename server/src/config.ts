/**
 * Settings: the only reader of the environment. Every fault is found and reported together, before anything starts. A
 * secret may come from a file, named by the variable with the suffix `_FILE`.
 */
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { join, resolve } from "node:path";
import { erasureLogPath, minPassphrase, parseInterval } from "./config/backup-settings.ts";
import { DatabaseUrlError, isLoopback, parseDatabaseAddress } from "./config/database-address.ts";
import { type SecretSettingName, unknownSettings } from "./config/setting-names.ts";

/** The settings of a server. */
export interface Config {
  host: string;
  port: number;
  /** the number of processes that handle requests; 1: this one */
  workers: number;
  databaseUrl: string | undefined;
  dataDir: string;
  databaseUser: string | undefined;
  adminKey: string | undefined;
  secret: Buffer | undefined;
  /** the secret before a rotation, while values sealed with it may exist */
  previousSecret: Buffer | undefined;
  rateLimit: number;
  /** concurrent connections of all processes; 0: no cap, undefined: as many as file descriptors permit */
  maxConnections: number | undefined;
  /** whether browsers get the console */
  console: boolean;
  keyInQuery: boolean;
  /** what becomes of names in a query string that the endpoint does not know */
  unknownQuery: "refuse" | "ignore";
  /** in seconds: after how long without use a session ends; 0: never */
  sessionIdle: number;
  corsOrigins: string[];
  trustedProxies: string[];
  /** host:port of outgoing targets that may have private addresses, or lack TLS */
  egressAllow: string[];
  /** in seconds: how long `/readyz` is 503 before the port closes, for a balancer to notice */
  stopNotice: number;
  /** the file that purges and revocations are recorded in; undefined: none */
  erasureLog: string | undefined;
  /** the folder of scheduled backups */
  backupDir: string;
  /** in seconds: how often the embedded database is backed up; 0: never */
  backupEvery: number;
  /** how many scheduled backups are kept */
  backupKeep: number;
  /** seals the installation secret in backups */
  backupPassphrase: string | undefined;
  logLevel: string;
  /** whether each request, and each step of the start, has a line in the log */
  logRequests: boolean;
}

/** Invalid settings: every fault, one per line. */
export class ConfigError extends Error {
  readonly faults: string[];
  constructor(faults: string[]) {
    super(`The settings are not usable:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`);
    this.faults = faults;
  }
}

type Environment = Record<string, string | undefined>;
type ReportFault = (message: string) => void;

/** More processes are of no use on one machine. */
export const maxWorkers = 64;

const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

/**
 * Reads and checks every setting.
 *
 * @param isTerminal whether a person reads the log: then requests are in it only if LOG_LEVEL is set
 * @throws ConfigError naming every fault
 */
export function readConfig(
  env: Environment = process.env,
  from = env.INIT_CWD ?? process.cwd(),
  isTerminal = false,
): Config {
  const faults = unknownSettings(env);
  const fault: ReportFault = (message) => faults.push(message);
  const database = databaseUrl(secretText(env, "DATABASE_URL", fault), env.PGHOST, fault);
  const dataDir = readDataDir(env, from);
  const backupDir = resolve(from, env.DOSSIER_BACKUP_DIR || join(dataDir, "backups"));
  const config: Config = {
    host: env.HOST || "127.0.0.1",
    port: integer(env, "PORT", 8080, 65_535, fault),
    workers: integer(env, "DOSSIER_WORKERS", 1, maxWorkers, fault, 1),
    databaseUrl: database,
    dataDir,
    databaseUser: env.DOSSIER_DB_USER || undefined,
    adminKey: adminKey(secretText(env, "DOSSIER_ADMIN_KEY", fault), fault),
    secret: secretBytes(env, "DOSSIER_SECRET", fault),
    previousSecret: secretBytes(env, "DOSSIER_SECRET_PREVIOUS", fault),
    rateLimit: integer(env, "DOSSIER_RATE_LIMIT", 6000, 10_000_000, fault),
    maxConnections: env.DOSSIER_MAX_CONNECTIONS
      ? integer(env, "DOSSIER_MAX_CONNECTIONS", 0, 1_000_000, fault)
      : undefined,
    console: boolean(env, "DOSSIER_CONSOLE", true, fault),
    keyInQuery: boolean(env, "DOSSIER_KEY_IN_QUERY", true, fault),
    unknownQuery: unknownQuery(env.DOSSIER_UNKNOWN_QUERY, fault),
    sessionIdle: interval(env, "DOSSIER_SESSION_IDLE", fault, "12h"),
    corsOrigins: origins(env.DOSSIER_CORS_ORIGINS, fault),
    trustedProxies: proxies(env.DOSSIER_TRUSTED_PROXIES, fault),
    egressAllow: hostPorts(env.DOSSIER_EGRESS_ALLOW, fault),
    stopNotice: integer(env, "DOSSIER_STOP_NOTICE", 0, 60, fault),
    erasureLog: erasureLogPath(env.DOSSIER_ERASURE_LOG, from, database ? undefined : backupDir),
    backupDir,
    backupEvery: interval(env, "DOSSIER_BACKUP_EVERY", fault),
    backupKeep: integer(env, "DOSSIER_BACKUP_KEEP", 7, 1000, fault, 1),
    backupPassphrase: passphrase(secretText(env, "DOSSIER_BACKUP_PASSPHRASE", fault), fault),
    logLevel: logLevel(env.LOG_LEVEL, fault),
    logRequests: Boolean(env.LOG_LEVEL) || !isTerminal,
  };
  checkCombinations(config, fault);
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

/** The data folder, which client commands need without the other settings of a server. */
export function readDataDir(env: Environment = process.env, from = env.INIT_CWD ?? process.cwd()): string {
  return resolve(from, env.DOSSIER_DATA_DIR || "dossier-data");
}

/** The settings of an installation with this data folder, ignoring a database in the environment. */
export function readConfigFor(dataDir: string): Config {
  const { DATABASE_URL: _url, DATABASE_URL_FILE: _file, ...env } = process.env;
  return readConfig({ ...env, DOSSIER_DATA_DIR: dataDir });
}

/**
 * The settings for a restore, which may bring the installation secret with it.
 *
 * @param dataDir the data folder, if the restore is not into DATABASE_URL
 */
export function readConfigForRestore(dataDir: string | undefined, secret: Buffer | undefined): Config {
  const { DATABASE_URL, DATABASE_URL_FILE, DOSSIER_BACKUP_EVERY: _every, ...env } = process.env;
  const database = { DATABASE_URL, DATABASE_URL_FILE };
  return readConfig({
    ...env,
    ...(dataDir === undefined ? database : { DOSSIER_DATA_DIR: dataDir }),
    ...(secret && !hasOwnSecret() && dataDir === undefined ? { DOSSIER_SECRET: secret.toString("hex") } : {}),
  });
}

/** Whether the environment names the installation secret. */
export function hasOwnSecret({ DOSSIER_SECRET, DOSSIER_SECRET_FILE }: Environment = process.env): boolean {
  return Boolean(DOSSIER_SECRET || DOSSIER_SECRET_FILE);
}

/** The passphrase of backups in the environment. @throws ConfigError if its file cannot be read */
export function readBackupPassphrase(env: Environment = process.env): string | undefined {
  const faults: string[] = [];
  const fault: ReportFault = (message) => faults.push(message);
  const text = passphrase(secretText(env, "DOSSIER_BACKUP_PASSPHRASE", fault), fault);
  if (faults.length > 0) throw new ConfigError(faults);
  return text;
}

/** The environment of client commands: server, key and output. */
export interface CliConfig {
  /** DOSSIER_URL: the server of client commands */
  url: string | undefined;
  /** DOSSIER_KEY, or the content of the file DOSSIER_KEY_FILE */
  key: string | undefined;
  /** DOSSIER_FROM_KEY, or its file: the key of the old server of `compare` */
  fromKey: string | undefined;
  /** whether DATABASE_URL names a database other than the embedded one */
  hasDatabase: boolean;
}

/**
 * Reads the settings of client commands.
 *
 * @throws ConfigError if the key is given twice, or its file cannot be read
 */
export function readCliConfig(env: Environment = process.env): CliConfig {
  const faults: string[] = [];
  const key = secretText(env, "DOSSIER_KEY", (message) => faults.push(message));
  const fromKey = secretText(env, "DOSSIER_FROM_KEY", (message) => faults.push(message));
  if (faults.length > 0) throw new ConfigError(faults);
  const hasDatabase = Boolean(env.DATABASE_URL || env.DATABASE_URL_FILE);
  return { url: env.DOSSIER_URL || undefined, key, fromKey, hasDatabase };
}

/**
 * Refuses variables of the environment that look like settings and are none.
 *
 * @throws ConfigError naming each, with the nearest setting
 */
export function assertKnownSettings(env: Environment = process.env): void {
  const faults = unknownSettings(env);
  if (faults.length > 0) throw new ConfigError(faults);
}

/** Whether a stream gets colours: NO_COLOR overrides FORCE_COLOR, and both override the kind of stream. */
export function wantsColor(isTerminal: boolean, env: Environment = process.env): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return !/^(0|false)$/i.test(env.FORCE_COLOR);
  return isTerminal && env.TERM !== "dumb";
}

/** Resolves a path against the folder in which npm was called; npm itself runs in the folder of package.json. */
export function resolvePath(path: string, env: Environment = process.env): string {
  return resolve(env.INIT_CWD ?? process.cwd(), path);
}

function checkCombinations(config: Config, fault: ReportFault): void {
  if (!isLoopback(config.host) && config.trustedProxies.length === 0)
    fault(
      `HOST is ${config.host}, which other machines can reach, and Dossier speaks plain HTTP: end TLS in a proxy before it and name the proxy's address in DOSSIER_TRUSTED_PROXIES`,
    );
  if (config.secret && config.previousSecret?.equals(config.secret))
    fault("DOSSIER_SECRET_PREVIOUS is the same as DOSSIER_SECRET: leave it out, or set DOSSIER_SECRET anew");
  if (config.databaseUrl && config.backupEvery > 0)
    fault(
      "DOSSIER_BACKUP_EVERY is for the embedded database: with DATABASE_URL, let a timer of the system run `dossier backup`",
    );
  if (config.databaseUrl && !config.secret)
    fault(
      "DOSSIER_SECRET is required with DATABASE_URL: 32 random bytes, for example from `openssl rand -hex 32`",
    );
}

function secretText(env: Environment, name: SecretSettingName, fault: ReportFault): string | undefined {
  const file = env[`${name}_FILE`];
  if (!file) return env[name] || undefined;
  if (env[name]) fault(`${name} and ${name}_FILE are both set: leave one out`);
  try {
    return readFileSync(file, "utf8").trim() || undefined;
  } catch {
    fault(`${name}_FILE names a file that cannot be read: ${file}`);
    return undefined;
  }
}

function integer(
  env: Environment,
  name: string,
  defaultValue: number,
  max: number,
  fault: ReportFault,
  min = 0,
): number {
  const text = env[name];
  if (!text) return defaultValue;
  if (/^[0-9]{1,8}$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text);
  fault(`${name} must be a whole number from ${min} to ${max}`);
  return defaultValue;
}

function boolean(env: Environment, name: string, defaultValue: boolean, fault: ReportFault): boolean {
  const text = env[name]?.toLowerCase();
  if (!text) return defaultValue;
  if (!["true", "1", "yes", "on", "false", "0", "no", "off"].includes(text))
    fault(`${name} must be true or false`);
  return ["true", "1", "yes", "on"].includes(text);
}

function unknownQuery(text: string | undefined, fault: ReportFault): Config["unknownQuery"] {
  const word = text?.toLowerCase() || "refuse";
  if (word !== "refuse" && word !== "ignore") fault("DOSSIER_UNKNOWN_QUERY must be refuse or ignore");
  return word === "ignore" ? "ignore" : "refuse";
}

function databaseUrl(
  text: string | undefined,
  defaultHost: string | undefined,
  fault: ReportFault,
): string | undefined {
  try {
    return text === undefined ? undefined : parseDatabaseAddress(text, defaultHost || undefined).url;
  } catch (error) {
    if (!(error instanceof DatabaseUrlError)) throw error;
    fault(`DATABASE_URL ${error.message}`);
    return undefined;
  }
}

function interval(env: Environment, name: string, fault: ReportFault, defaultValue = "0"): number {
  const seconds = parseInterval(env[name] || defaultValue);
  if (seconds === undefined)
    fault(`${name} must be a number of minutes, hours or days, such as 30m, 24h or 7d`);
  return seconds ?? 0;
}

function passphrase(text: string | undefined, fault: ReportFault): string | undefined {
  if (text !== undefined && text.length < minPassphrase)
    fault(`DOSSIER_BACKUP_PASSPHRASE must have ${minPassphrase} or more characters`);
  return text;
}

function adminKey(text: string | undefined, fault: ReportFault): string | undefined {
  if (text !== undefined && !/^[\x21-\x7e]{24,255}$/.test(text))
    fault("DOSSIER_ADMIN_KEY must be 24 to 255 visible ASCII characters");
  return text;
}

/** 32 bytes, as 64 hexadecimal digits or in Base64. */
function secretBytes(env: Environment, name: SecretSettingName, fault: ReportFault): Buffer | undefined {
  const text = secretText(env, name, fault);
  if (text === undefined) return undefined;
  const bytes = /^[0-9a-fA-F]{64}$/.test(text) ? Buffer.from(text, "hex") : Buffer.from(text, "base64");
  const exact = bytes.toString("hex") === text.toLowerCase() || bytes.toString("base64") === text;
  if (bytes.length === 32 && exact) return bytes;
  fault(`${name} must be 32 bytes, as 64 hexadecimal digits or in base64`);
  return undefined;
}

function list(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

function origins(text: string | undefined, fault: ReportFault): string[] {
  const names = list(text);
  for (const origin of names)
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      fault(`DOSSIER_CORS_ORIGINS names ${origin}, which is no origin such as https://shop.example.org`);
  return names;
}

function proxies(text: string | undefined, fault: ReportFault): string[] {
  const names = list(text);
  for (const proxy of names) {
    const [address = "", bits] = proxy.split("/");
    const maxBits = isIP(address) === 6 ? 128 : 32;
    if (
      isIP(address) === 0 ||
      (bits !== undefined && !(/^[0-9]{1,3}$/.test(bits) && Number(bits) <= maxBits))
    )
      fault(`DOSSIER_TRUSTED_PROXIES names ${proxy}, which is no IP address or network such as 10.0.0.0/8`);
  }
  return names;
}

/** Normalises each entry as a URL would: names in ASCII and lower case, IP addresses in their shortest form. */
function hostPorts(text: string | undefined, fault: ReportFault): string[] {
  return list(text).flatMap((name) => {
    const [, host = "", port = ""] = /^([^\s/?#@\\:*]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})$/.exec(name) ?? [];
    const isPort = Number(port) >= 1 && Number(port) <= 65_535;
    if (isPort && URL.canParse(`http://${host}/`))
      return `${new URL(`http://${host}/`).hostname.replace(/\.$/, "")}:${Number(port)}`;
    fault(`DOSSIER_EGRESS_ALLOW names ${name}, which is no host and port such as crm.internal:8443`);
    return [];
  });
}

function logLevel(text: string | undefined, fault: ReportFault): string {
  const name = (text || "info").toLowerCase();
  if (!logLevels.includes(name)) fault(`LOG_LEVEL must be one of ${logLevels.join(", ")}`);
  return name;
}
