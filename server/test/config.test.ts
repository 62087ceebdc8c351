// Settings: every fault is reported at once, secrets come from files, and the README names each setting.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ConfigError, readConfig } from "../src/config.ts";
import { settingNames } from "../src/config/setting-names.ts";
import { version } from "../src/version.ts";

const folder = mkdtempSync(join(tmpdir(), "dossier-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

const secret = "ab".repeat(32);

function faultsOf(env: Record<string, string>): string[] {
  try {
    readConfig(env, folder);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

test("without any setting there are safe ones", () => {
  expect(readConfig({}, folder)).toEqual({
    host: "127.0.0.1",
    port: 8080,
    workers: 1,
    databaseUrl: undefined,
    dataDir: join(folder, "dossier-data"),
    databaseUser: undefined,
    adminKey: undefined,
    secret: undefined,
    previousSecret: undefined,
    rateLimit: 6000,
    console: true,
    keyInQuery: true,
    unknownQuery: "refuse",
    sessionIdle: 43_200,
    corsOrigins: [],
    trustedProxies: [],
    egressAllow: [],
    stopNotice: 0,
    erasureLog: join(folder, "dossier-data", "backups", "erasures.jsonl"),
    backupDir: join(folder, "dossier-data", "backups"),
    backupEvery: 0,
    backupKeep: 7,
    backupPassphrase: undefined,
    logLevel: "info",
    logRequests: true,
  });
});

test("every fault is told at once, and by the setting's name", () => {
  const faults = faultsOf({
    HOST: "0.0.0.0",
    PORT: "65536",
    DATABASE_URL: "mysql://here",
    DOSSIER_ADMIN_KEY: "too short",
    DOSSIER_SECRET: "abc",
    DOSSIER_RATE_LIMIT: "-1",
    DOSSIER_MAX_CONNECTIONS: "many",
    DOSSIER_CONSOLE: "maybe",
    DOSSIER_KEY_IN_QUERY: "maybe",
    DOSSIER_UNKNOWN_QUERY: "maybe",
    DOSSIER_CORS_ORIGINS: "https://a.example/path",
    LOG_LEVEL: "loud",
  });
  const named = ["HOST", "PORT", "DATABASE_URL", "DOSSIER_ADMIN_KEY", "DOSSIER_SECRET", "DOSSIER_RATE_LIMIT"];
  for (const name of [
    ...named,
    "DOSSIER_MAX_CONNECTIONS",
    "DOSSIER_CONSOLE",
    "DOSSIER_KEY_IN_QUERY",
    "DOSSIER_UNKNOWN_QUERY",
    "DOSSIER_CORS_ORIGINS",
    "LOG_LEVEL",
  ])
    expect(faults.filter((fault) => fault.startsWith(`${name} `))).toHaveLength(1);
  expect(faults).toHaveLength(12);
});

test("backups are every so many minutes, hours or days, for the embedded database only", () => {
  const everyOf = (text: string) => readConfig({ DOSSIER_BACKUP_EVERY: text }, folder).backupEvery;
  expect(["30m", "24h", "7d", "0"].map(everyOf)).toEqual([1800, 86_400, 604_800, 0]);
  for (const text of ["24", "h", "0h", "1w", "-1d", "400d", "1.5h"])
    expect(faultsOf({ DOSSIER_BACKUP_EVERY: text })[0], text).toMatch(/^DOSSIER_BACKUP_EVERY must be/);
  expect(faultsOf({ DOSSIER_BACKUP_PASSPHRASE: "too short" })[0]).toMatch(/12 or more characters/);
  const own = { DATABASE_URL: "postgres://localhost/d", DOSSIER_SECRET: "ab".repeat(32) };
  expect(readConfig(own, folder).erasureLog).toBeUndefined();
  expect(readConfig({ ...own, DOSSIER_ERASURE_LOG: "log" }, folder).erasureLog).toBe(join(folder, "log"));
  expect(faultsOf({ ...own, DOSSIER_BACKUP_EVERY: "24h" })[0]).toMatch(/is for the embedded database/);
});

test("a session that is not used ends after twelve hours, or as the operator says", () => {
  const idleOf = (env: Record<string, string>) => readConfig(env, folder).sessionIdle;
  expect([{}, { DOSSIER_SESSION_IDLE: "30m" }, { DOSSIER_SESSION_IDLE: "0" }].map(idleOf)).toEqual([
    43_200, 1800, 0,
  ]);
  expect(faultsOf({ DOSSIER_SESSION_IDLE: "soon" })[0]).toMatch(/^DOSSIER_SESSION_IDLE must be/);
});

describe("a variable that looks like a setting and is none", () => {
  test.each([
    ["DOSSIER_WORKER", "DOSSIER_WORKERS"],
    ["DOSSIER_DATADIR", "DOSSIER_DATA_DIR"],
    ["DOSSIER_ADMINKEY_FILE", "DOSSIER_ADMIN_KEY_FILE"],
    ["DOSSIER_API_KEY", "DOSSIER_KEY"],
    ["DOSSIER_PORT", "PORT"],
    ["DOSSIER_DATABASE_URL", "DATABASE_URL"],
    ["Dossier_Url", "DOSSIER_URL"],
  ])("%s is refused: %s is meant", (name, meant) => {
    expect(faultsOf({ [name]: "its-value" })).toEqual([`${name} is no setting: did you mean ${meant}?`]);
  });

  test("is refused beside every other fault, and its value is not shown", () => {
    const faults = faultsOf({ DOSSIER_SECRETS: "do-not-show", DOSSIER_QUUX: "this-neither", PORT: "x" });
    expect(faults.map((fault) => fault.split(" ")[0])).toEqual(["DOSSIER_QUUX", "DOSSIER_SECRETS", "PORT"]);
    expect(faults.join()).not.toMatch(/do-not-show|this-neither/);
    expect(faults[0]).not.toContain("did you mean");
    expect(faultsOf({ "DOSSIER_\u001b[2J": "x" }).join()).not.toContain("\u001b");
  });

  test("is accepted empty, or where Kubernetes or Docker say by it where a service is", () => {
    const links = {
      DOSSIER_SERVICE_HOST: "10.0.0.7",
      DOSSIER_SERVICE_PORT: "8080",
      DOSSIER_SERVICE_PORT_HTTP: "8080",
      DOSSIER_PORT: "tcp://10.0.0.7:8080",
      DOSSIER_PORT_8080_TCP: "tcp://10.0.0.7:8080",
      DOSSIER_PORT_8080_TCP_ADDR: "10.0.0.7",
      DOSSIER_WEB_PORT_8080_TCP_PROTO: "tcp",
    };
    expect(faultsOf({ ...links, DOSSIER_QUUX: "" })).toEqual([]);
  });

  test("is none of the settings of client commands", () => {
    const client = [
      "DOSSIER_URL",
      "DOSSIER_KEY",
      "DOSSIER_KEY_FILE",
      "DOSSIER_FROM_KEY",
      "DOSSIER_FROM_KEY_FILE",
    ];
    expect(faultsOf(Object.fromEntries(client.map((name) => [name, "x"])))).toEqual([]);
  });
});

describe("an address that other machines can reach", () => {
  test.each(["0.0.0.0", "::", "192.168.1.7", "example.org", "8.8.8.8"])(
    "%s needs a trusted proxy",
    (host) => {
      expect(faultsOf({ HOST: host })).toHaveLength(1);
      expect(faultsOf({ HOST: host, DOSSIER_TRUSTED_PROXIES: "10.0.0.0/8, ::1" })).toEqual([]);
      expect(faultsOf({ HOST: host, DOSSIER_TRUSTED_PROXIES: "10.0.0.0/33" })).toHaveLength(1);
    },
  );

  test.each(["127.0.0.1", "127.8.9.1", "::1", "localhost"])("%s is none", (host) => {
    expect(faultsOf({ HOST: host })).toEqual([]);
  });
});

test("an allowed target is a host and a port, spelled as in URLs", () => {
  const allow = (text: string) => readConfig({ DOSSIER_EGRESS_ALLOW: text }, folder).egressAllow;
  expect(allow("CRM.Internal:8443, crm.internal.:80,10.1.2.3:08080,[FD12:0::7]:443")).toEqual([
    "crm.internal:8443",
    "crm.internal:80",
    "10.1.2.3:8080",
    "[fd12::7]:443",
  ]);
  expect(allow("münchen.example:443,0x7f.1:1,[::ffff:10.0.0.1]:65535")).toEqual([
    "xn--mnchen-3ya.example:443",
    "127.0.0.1:1",
    "[::ffff:a00:1]:65535",
  ]);
  const wrong = [
    "crm",
    "crm:",
    ":80",
    "crm:0",
    "crm:65536",
    "crm:http",
    "*:80",
    "*.lan:80",
    "fd12::7:80",
    "10.0.0.0/8:80",
  ];
  for (const place of [
    ...wrong,
    "http://crm:80",
    "crm:80/x",
    "u@crm:80",
    "crm:80:90",
    "[::1]",
    "a b:80",
    "256.1.1.1:80",
  ])
    expect(faultsOf({ DOSSIER_EGRESS_ALLOW: `crm.internal:443,${place}` })).toHaveLength(1);
});

test("a database of one's own needs a secret of one's own", () => {
  expect(faultsOf({ DATABASE_URL: "postgresql://u:p@127.0.0.1/d" })).toHaveLength(1);
  const config = readConfig({ DATABASE_URL: "postgres://u@/d?host=/run/pg", DOSSIER_SECRET: secret }, folder);
  expect([config.databaseUrl, config.secret?.toString("hex")]).toEqual([
    "postgres://u@/d?host=/run/pg",
    secret,
  ]);
});

test.each(["DOSSIER_ADMIN_KEY", "DOSSIER_SECRET", "DATABASE_URL"])("%s can come from a file", (name) => {
  const values: Record<string, string> = {
    DOSSIER_ADMIN_KEY: "an-administrator-key-of-some-length",
    DOSSIER_SECRET: Buffer.alloc(32, 3).toString("base64"),
    DATABASE_URL: "postgres://u@127.0.0.1/d",
  };
  const file = join(folder, name);
  writeFileSync(file, `${values[name]}\n`);
  const env = { DOSSIER_SECRET: secret, ...(name === "DOSSIER_SECRET" ? { DOSSIER_SECRET: "" } : {}) };
  const config = readConfig({ ...env, [`${name}_FILE`]: file }, folder);
  const read = { DOSSIER_ADMIN_KEY: config.adminKey, DOSSIER_SECRET: config.secret?.toString("base64") };
  expect({ ...read, DATABASE_URL: config.databaseUrl }[name]).toBe(values[name]);
  expect(faultsOf({ ...env, [name]: "x", [`${name}_FILE`]: file }).join()).toContain("both set");
  expect(faultsOf({ ...env, [`${name}_FILE`]: join(folder, "absent") }).join()).toContain("cannot be read");
});

test("the README's table has every setting, and the release is the one of the packages", () => {
  const root = new URL("../../", import.meta.url);
  const readme = readFileSync(new URL("README.md", root), "utf8");
  const rows = [...readme.matchAll(/^\| `([A-Z_]+)` +\|/gm)].map((match) => match[1]);
  expect(rows).toEqual([...settingNames]);
  for (const path of ["package.json", "api/package.json", "server/package.json", "console/package.json"]) {
    const manifest = JSON.parse(readFileSync(new URL(path, root), "utf8")) as { version: string };
    expect(manifest.version).toBe(version);
  }
});
