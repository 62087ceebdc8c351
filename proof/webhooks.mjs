// Webhooks through kills: `node proof/webhooks.mjs [events, default 10000] [kills, default 50] [seed]`. Two processes
// on one database send the events of writers to a hostile receiver; one of them is killed with SIGKILL again and again.
// The receiver answers late, with 500, 302, 429, a reset, a drip, a timeout, a stream of up to 1 GB, a gzip bomb; an
// endpoint of its own answers 410, another one always 500. Deliveries that wait for a later attempt are made due in the
// database, so that three days pass in minutes. At the end every event must have been received: none missing, each
// customer's in order, every repetition byte for byte the same, every signature valid. Loopback only; terminates.
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const serverHas = createRequire(join(root, "server/package.json"));
const [pg, { Webhook }] = [serverHas("pg"), serverHas("standardwebhooks")];
const wanted = Number(process.argv[2] ?? 10_000);
const kills = Number(process.argv[3] ?? 50);
const seed = Number(process.argv[4] ?? randomInt(2 ** 31));
const folder = mkdtempSync(join(tmpdir(), "dossier-webhooks-"));
const dataDir = join(folder, "data");
const key = "webhooks-administrator-key-0123456789";
const writers = 12;

let random = seed;
function below(limit) {
  random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
  return (random >>> 8) % limit;
}

/** Every request to `/all`, by its id. */
const seen = new Map();
const acked = []; // in the order of the successful responses
const counts = { requests: 0, badSignatures: 0, otherBytes: 0, repeated: 0, lacksSecond: 0 };
const elsewhere = { gone: 0, dead: 0 };
const secrets = [];
let rotatedAt = Infinity;
let hostile = true;
const bomb = gzipSync(Buffer.alloc(50_000_000));
const filler = Buffer.alloc(65_536, "x");

/** Ways to fail. Those that use the sender's whole timeout are rare. */
const misdeeds = [
  (response) => response.writeHead(500).end(),
  (response) => response.writeHead(302, { location: "/elsewhere" }).end(),
  (response) => response.writeHead(429, { "retry-after": "1" }).end(),
  (response) => response.writeHead(200, { "content-length": "9" }).write("x", () => response.destroy()),
  (response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb),
  (response) => {
    let left = 16_384; // 1 GB
    const pour = () => void (response.destroyed || left-- === 0 || response.write(filler, pour));
    response.writeHead(200);
    pour();
  },
];
const slow = [
  (response) => void response, // silence
  (response) => {
    response.writeHead(200);
    const drip = setInterval(() => response.write("x"), 500);
    response.on("close", () => clearInterval(drip));
  },
];

function answer(path, request, body, response) {
  if (path === "/gone") return void ((elsewhere.gone += 1), response.writeHead(410).end());
  if (path === "/dead") return void ((elsewhere.dead += 1), response.writeHead(500).end());
  const id = request.headers["webhook-id"];
  counts.requests += 1;
  const now = performance.now();
  const one = seen.get(id) ?? { body, data: JSON.parse(body).data, times: [], cuts: [], ackedAt: undefined };
  seen.set(id, one);
  if (one.body !== body) counts.otherBytes += 1;
  if (one.ackedAt !== undefined) counts.repeated += 1;
  one.times.push(now);
  checkSignatures(request.headers, body, now);
  const dice = hostile && one.ackedAt === undefined ? below(400) : 999;
  if (dice === 0) return slow[below(slow.length)](response);
  if (dice < 13) return misdeeds[below(misdeeds.length)](response);
  if (dice < 20) return void setTimeout(() => good(one, response), 500 + below(1500));
  response.on("close", () => void (response.writableFinished || one.cuts.push(performance.now())));
  setTimeout(() => good(one, response), below(30));
}

function good(one, response) {
  if (response.destroyed) return;
  if (one.ackedAt === undefined) {
    one.ackedAt = performance.now();
    acked.push(one.data);
  }
  response.writeHead(204).end();
}

