// Kills of workers: `node proof/worker-kills.mjs [kills, default 100] [seed] [workers, default 3]`. 64 clients ask while
// workers are killed with SIGKILL: one, two at once, one that is still starting, one that was stopped with SIGSTOP
// before, the last one that listens, and at the end one while the server stops. Each request must be answered, or its
// connection closed within a second of the kill; none may hang, and none may be refused while a worker
// listens. `late` counts ends after five seconds, which a machine without other work does not have. Loopback only;
// terminates.
import { randomInt } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { chance, check, conclude, key, quantile, startServer } from "./server.mjs";
import { ask, deadlineMs, lateMs, startClients } from "./support/steady-clients.mjs";

const kills = Number(process.argv[2] ?? 100);
const seed = Number(process.argv[3] ?? randomInt(2 ** 31));
const workers = Number(process.argv[4] ?? 3);
const below = chance(seed);
const clientCount = 64;

const killTimes = [];
/** The times in which no worker listened, so that the port was closed. */
const closedTimes = [];
const halves = { answered: 0, cut: 0, hung: 0, wrong: 0 };

/** A fixed port: with PORT=0, workers that follow when all were killed have another one. */
const port = await new Promise((found) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const { port: free } = probe.address();
    probe.close(() => found(String(free)));
  });
});
const server = await startServer({ PORT: port, DOSSIER_WORKERS: String(workers), DOSSIER_STOP_NOTICE: "1" });

/** The processes of the workers, oldest first, with their state. */
function livingWorkers() {
  const found = [];
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (Number(parent) !== server.pid || state === "Z") continue;
      if (readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0").includes("worker"))
        found.push(Number(name));
    } catch {
      // it has ended
    }
  }
  return found.sort((a, b) => a - b);
}

/** Waits until as many workers serve as should: each has sixteen database connections for requests. */
async function untilAllServe() {
  let seen;
  for (const end = Date.now() + 60_000; Date.now() < end; await wait(100)) {
    seen = await ask({ url: `${server.url}/metrics`, key, agent: false });
    const [, connections] = /^dossier_db_pool_max_connections (\d+)$/m.exec(seen.text ?? "") ?? [];
    if (Number(connections) === 16 * workers) return;
  }
  throw new Error(
    `the workers did not come back: ${JSON.stringify({ ...seen, text: undefined })}, ${livingWorkers().length} live`,
  );
}

function kill(pid) {
  killTimes.push(performance.now());
  process.kill(pid, "SIGKILL");
}

async function killOne() {
  const pids = livingWorkers();
  kill(pids[below(pids.length)]);
}

async function killTwo() {
  const [first, second] = livingWorkers();
  kill(first);
  kill(second);
}

/** Kills one, and then the one that is started in its place, before or after it can listen. */
async function killStarting() {
  const before = new Set(livingWorkers());
  await killOne();
  for (const end = Date.now() + 10_000; Date.now() < end; await wait(5)) {
    const fresh = livingWorkers().find((pid) => !before.has(pid));
    if (fresh === undefined) continue;
    await wait(below(1200));
    kill(fresh);
    return;
  }
}

/** Stops one for a moment, so that connections are on their way to it, and kills it. */
async function killStopped() {
  const pids = livingWorkers();
  const pid = pids[below(pids.length)];
  process.kill(pid, "SIGSTOP");
  await wait(below(300));
  kill(pid);
}

/** Kills all, the last one when the others are starting: it is stopped, and connections are on their way to it. */
async function killListening() {
  const pids = livingWorkers();
  const last = pids.pop();
  pids.forEach(kill);
  const isFresh = (pid) => pid !== last && !pids.includes(pid);
  for (const end = Date.now() + 10_000; Date.now() < end && !livingWorkers().some(isFresh); ) await wait(5);
  process.kill(last, "SIGSTOP");
  await wait(300);
  const begun = performance.now();
  kill(last);
  await untilAllServe();
  closedTimes.push([begun, performance.now()]);
}

/** Kills one while the server stops; returns the server's exit code. */
async function killWhileStopping() {
  process.kill(server.pid, "SIGTERM");
  await wait(below(1500));
  kill(livingWorkers()[0]);
  return server.ended;
}

/** Connections with half of a request sent, and with a response half read, before a kill; the rest follows after it. */
function openHalves(count) {
  const { port } = server;
  return Array.from({ length: count }, (_, n) => (n % 2 === 0 ? halfRequest(port) : halfResponse(port)));
}

