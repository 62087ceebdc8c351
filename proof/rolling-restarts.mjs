// Rolling restarts behind HAProxy: `node proof/rolling-restarts.mjs [restarts, default 4] [clients, default 24]`. Two
// servers share one database; HAProxy (Debian's package, or the program that HAPROXY names) asks /readyz and distributes.
// One server after the other is stopped by SIGTERM and started again while clients read and write through the proxy. No
// request may fail. Loopback only; terminates.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { check, conclude, key, quantile, startServer } from "./server.mjs";
import { ask, startClients } from "./support/steady-clients.mjs";

const restarts = Number(process.argv[2] ?? 4);
const clientCount = Number(process.argv[3] ?? 24);
const haproxy = process.env.HAPROXY ?? "haproxy";
if (spawnSync(haproxy, ["-v"]).status !== 0) {
  console.log("HAProxy is not there: install it, or name its program in HAPROXY");
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), "dossier-rolling-"));
const freePort = () =>
  new Promise((found) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => found(port));
    });
  });
const [proxyPort, ...ports] = [await freePort(), await freePort(), await freePort()];

/** As docs/deploy.md says: two seconds of notice, a check each half second. */
const configuration = `
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend desk
  bind 127.0.0.1:${proxyPort}
  default_backend dossier
backend dossier
  option httpchk GET /readyz
  option redispatch
  retries 3
  retry-on conn-failure
  default-server check inter 500ms fall 1 rise 2
${ports.map((port, n) => `  server s${n} 127.0.0.1:${port}`).join("\n")}
`;

/** The embedded database of a server that gets no requests, for the two behind the proxy. */
const dataDir = join(folder, "data");
const holder = await startServer({ DOSSIER_DATA_DIR: dataDir });
const {
  socketFolder,
  port: databasePort,
  user,
  database,
} = JSON.parse(readFileSync(join(dataDir, "dossier.json"), "utf8"));
const settings = {
  DATABASE_URL: `postgres://${user}@/${database}?host=${socketFolder}&port=${databasePort}`,
  DOSSIER_SECRET: "ab".repeat(32),
  DOSSIER_STOP_NOTICE: "2",
};
const startBehind = (port) => startServer({ ...settings, PORT: String(port) });

let proxy;
const servers = [];
try {
  for (const port of ports) servers.push(await startBehind(port));
  const path = join(folder, "haproxy.cfg");
  writeFileSync(path, configuration);
  proxy = spawn(haproxy, ["-db", "-f", path], { stdio: ["ignore", "ignore", "inherit"] });
  const url = `http://127.0.0.1:${proxyPort}`;
  const isReady = async () => (await ask({ url: `${url}/readyz`, key, agent: false })).status === 200;
  for (const end = Date.now() + 20_000; !(await isReady()); await wait(100))
    if (Date.now() > end) throw new Error("nothing is ready behind the proxy");
  await wait(2_000); // both servers have passed their checks
  const clients = startClients(clientCount, { url, key, pauseMs: 40 });
  const codes = [];
  for (let n = 0; n < restarts; n += 1) {
    await wait(1_000);
    const at = n % servers.length;
    process.kill(servers[at].pid, "SIGTERM");
    codes.push(await servers[at].ended);
    servers[at] = await startBehind(ports[at]);
    await wait(2_000); // the proxy has seen it
  }
  await clients.stop();
  const failed = clients.outcomes.filter(({ kind, status }) => kind !== "answered" || status !== 200);
  for (const { kind, status, reason, text } of failed.slice(0, 5))
    console.log(`failed: ${kind} ${status ?? reason} ${text?.slice(0, 120) ?? ""}`);
  const times = clients.outcomes.map(({ ms }) => ms);
  check("no request fails", failed.length === 0);
  check("there were at least 4,000 requests", clients.outcomes.length >= 4_000);
  check(
    "every stop ends with 0",
    codes.every((code) => code === 0),
  );
  conclude(
    `rolling restarts node=${process.version} restarts=${restarts} clients=${clientCount} requests=${clients.outcomes.length} failed=${failed.length} p50_ms=${quantile(times, 0.5).toFixed(1)} p99_ms=${quantile(times, 0.99).toFixed(1)} max_ms=${Math.max(...times).toFixed(0)}`,
  );
} finally {
  proxy?.kill("SIGKILL");
  for (const server of servers) await server.stop();
  await holder.stop();
  rmSync(folder, { recursive: true, force: true });
}
