/**
 * The settings: the only reader of the environment. Every fault is found before anything starts, and all are told at
 * once. A secret may come from a file named by its `…_FILE` twin.
 */
import { readFileSync } from "node:fs";
import { BlockList, isIP } from "node:net";
import { resolve } from "node:path";

/** What the environment decided. */
export interface Config {
  host: string;
  port: number;
  /** how many processes answer; 1: this one */
  workers: number;
  databaseUrl: string | undefined;
  dataDir: string;
  databaseUser: string | undefined;
  adminKey: string | undefined;
  secret: Buffer | undefined;
  rateLimit: number;
  keyInQuery: boolean;
  corsOrigins: string[];
  trustedProxies: string[];
  /** host:port of the targets outside that may be private, or without TLS */
  outsideAllow: string[];
  logLevel: string;
}

/** Why the settings cannot be used: every fault, one a line. */
export class ConfigRefusal extends Error {
  readonly faults: string[];
  constructor(faults: string[]) {
    super(`The settings are not usable:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`);
    this.faults = faults;
  }
}

type Environment = Record<string, string | undefined>;
type Fault = (message: string) => void;

/** The settings there are, in the order of the README's table. */
export const settingNames = [
  "HOST",
  "PORT",
  "DOSSIER_WORKERS",
  "DATABASE_URL",
  "DOSSIER_DATA_DIR",
  "DOSSIER_DB_USER",
  "DOSSIER_ADMIN_KEY",
  "DOSSIER_SECRET",
  "DOSSIER_RATE_LIMIT",
  "DOSSIER_KEY_IN_QUERY",
  "DOSSIER_CORS_ORIGINS",
  "DOSSIER_TRUSTED_PROXIES",
  "DOSSIER_OUTSIDE_ALLOW",
  "LOG_LEVEL",
] as const;

/** More processes than this are more than one machine has use for. */
export const mostWorkers = 64;

const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

/**
 * Reads and checks every setting.
 *
 * @throws ConfigRefusal naming every fault
 */
export function readConfig(env: Environment = process.env, from = env.INIT_CWD ?? process.cwd()): Config {
  const faults: string[] = [];
  const fault: Fault = (message) => faults.push(message);
  const config: Config = {
    host: env.HOST || "127.0.0.1",
    port: whole(env, "PORT", 8080, 65_535, fault),
    workers: whole(env, "DOSSIER_WORKERS", 1, mostWorkers, fault, 1),
    databaseUrl: databaseUrl(secretText(env, "DATABASE_URL", fault), fault),
    dataDir: resolve(from, env.DOSSIER_DATA_DIR || "dossier-data"),
    databaseUser: env.DOSSIER_DB_USER || undefined,
    adminKey: adminKey(secretText(env, "DOSSIER_ADMIN_KEY", fault), fault),
    secret: secretBytes(secretText(env, "DOSSIER_SECRET", fault), fault),
    rateLimit: whole(env, "DOSSIER_RATE_LIMIT", 6000, 10_000_000, fault),
    keyInQuery: truth(env, "DOSSIER_KEY_IN_QUERY", true, fault),
    corsOrigins: origins(env.DOSSIER_CORS_ORIGINS, fault),
    trustedProxies: proxies(env.DOSSIER_TRUSTED_PROXIES, fault),
    outsideAllow: places(env.DOSSIER_OUTSIDE_ALLOW, fault),
    logLevel: level(env.LOG_LEVEL, fault),
  };
  checkTogether(config, fault);
  if (faults.length > 0) throw new ConfigRefusal(faults);
  return config;
}

/** The settings of an installation by its data folder, whatever database the environment names. */
export function readConfigOf(dataDir: string): Config {
  const { DATABASE_URL: _url, DATABASE_URL_FILE: _file, ...env } = process.env;
  return readConfig({ ...env, DOSSIER_DATA_DIR: dataDir });
}

/** What the environment tells the commands of a terminal: which server, with which key, how to write. */
export interface Terminal {
  /** DOSSIER_URL: the server that commands go to */
  url: string | undefined;
  /** DOSSIER_KEY, or the text of the file DOSSIER_KEY_FILE names */
  key: string | undefined;
  /** DOSSIER_FROM_KEY, or its file: the key of the server that `compare` reads beside this one */
  fromKey: string | undefined;
  /** whether another database than the embedded one is named */
  hasDatabase: boolean;
}

/**
 * Reads what concerns the terminal.
 *
 * @throws ConfigRefusal when the key is given twice, or its file cannot be read
 */
export function readTerminal(env: Environment = process.env): Terminal {
  const faults: string[] = [];
  const key = secretText(env, "DOSSIER_KEY", (message) => faults.push(message));
  const fromKey = secretText(env, "DOSSIER_FROM_KEY", (message) => faults.push(message));
  if (faults.length > 0) throw new ConfigRefusal(faults);
  const hasDatabase = Boolean(env.DATABASE_URL || env.DATABASE_URL_FILE);
  return { url: env.DOSSIER_URL || undefined, key, fromKey, hasDatabase };
}

