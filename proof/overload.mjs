// Overload: `node proof/overload.mjs [--seconds 60] [--connections 2000] [--rude] [--keys 1] [--tree <folder>]`. Sends
// searches and writes from many more connections than the server can serve. First measures its best, then the same mix
// from 2,000 connections: goodput (responses with 200 a second) relative to the best, the times of admitted and
// rejected requests, of /livez, memory, and whether everything is as before three seconds after the clients have left.
// Polite clients wait as Retry-After says; `--rude` ones retry at once, and are then answered more slowly, so that
// rejections leave the processor to admitted requests: their rejections may take 2 s, not 100 ms. A thousand clients
// connect a second. Loopback only; terminates; needs a quiet machine.
import { parseArgs } from "node:util";
import { quantiles, requestText, runClients } from "./support/clients.mjs";
import { firstNames, lastNames, root, seedBrand, startServer } from "./support/server.mjs";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    connections: { type: "string", default: "2000" },
    customers: { type: "string", default: "20000" },
    keys: { type: "string", default: "1" },
    rude: { type: "boolean", default: false },
    tree: { type: "string", default: root },
  },
});
const seconds = Number(values.seconds);
const connections = Number(values.connections);

const server = await startServer({ tree: values.tree });
const brands = [];
for (let n = 0; n < Number(values.keys); n += 1)
  brands.push(
    await seedBrand(server, `brand${n}`, Math.ceil(Number(values.customers) / Number(values.keys))),
  );

const requests = brands.flatMap(({ id, key, ids }) => [
  ...Array.from({ length: firstNames.length * lastNames.length }, (_, n) => {
    const words =
      `${firstNames[n % firstNames.length]} ${lastNames[Math.floor(n / firstNames.length)]}`.toLowerCase();
    return {
      kind: "search",
      weight: 70 / 270,
      ...requestText("GET", `/api/v2/customer?query=${encodeURIComponent(words)}`, key),
    };
  }),
  {
    kind: "create",
    weight: 15,
    ...requestText("POST", "/api/v2/customer", key, {
      brand_id: id,
      primary_id: "new-#",
      firstname: "Nova",
      extra_email: "new#@example.org",
    }),
  },
  ...Array.from({ length: 15 }, (_, n) => ({
    kind: "update",
    weight: 1,
    ...requestText("PUT", `/api/v2/customer/${ids[n * 37]}`, key, { lastname: "Changed" }),
  })),
]);

let offset = 0;
function load(count, time, polite = true) {
  offset += 1e10;
  return runClients({ port: server.port, count, seconds: time, requests, polite, offset });
}

function watchHealth() {
  const times = [];
  const watch = { on: true };
  const over = (async () => {
    while (watch.on) {
      const begun = performance.now();
      const ok = await fetch(`${server.url}/livez`).then(
        (answer) => answer.text().then(() => answer.ok),
        () => false,
      );
      times.push(ok ? performance.now() - begun : Number.POSITIVE_INFINITY);
      await new Promise((go) => setTimeout(go, 50));
    }
  })();
  return async () => {
    watch.on = false;
    await over;
    return quantiles(times);
  };
}

const show = (name, { okPerSecond, ok, refused, other, errors }) =>
  console.log(
    `${name.padEnd(12)} ${okPerSecond.toFixed(0).padStart(5)} ok/s, p50 ${ok.p50} p99 ${ok.p99} max ${ok.max} ms` +
      `; refused ${refused.count}, p50 ${refused.p50} p99 ${refused.p99} max ${refused.max} ms; other ${JSON.stringify(other)}; cut ${errors}`,
  );

await load(64, 5); // warm-up
let best = 0;
for (const count of [16, 64, 256]) {
  const seen = await load(count, Math.min(10, seconds));
  show(`${count}`, seen);
  best = Math.max(best, seen.okPerSecond);
}
const calm = await load(16, 5);
show("calm", calm);
const rssBefore = server.rss();
let rssMost = rssBefore;
const rssTimer = setInterval(() => (rssMost = Math.max(rssMost, server.rss())), 200);
const endHealth = watchHealth();
const over = await load(connections, seconds, !values.rude);
const health = await endHealth();
clearInterval(rssTimer);
show("overload", over);
console.log(`counts       ${JSON.stringify(over.counts)}`);
await new Promise((go) => setTimeout(go, 3000));
const after = await load(16, 5);
show("3 s after", after);
await server.stop();

const others = Object.entries(over.other)
  .filter(([status]) => Number(status) >= 500)
  .reduce((sum, [, n]) => sum + n, 0);
const goodput = over.okPerSecond / best;
const mostRefused = values.rude ? 2000 : 100;
const bars = {
  "goodput ≥ 80 % of the best": goodput >= 0.8,
  "admitted p99 ≤ 1 s": over.ok.p99 <= 1000,
  [`refused p99 ≤ ${mostRefused} ms`]: over.refused.p99 <= mostRefused,
  "no other 5xx, nothing cut": others === 0 && over.errors === 0,
  "/livez p99 ≤ 100 ms": health.p99 <= 100,
  "memory ≤ +150 MB": rssMost - rssBefore <= 150,
  "normal 3 s after": after.ok.p99 <= 2 * calm.ok.p99 && after.refused.count === 0,
};
console.log(
  `overload connections=${connections} ${values.rude ? "rude" : "polite"} goodput_pct=${(100 * goodput).toFixed(0)} admitted_p99_ms=${over.ok.p99} ` +
    `shed_p99_ms=${over.refused.p99} other5xx=${others} cut=${over.errors} livez_p99_ms=${health.p99} livez_max_ms=${health.max} ` +
    `rss_delta_mb=${(rssMost - rssBefore).toFixed(0)} after_p99_ms=${after.ok.p99} calm_p99_ms=${calm.ok.p99}`,
);
for (const [bar, held] of Object.entries(bars)) if (!held) console.log(`not held: ${bar}`);
const failed = Object.values(bars).filter((held) => !held).length;
console.log(`${Object.keys(bars).length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
