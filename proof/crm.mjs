// Effect of a dead CRM on tickets: `node proof/crm.mjs [tickets of each kind, default 2000]`. Creates tickets
// alternately in a brand whose CRM answers and in one whose CRM accepts the connection and never answers, and compares
// the times of POST /ticket: the ratio at p99 should be at most 1.1. At the end every ticket must exist. Loopback only;
// terminates. On a busy machine the figures mean little.
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const amount = Number(process.argv[2] ?? 2000);
const folder = mkdtempSync(join(tmpdir(), "dossier-crm-"));
const key = "crm-proof-administrator-key-0123456789";
const atOnce = 4;

function listen(answer) {
  const server = createServer(answer);
  return new Promise((found) => {
    server.listen(0, "127.0.0.1", () => found({ server, place: `127.0.0.1:${server.address().port}` }));
  });
}

const healthy = await listen((request, response) => {
  const address = new URL(request.url, "http://crm").searchParams.get("address");
  response.setHeader("content-type", "application/json").end(JSON.stringify([{ primary_id: address }]));
});
const dead = await listen(() => undefined);

const child = spawn(process.execPath, [join(root, "scripts/start.mjs")], {
  env: {
    ...process.env,
    PORT: "0",
    DOSSIER_DATA_DIR: join(folder, "data"),
    DOSSIER_ADMIN_KEY: key,
    DOSSIER_RATE_LIMIT: "0",
    DOSSIER_EGRESS_ALLOW: `${healthy.place},${dead.place}`,
    LOG_LEVEL: "fatal",
  },
  stdio: ["ignore", "pipe", "inherit"],
});
const url = await new Promise((found, fail) => {
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
    const match = /API\s+(http:\S+\/api\/v2)/.exec(text);
    if (match) found(match[1]);
  });
  child.on("exit", () => fail(new Error("the server did not start")));
});

async function call(method, path, fields) {
  const answer = await fetch(url + path, {
    method,
    headers: { apiKey: key, "content-type": "application/json" },
    ...(fields ? { body: JSON.stringify(fields) } : {}),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${body.code}`);
  return body;
}

async function brandFor(name, place) {
  const { id } = await call("POST", "/brand", { name, crm_lookup_url: `http://${place}/lookup` });
  return { id, name, times: [] };
}

const brands = [await brandFor("healthy", healthy.place), await brandFor("dead", dead.place)];
let count = 0;

async function openOne(brand, times) {
  count += 1;
  const begun = performance.now();
  await call("POST", "/ticket", { brandID: brand.id, channelID: "email", from: `c${count}@example.org` });
  times.push(performance.now() - begun);
}

for (const brand of brands) for (let n = 0; n < 100; n += 1) await openOne(brand, []); // warm-up
const writers = Array.from({ length: atOnce }, async (_, writer) => {
  for (let n = 0; n < amount / atOnce; n += 1)
    for (const brand of n % 2 === writer % 2 ? brands : brands.toReversed())
      await openOne(brand, brand.times);
});
await Promise.all(writers);

const at = (times, share) => times.toSorted((a, b) => a - b)[Math.floor(times.length * share)];
let lost = 0;
for (const brand of brands) {
  const { itemTotal } = await call("GET", `/ticket?brand_id=${brand.id}&itemLimit=1`);
  lost += brand.times.length + 100 - itemTotal;
  const shown = [0.5, 0.95, 0.99].map((share) => `p${share * 100} ${at(brand.times, share).toFixed(1)} ms`);
  console.log(`${brand.name.padEnd(8)} ${brand.times.length} tickets, ${shown.join(", ")}`);
}
const ratio = at(brands[1].times, 0.99) / at(brands[0].times, 0.99);
console.log(`dead : healthy at p99 ${ratio.toFixed(2)}; tickets lost ${lost}`);
process.exitCode = lost === 0 && ratio <= 1.1 ? 0 : 1;

child.kill("SIGTERM");
await new Promise((done) => child.on("exit", done));
for (const { server } of [healthy, dead]) {
  server.close();
  server.closeAllConnections();
}
rmSync(folder, { recursive: true, force: true });
