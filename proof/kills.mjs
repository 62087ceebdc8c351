// Kills under load: `node proof/kills.mjs [rounds of each kind, default 10] [seed]`. Sixteen writers create customers
// while Node, PostgreSQL (every process of it), or both are killed with SIGKILL. Each write carries an Idempotency-Key
// and is repeated with the same key until it gets a response; every response is recorded. At the end each acknowledged
// customer must exist, complete, once. Loopback only; terminates.
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const rounds = Number(process.argv[2] ?? 10);
const seed = Number(process.argv[3] ?? randomInt(2 ** 31));
const folder = mkdtempSync(join(tmpdir(), "dossier-kills-"));
const key = "kills-administrator-key-0123456789";
const writers = 16;

let random = seed;
/** A linear congruential generator: the run is repeatable as far as timing allows. */
function below(limit) {
  random = (random * 1103515245 + 12345) % 2 ** 31;
  return random % limit;
}

let server;
let url;
const load = { on: true };
const acknowledged = new Map();
const readyAfter = [];
let failedRestarts = 0;
let answers5xx = 0;
let crashes = 0;

function startNode() {
  const child = spawn(process.execPath, [join(root, "scripts/start.mjs")], {
    env: {
      ...process.env,
      PORT: "0",
      DOSSIER_DATA_DIR: join(folder, "data"),
      DOSSIER_ADMIN_KEY: key,
      DOSSIER_RATE_LIMIT: "0",
      LOG_LEVEL: "fatal",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((found) => {
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
      const match = /API\s+(http:\S+)\/api\/v2/.exec(text);
      if (match) found({ child, url: match[1] });
    });
    child.on("exit", () => found({ child, url: undefined }));
  });
}

async function untilReady(begun) {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await wait(10)) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    await answer?.text().catch(() => undefined);
    if (answer?.status === 200) {
      readyAfter.push(Math.round(performance.now() - begun));
      return;
    }
  }
  failedRestarts += 1;
}

async function restartNode() {
  const started = await startNode();
  if (!started.url) failedRestarts += 1;
  server = started.child;
  url = started.url ?? url;
  server.once("exit", (_code, signal) => {
    if (signal !== "SIGKILL" && load.on) crashes += 1;
  });
}

function postgresPids() {
  const postmaster = Number(
    readFileSync(join(folder, "data/postgres/postmaster.pid"), "utf8").split("\n")[0],
  );
  const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, "utf8").trim().split(" ");
  return [postmaster, ...children.filter((pid) => pid !== "").map(Number)];
}

function kill(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it had ended already
  }
}

async function round(kind) {
  await wait(200 + below(800));
  const begun = performance.now();
  const pids = kind === "node" ? [] : postgresPids();
  if (kind !== "postgres") kill(server.pid);
  pids.forEach(kill);
  if (kind !== "postgres") await restartNode();
  else await wait(20);
  if (server.exitCode !== null) await restartNode();
  await untilReady(begun);
}

async function writer(n) {
  for (let i = 0; load.on; i += 1) {
    const name = `w${n}-${i}`;
    const body = JSON.stringify({
      brandID: 1,
      primaryID: name,
      firstname: "Kill",
      customerChannelType_0: "email",
      customerChannelValue_0: `${name}@example.org`,
      customerChannelType_1: "telephone",
      customerChannelValue_1: `+49${String(n).padStart(3, "0")}${String(i).padStart(8, "0")}`,
    });
    const id = await untilAnswered(name, body);
    if (id !== undefined) acknowledged.set(name, id);
  }
}

/** Repeats one write with one Idempotency-Key until it gets a response, for a minute at most. */
async function untilAnswered(name, body) {
  const headers = { apiKey: key, "content-type": "application/json", "idempotency-key": name };
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await wait(25)) {
    try {
      const answer = await fetch(`${url}/api/v2/customer/createCustomerCRUD`, {
        method: "POST",
        headers,
        body,
      });
      const result = await answer.json();
      if (answer.status === 200) return result.id;
      if (answer.status !== 503) {
        answers5xx += 1;
        console.log(`unexpected answer ${answer.status}: ${result.code} ${result.message}`);
      }
    } catch {
      // the connection broke: the same write again
    }
    if (!load.on) return undefined;
  }
  return undefined;
}

async function verify() {
  let lost = 0;
  let torn = 0;
  const ids = new Set();
  for (const [name, id] of acknowledged) {
    const answer = await fetch(`${url}/api/v2/customer/${id}`, { headers: { apiKey: key } });
    const { item } = await answer.json();
    if (answer.status !== 200 || item.external_primary_id !== name) lost += 1;
    else if (item.channels.length !== 2) torn += 1;
    ids.add(id);
  }
  const list = await (await fetch(`${url}/api/v2/customer?itemLimit=1`, { headers: { apiKey: key } })).json();
  return { lost, torn, twice: acknowledged.size - ids.size, unanswered: list.itemTotal - acknowledged.size };
}

try {
  await restartNode();
  const working = Array.from({ length: writers }, (_, n) => writer(n));
  const kinds = ["node", "postgres", "both"].flatMap((kind) => Array(rounds).fill(kind));
  for (const kind of kinds.sort(() => below(3) - 1)) await round(kind);
  await wait(500);
  load.on = false;
  await Promise.all(working);
  const { lost, torn, twice, unanswered } = await verify();
  readyAfter.sort((a, b) => a - b);
  const p50 = readyAfter[Math.floor(readyAfter.length / 2)];
  const ok = lost + torn + twice + failedRestarts + answers5xx + crashes === 0 && acknowledged.size > 0;
  console.log(
    `kills node=${rounds} postgres=${rounds} both=${rounds} writers=${writers} acked=${acknowledged.size} lost=${lost} torn=${torn} twice=${twice} committed_unanswered=${unanswered} other_errors=${answers5xx} crashes=${crashes} failed_restarts=${failedRestarts} ready_p50_ms=${p50} ready_max_ms=${readyAfter.at(-1)} seed=${seed}`,
  );
  process.exitCode = ok ? 0 : 1;
} finally {
  const gone = server.exitCode === null ? new Promise((done) => server.once("exit", done)) : undefined;
  server.kill("SIGTERM");
  await gone;
  rmSync(folder, { recursive: true, force: true });
}