function checkSignatures(headers, body, now) {
  const fits = secrets.map((secret) => {
    try {
      new Webhook(secret).verify(body, headers);
      return true;
    } catch {
      return false;
    }
  });
  if (!fits.includes(true)) counts.badSignatures += 1;
  if (now > rotatedAt + 20_000 && fits.includes(false)) counts.lacksSecond += 1;
}

const receiver = createServer((request, response) => {
  const parts = [];
  request.on("error", () => undefined);
  response.on("error", () => undefined);
  request.on("data", (part) => parts.push(part));
  request.on("end", () => answer(request.url, request, Buffer.concat(parts).toString(), response));
});
await new Promise((done) => receiver.listen(0, "127.0.0.1", done));
const place = `127.0.0.1:${receiver.address().port}`;

function startNode(more) {
  const { DATABASE_URL: _url, ...env } = process.env;
  const child = spawn(process.execPath, [join(root, "scripts/start.mjs")], {
    env: {
      ...env,
      PORT: "0",
      DOSSIER_ADMIN_KEY: key,
      DOSSIER_RATE_LIMIT: "0",
      DOSSIER_EGRESS_ALLOW: place,
      LOG_LEVEL: "fatal",
      ...more,
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

let url;
let calls = 0;

/**
 * Repeats a call until the response is more than "try again": a POST with its key, and a PUT that changes nothing the
 * second time, take effect once however often they are sent.
 */
async function call(method, path, fields) {
  const headers = {
    apiKey: key,
    "content-type": "application/json",
    "idempotency-key": `call-${(calls += 1)}`,
  };
  const body = fields ? { body: JSON.stringify(fields) } : {};
  for (const deadline = Date.now() + 120_000; ; await wait(100)) {
    const answered = await fetch(`${url}/api/v2${path}`, { method, headers, ...body }).catch(() => undefined);
    const said = await answered?.json().catch(() => undefined);
    if (said && answered.status === 200) return said;
    const again = !said || answered.status === 503 || answered.status === 409;
    if (!again || Date.now() > deadline)
      throw new Error(`${method} ${path}: ${answered?.status} ${said?.message}`);
  }
}

async function listen(path, events) {
  const made = await call("POST", "/webhook", { url: `http://${place}${path}`, events });
  if (path === "/all") secrets.push(made.secret);
  return made.id;
}

const load = { on: true, events: 0 };
async function writer() {
  while (load.on) {
    const { id } = await call("POST", "/customer/createCustomerCRUD", { brandID: 1, firstname: "Ada" });
    load.events += 1;
    for (let at = 0; at < 20 && load.on; at += 1) {
      if (at % 2) await call("POST", "/customer/externalEvent", { customer_id: id, message: "Order 7" });
      else await call("PUT", `/customer/${id}`, { lastname: `L${String.fromCharCode(97 + at)}` });
      load.events += 1;
      await wait(pace);
    }
  }
}

/** Pause between two writes of a writer, so that they write for as long as there are kills. */
const pace = 150;
const killedAt = [];
let failedStarts = 0;

async function killAgainAndAgain(database) {
  const { secret } = database;
  while (killedAt.length < kills) {
    const other = await startNode({ DATABASE_URL: database.url, DOSSIER_SECRET: secret });
    if (!other.url) {
      failedStarts += 1; // a busy machine, or the database was slow: there was no process to kill
      continue;
    }
    await wait(300 + below(1200));
    const gone = new Promise((done) => other.child.once("exit", done));
    other.child.kill("SIGKILL");
    killedAt.push(performance.now());
    await gone;
    if (killedAt.length === Math.ceil(kills / 2)) await rotate();
  }
}

let all;
async function rotate() {
  secrets.push((await call("POST", `/webhook/rotateSecret/${all}`, {})).secret);
  rotatedAt = performance.now();
}

/** Seconds from a kill to the next request for a delivery that it interrupted, or that had succeeded just before it. */
function redeliveries() {
  const gaps = [];
  for (const { times, cuts, ackedAt = Infinity } of seen.values())
    for (const at of killedAt) {
      const after = times.find((time) => time > at + 50);
      const isCut = cuts.some((cut) => Math.abs(cut - at) < 100);
      const isForgotten = ackedAt > at - 500 && ackedAt <= at + 50;
      if (after !== undefined && (isCut || isForgotten)) gaps.push((after - at) / 1000);
    }
  return gaps.sort((a, b) => a - b);
}

function reordered() {
  const last = new Map();
  let wrong = 0;
  for (const { customer_id: id, sequence } of acked) {
    if (sequence <= (last.get(id) ?? 0)) wrong += 1;
    last.set(id, sequence);
  }
  return wrong;
}

async function untilTold(timeoutMs) {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await wait(500))
    if (acked.length >= load.events) return;
}

const first = await startNode({ DOSSIER_DATA_DIR: dataDir });
let sql;
try {
  url = first.url;
  const { socketFolder, user, database } = JSON.parse(readFileSync(join(dataDir, "dossier.json"), "utf8"));
  sql = new pg.Client({ host: socketFolder, user, database });
  await sql.connect();
  const events = ["customer.created", "customer.updated", "event.created"];
  all = await listen("/all", events);
  const [gone, dead] = [await listen("/gone", events), await listen("/dead", events)];
  // A lane in progress is due when its lease of three seconds ends: only what is due later waits for another attempt.
  const forward =
    "UPDATE job_lane SET due_at = now() WHERE kind = 'webhook' AND due_at > now() + interval '3500 ms'";
  let hurried = Promise.resolve();
  const hurry = setInterval(() => {
    hurried = hurried.then(() => sql.query(forward)).catch(() => undefined);
  }, 400);
  const working = Array.from({ length: writers }, () => writer());
  const secret = readFileSync(join(dataDir, "secret"), "utf8").trim();
  const host = encodeURIComponent(socketFolder);
  await killAgainAndAgain({ url: `postgresql://${user}@/${database}?host=${host}&port=5432`, secret });
  while (load.events < wanted) await wait(100);
  load.on = false;
  await Promise.all(working);
  hostile = false;
  await untilTold(240_000);
  clearInterval(hurry);
  await hurried;
  await wait(1000);
  const states = [];
  for (const id of [gone, dead]) states.push((await call("GET", `/webhook/${id}`)).item.off_reason);
  const waiting = (await call("GET", `/webhook/deliveries/${all}?state=waiting`)).itemTotal;
  const missing = load.events - acked.length;
  const gaps = redeliveries();
  const p99 = gaps.length > 0 ? gaps[Math.floor(gaps.length * 0.99)].toFixed(1) : "none";
  const max = gaps.length > 0 ? gaps.at(-1).toFixed(1) : "none";
  const wrongs =
    Math.abs(missing) + waiting + counts.otherBytes + counts.badSignatures + counts.lacksSecond + reordered();
  const ok = wrongs === 0 && states.join() === "gone,failing" && counts.repeated <= load.events / 10;
  console.log(
    `webhooks events=${load.events} kills=${killedAt.length} missing=${missing} requests=${counts.requests} dup=${counts.repeated} dup_other_bytes=${counts.otherBytes} reordered=${reordered()} bad_sig=${counts.badSignatures} one_sig_after_rotation=${counts.lacksSecond} redelivered=${gaps.length} redeliver_p99_s=${p99} redeliver_max_s=${max} waiting=${waiting} off=${states.join("/")} gone_requests=${elsewhere.gone} dead_requests=${elsewhere.dead} failed_starts=${failedStarts} seed=${seed}`,
  );
  process.exitCode = ok ? 0 : 1;
} finally {
  await sql?.end();
  const over =
    first.child.exitCode === null ? new Promise((done) => first.child.once("exit", done)) : undefined;
  first.child.kill("SIGTERM");
  await over;
  receiver.closeAllConnections();
  receiver.close();
  rmSync(folder, { recursive: true, force: true });
}
