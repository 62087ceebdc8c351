// Wrong clocks: `node proof/clocks.mjs`. The server runs under libfaketime (Debian's package faketime), its database
// does not: ten minutes slow and fast, three days fast, an hour back and an hour forward while it runs, 29 February,
// 2038. Each time a receiver with a correct clock must accept the webhooks, in order, the timeline must keep its order,
// keys and responses stored for retries must expire at their times, and the log must report the fault. Loopback only;
// terminates.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const { Webhook } = createRequire(join(root, "server/package.json"))("standardwebhooks");
const library = findLibrary();
const folder = mkdtempSync(join(tmpdir(), "dossier-clocks-"));
const clockFile = join(folder, "clock");
const adminKey = "clocks-administrator-key-0123456789";
const timeoutMs = 60_000;

const shifts = [
  { name: "10 minutes slow", clock: "-10m" },
  { name: "10 minutes fast", clock: "+10m" },
  { name: "3 days fast", clock: "+3d" },
  { name: "an hour back while it runs", clock: "+0", later: "-1h" },
  { name: "an hour forward while it runs", clock: "+0", later: "+1h" },
  { name: "29 February", clock: "@2028-02-29 23:59:50" },
  { name: "2038", clock: "@2038-01-19 03:14:00" },
];

/** The server under test, so that a failure leaves none behind. */
let running;
const counts = { order_changes: 0, early_expiry: 0, warned: 0 };
const received = new Map();
const receiver = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const list = received.get(request.url) ?? [];
    received.set(request.url, [
      ...list,
      { headers: request.headers, body: Buffer.concat(chunks).toString() },
    ]);
    response.writeHead(204).end();
  });
});
await new Promise((done) => receiver.listen(0, "127.0.0.1", done));
const place = `127.0.0.1:${receiver.address().port}`;

/** Starts the server under the clock in the file. */
async function start() {
  const child = spawn(process.execPath, [join(root, "scripts/run.mjs"), "serve"], {
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      PORT: "0",
      DOSSIER_DATA_DIR: join(folder, "data"),
      DOSSIER_ADMIN_KEY: adminKey,
      DOSSIER_EGRESS_ALLOW: place,
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: clockFile,
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = [];
  let output = "";
  createInterface({ input: child.stderr }).on("line", (line) => log.push(line));
  child.stdout.on("data", (part) => (output += part));
  const ended = new Promise((done) => child.once("close", done));
  await until(() => output.includes("is ready") || child.exitCode !== null, "the start");
  const url = /API +(http:\S+)\/api\/v2/.exec(output)?.[1];
  if (!url) throw new Error(`it did not start: ${log.join("\n")}`);
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  running = child;
  return { url, log, stop };
}

/** One call; the response's body, and whether it was a stored one. */
async function call(url, method, path, body, headers = {}) {
  const answer = await fetch(`${url}/api/v2${path}`, {
    method,
    headers: { apiKey: adminKey, "content-type": "application/json", ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (answer.status >= 400 && !headers.apiKey) throw new Error(`${method} ${path}: ${await answer.text()}`);
  const replayed = answer.headers.get("idempotency-replayed") === "true";
  return { ...(await answer.json()), status: answer.status, replayed };
}

async function tryShift({ name, clock, later }, number) {
  writeFileSync(clockFile, `${clock}\n`);
  const { url, log, stop } = await start();
  const path = `/shift-${number}`;
  const { id: brandId } = await call(url, "POST", "/brand", { name });
  const hook = {
    url: `http://${place}${path}`,
    events: ["customer.created", "event.created"],
    brand_ids: [brandId],
  };
  const { secret } = await call(url, "POST", "/webhook", hook);
  const creation = [
    { brand_id: brandId, primary_id: `p-${number}` },
    { "idempotency-key": `token-${number}` },
  ];
  const { id } = await call(url, "POST", "/customer", ...creation);
  const { key } = await call(url, "POST", "/apikey", {
    name: "ends",
    permissions: ["CUSTOMER_READ"],
    expires_at: new Date(Date.now() + 15_000).toISOString(),
  });
  const status = async () => (await call(url, "GET", `/customer/${id}`, undefined, { apiKey: key })).status;
  if ((await status()) !== 200) counts.early_expiry += 1;
  if (later) writeFileSync(clockFile, `${later}\n`);
  const messages = Array.from({ length: 5 }, (_, n) => `event ${n}`);
  for (const message of messages)
    await call(url, "POST", "/customer/externalEvent", { customer_id: id, message });
  const again = await call(url, "POST", "/customer", ...creation);
  if (!again.replayed || again.id !== id) counts.early_expiry += 1;
  await until(async () => (await status()) === 401, "the end of a key");
  await until(() => received.get(path)?.length === 1 + messages.length, `the webhooks of ${name}`);
  checkOrder(received.get(path), secret);
  const timeline = await call(
    url,
    "GET",
    `/customer/timelineByCustomerExternalID?customer_id=${id}&itemLimit=9`,
  );
  const told = timeline.items.map((item) => item.description).filter((text) => messages.includes(text));
  if (told.toReversed().join() !== messages.join()) counts.order_changes += 1;
  await until(() => log.some((line) => line.includes("clock differs")), `the warning of ${name}`);
  const { clock_difference: difference } = await (await fetch(`${url}/readyz`)).json();
  if (Math.abs(difference) > 2) counts.warned += 1;
  console.log(`${name}: the clocks are ${difference} s apart, ${told.length} events in order`);
  await stop();
}

/** The independent library accepts every delivery, at the right time, and a customer's arrive in order. */
function checkOrder(deliveries, secret) {
  const sequences = deliveries.map(
    ({ headers, body }) => new Webhook(secret).verify(body, headers).data.sequence,
  );
  if (sequences.some((sequence, n) => n > 0 && sequence <= sequences[n - 1])) counts.order_changes += 1;
}

async function until(look, what) {
  for (const begun = performance.now(); !(await look()); await wait(20))
    if (performance.now() - begun > timeoutMs) throw new Error(`waited in vain for ${what}`);
}

function findLibrary() {
  const all = readdirSync("/usr/lib").map((name) => `/usr/lib/${name}/faketime/libfaketime.so.1`);
  const found = all.find((path) => existsSync(path));
  if (found) return found;
  console.log("libfaketime is not there: apt-get install faketime");
  process.exit(1);
}

try {
  for (const [number, shift] of shifts.entries()) await tryShift(shift, number);
} finally {
  running?.kill("SIGTERM");
  receiver.closeAllConnections();
  receiver.close();
  rmSync(folder, { recursive: true, force: true });
}
const { order_changes, early_expiry, warned } = counts;
console.log(
  `clock shifts=${shifts.length} order_changes=${order_changes} early_expiry=${early_expiry} warned=${warned}/${shifts.length}`,
);
process.exitCode = order_changes + early_expiry + shifts.length - warned === 0 ? 0 : 1;