function halfRequest(port) {
  const body = JSON.stringify({ brandID: 1, firstname: "Half" });
  const socket = connect(port, "127.0.0.1");
  socket.write(
    `POST /api/v2/customer/createCustomerCRUD HTTP/1.1\r\nHost: x\r\napiKey: ${key}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 10)}`,
  );
  return finishHalf(socket, () => socket.write(body.slice(10)));
}

function halfResponse(port) {
  const socket = connect(port, "127.0.0.1");
  socket.write(`GET /openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  socket.pause();
  return finishHalf(socket, () => socket.resume());
}

/** Sends or reads the rest: a whole response is `answered`, an end before it `cut`, neither in thirty seconds `hung`. */
function finishHalf(socket, rest) {
  let text = "";
  socket.setEncoding("latin1");
  const closed = new Promise((done) => socket.once("close", done));
  socket.on("error", () => undefined);
  return async () => {
    socket.on("data", (part) => (text += part));
    rest();
    const timer = setTimeout(() => {
      halves.hung += 1;
      socket.destroy();
    }, deadlineMs);
    const hungBefore = halves.hung;
    await closed;
    clearTimeout(timer);
    if (halves.hung > hungBefore) return;
    const [head, body] = text.split("\r\n\r\n");
    const length = Number(/content-length: (\d+)/i.exec(head ?? "")?.[1]);
    const isWhole =
      text.startsWith("HTTP/1.1 200") && (body?.length === length || text.endsWith("\r\n0\r\n\r\n"));
    if (isWhole) halves.answered += 1;
    else if (/^HTTP\/1\.1 [^2]/.test(text)) halves.wrong += 1;
    else halves.cut += 1;
  };
}

const kinds = [killOne, killOne, killTwo, killOne, killStopped, killOne, killStarting, killListening];

async function round(n) {
  const finish = openHalves(8);
  await wait(100 + below(300));
  await kinds[n % kinds.length]();
  await wait(50);
  await Promise.all(finish.map((act) => act()));
  await untilAllServe();
}

/** The time between the kill before it and the end of a cut request. */
function cutAfter({ at }) {
  const last = killTimes.findLast((time) => time <= at);
  return last === undefined ? Infinity : at - last;
}

try {
  const clients = startClients(clientCount, { url: server.url, key });
  for (let n = 0; killTimes.length < kills - 1; n += 1) await round(n);
  const stopBegun = performance.now();
  const exitCode = await killWhileStopping();
  closedTimes.push([stopBegun, Infinity]);
  await clients.stop();
  const of = (kind) => clients.outcomes.filter((outcome) => outcome.kind === kind);
  const answered = of("answered");
  const foreign = answered.filter(({ status }) => status !== 200);
  const cutTimes = of("cut")
    .filter(({ at }) => at < stopBegun)
    .map(cutAfter);
  const refused = of("refused").filter(({ at }) => !closedTimes.some(([from, to]) => at >= from && at <= to));
  const times = answered.map(({ ms }) => ms);
  for (const { reason } of of("hung").slice(0, 5)) console.log(`hung: ${reason}`);
  for (const { status, text } of foreign.slice(0, 5))
    console.log(`answered ${status}: ${text.slice(0, 200)}`);
  check("no request hangs", of("hung").length === 0 && halves.hung === 0);
  check("no connection is refused while a worker listens", refused.length === 0);
  check("the server stops in order although a worker was killed", exitCode === 0);
  check(
    "a connection is closed within a second of the kill",
    cutTimes.every((ms) => ms <= 1_000),
  );
  check("each response is the expected one", foreign.length === 0 && halves.wrong === 0);
  const cutMax = Math.round(Math.max(0, ...cutTimes));
  conclude(
    `worker kills node=${process.version} kills=${killTimes.length} clients=${clientCount} workers=${workers} requests=${clients.outcomes.length} answered=${answered.length} cut=${of("cut").length} refused=${refused.length} hung=${of("hung").length} late=${clients.outcomes.filter(({ ms }) => ms > lateMs).length} cut_max_ms=${cutMax} p50_ms=${Math.round(quantile(times, 0.5))} p99_ms=${Math.round(quantile(times, 0.99))} halves_answered=${halves.answered} halves_cut=${halves.cut} halves_hung=${halves.hung} seed=${seed}`,
  );
} finally {
  await server.stop();
}