/** Whether a stream gets colours: NO_COLOR counts before FORCE_COLOR, and both before what the stream is. */
export function wantsColor(isTerminal: boolean, env: Environment = process.env): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return !/^(0|false)$/i.test(env.FORCE_COLOR);
  return isTerminal && env.TERM !== "dumb";
}

/** A path as whoever called npm meant it: npm itself runs in the folder of package.json. */
export function pathFrom(path: string, env: Environment = process.env): string {
  return resolve(env.INIT_CWD ?? process.cwd(), path);
}

function checkTogether(config: Config, fault: Fault): void {
  if (!isLoopback(config.host) && config.trustedProxies.length === 0)
    fault(
      `HOST is ${config.host}, which other machines can reach, and Dossier speaks plain HTTP: end TLS in a proxy before it and name the proxy's address in DOSSIER_TRUSTED_PROXIES`,
    );
  if (config.databaseUrl && !config.secret)
    fault(
      "DOSSIER_SECRET is required with DATABASE_URL: 32 random bytes, for example from `openssl rand -hex 32`",
    );
}

function isLoopback(host: string): boolean {
  if (host === "localhost") return true;
  const loopback = new BlockList();
  loopback.addSubnet("127.0.0.0", 8, "ipv4");
  loopback.addAddress("::1", "ipv6");
  const version = isIP(host);
  return version !== 0 && loopback.check(host, version === 6 ? "ipv6" : "ipv4");
}

function secretText(env: Environment, name: string, fault: Fault): string | undefined {
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

function whole(
  env: Environment,
  name: string,
  standard: number,
  most: number,
  fault: Fault,
  least = 0,
): number {
  const text = env[name];
  if (!text) return standard;
  if (/^[0-9]{1,8}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
  fault(`${name} must be a whole number from ${least} to ${most}`);
  return standard;
}

function truth(env: Environment, name: string, standard: boolean, fault: Fault): boolean {
  const text = env[name]?.toLowerCase();
  if (!text) return standard;
  if (!["true", "1", "yes", "on", "false", "0", "no", "off"].includes(text))
    fault(`${name} must be true or false`);
  return ["true", "1", "yes", "on"].includes(text);
}

function databaseUrl(text: string | undefined, fault: Fault): string | undefined {
  if (text === undefined) return undefined;
  if (/^postgres(ql)?:\/\/\S+$/.test(text)) return text; // a socket's folder as host makes it no URL by the book
  fault("DATABASE_URL must be a URL such as postgresql://user:password@host:5432/database");
  return undefined;
}

function adminKey(text: string | undefined, fault: Fault): string | undefined {
  if (text !== undefined && !/^[\x21-\x7e]{24,255}$/.test(text))
    fault("DOSSIER_ADMIN_KEY must be 24 to 255 visible ASCII characters");
  return text;
}

/** 32 bytes, as 64 hexadecimal digits or in base64. */
function secretBytes(text: string | undefined, fault: Fault): Buffer | undefined {
  if (text === undefined) return undefined;
  const bytes = /^[0-9a-fA-F]{64}$/.test(text) ? Buffer.from(text, "hex") : Buffer.from(text, "base64");
  const exact = bytes.toString("hex") === text.toLowerCase() || bytes.toString("base64") === text;
  if (bytes.length === 32 && exact) return bytes;
  fault("DOSSIER_SECRET must be 32 bytes, as 64 hexadecimal digits or in base64");
  return undefined;
}

function words(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

function origins(text: string | undefined, fault: Fault): string[] {
  const list = words(text);
  for (const origin of list)
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      fault(`DOSSIER_CORS_ORIGINS names ${origin}, which is no origin such as https://shop.example.org`);
  return list;
}

function proxies(text: string | undefined, fault: Fault): string[] {
  const list = words(text);
  for (const proxy of list) {
    const [address = "", bits] = proxy.split("/");
    const most = isIP(address) === 6 ? 128 : 32;
    if (isIP(address) === 0 || (bits !== undefined && !(/^[0-9]{1,3}$/.test(bits) && Number(bits) <= most)))
      fault(`DOSSIER_TRUSTED_PROXIES names ${proxy}, which is no IP address or network such as 10.0.0.0/8`);
  }
  return list;
}

/** Each as a URL would have it: names in ASCII and lower case, addresses in their one short spelling. */
function places(text: string | undefined, fault: Fault): string[] {
  return words(text).flatMap((place) => {
    const [, host = "", port = ""] = /^([^\s/?#@\\:*]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})$/.exec(place) ?? [];
    const isPort = Number(port) >= 1 && Number(port) <= 65_535;
    if (isPort && URL.canParse(`http://${host}/`))
      return `${new URL(`http://${host}/`).hostname.replace(/\.$/, "")}:${Number(port)}`;
    fault(`DOSSIER_OUTSIDE_ALLOW names ${place}, which is no host and port such as crm.internal:8443`);
    return [];
  });
}

function level(text: string | undefined, fault: Fault): string {
  const word = (text || "info").toLowerCase();
  if (!logLevels.includes(word)) fault(`LOG_LEVEL must be one of ${logLevels.join(", ")}`);
  return word;
}
