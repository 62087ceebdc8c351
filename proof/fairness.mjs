// Fairness: `node proof/fairness.mjs [--seconds 5] [--connections 200] [--priority 19] [--tree <folder>]`. One key floods
// the server while another brand's key works as before: its p99 may at most be twice the value without a flood. Floods:
// searches, creations, reads, changes of one customer, identical resolves of one customer, refused calls, pages of the
// documentation, health checks, and requests without a key. At the end two keys are busy together: they may at most
// lose a third of what one key does alone.
// The flood's clients have the lowest priority, as if they took no processor of this machine. Since they still do, each
// flood is also sent to a server of its own: that slowdown is the machine's, not the server's. Loopback only;
// terminates; needs a quiet machine.
import { parseArgs } from "node:util";
import { requestText, runClients } from "./support/clients.mjs";
import { root, seedBrand, startServer } from "./support/server.mjs";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    connections: { type: "string", default: "200" },
    only: { type: "string", default: "" },
    tree: { type: "string", default: root },
    priority: { type: "string", default: "19" },
  },
});
const seconds = Number(values.seconds);
const priority = Number(values.priority);
const server = await startServer({ tree: values.tree });
const elsewhere = await startServer({ tree: values.tree });
const loud = await seedBrand(server, "loud", 5000);
const loudElsewhere = await seedBrand(elsewhere, "loud", 5000);
const quiet = await seedBrand(server, "quiet", 5000);

const search = (brand, words) => ({
  kind: "search",
  weight: 1,
  ...requestText("GET", `/api/v2/customer?query=${words}`, brand.key),
});
const read = (brand) =>
  Array.from({ length: 20 }, (_, n) => ({
    kind: "read",
    weight: 1,
    ...requestText("GET", `/api/v2/customer/${brand.ids[n * 11]}`, brand.key),
  }));
const create = (brand) => ({
  kind: "create",
  weight: 1,
  ...requestText("POST", "/api/v2/customer", brand.key, {
    brand_id: brand.id,
    primary_id: "n-#",
    extra_email: "n#@example.org",
  }),
});
const change = (brand, id) => ({
  kind: "change",
  weight: 1,
  ...requestText("PUT", `/api/v2/customer/${id}`, brand.key, { lastname: "Changed" }),
});

const floodsOf = (loud) => ({
  search: [search(loud, "anna%20adler"), search(loud, "bert"), search(loud, "gruber")],
  create: [create(loud)],
  read: read(loud),
  "hot customer": [change(loud, loud.ids[0])],
  "hot resolve": [
    {
      kind: "resolve",
      weight: 1,
      ...requestText("POST", "/api/v2/customer", loud.key, {
        brand_id: loud.id,
        primary_id: "loud-1",
        lastname: "Same",
      }),
    },
  ],
  "bad call": [{ kind: "bad", weight: 1, ...requestText("GET", "/api/v2/customer?itemLimit=x", loud.key) }],
  "docs page": [{ kind: "page", weight: 1, ...requestText("GET", "/docs/tour", "none") }],
  health: [{ kind: "live", weight: 1, ...requestText("GET", "/livez", "none") }],
  "no key": [{ kind: "none", weight: 1, ...requestText("GET", "/api/v2/customer", "dsr_none") }],
});
const work = {
  read: { requests: read(quiet), count: 2 },
  change: { requests: quiet.ids.slice(0, 200).map((id) => change(quiet, id)), count: 2 },
  search: { requests: [search(quiet, "carla%20conrad"), search(quiet, "emil")], count: 2 },
};

let offset = 0;
function run(job, { time = seconds, port = server.port } = {}) {
  offset += 1e10;
  return runClients({ port, seconds: time, polite: true, offset, ...job });
}

/** Measures the other brand's work while a server is flooded. */
async function measureBeside(port, requests) {
  const flood = { requests, count: Number(values.connections), polite: false, priority };
  const flooding = run(flood, { time: 3 * seconds + 4, port });
  await new Promise((go) => setTimeout(go, 2000));
  const seen = {};
  for (const [name, job] of Object.entries(work)) seen[name] = await run(job);
  return { seen, flooded: await flooding };
}

for (const job of Object.values(work)) await run(job, { time: 2 }); // warm-up
const alone = {};
for (const [name, job] of Object.entries(work)) alone[name] = await run(job);
const counts = { cells: 0, held: 0, asElsewhere: 0 };
for (const [flood, requests] of Object.entries(floodsOf(loud))) {
  if (values.only && values.only !== flood) continue;
  const machine = await measureBeside(elsewhere.port, floodsOf(loudElsewhere)[flood]);
  const here = await measureBeside(server.port, requests);
  for (const name of Object.keys(work)) {
    const before = alone[name].ok;
    const [there, seen] = [machine.seen[name].ok, here.seen[name].ok];
    const refused = here.seen[name].refused.count;
    const isHeld = seen.p99 <= 2 * before.p99 && refused === 0;
    counts.cells += 1;
    if (isHeld) counts.held += 1;
    if (seen.p99 <= 1.25 * there.p99 && refused === 0) counts.asElsewhere += 1;
    const times = (p) => `${before[p]} → ${there[p]} → ${seen[p]} ms`;
    const ratios = [there, seen].map(({ p99 }) => (p99 / before.p99).toFixed(1)).join(" → ");
    console.log(
      `${flood.padEnd(13)} ${name.padEnd(7)} p50 ${times("p50")}, p99 ${times("p99")} (${ratios} ×), refused ${refused}${isHeld ? "" : "  not held"}`,
    );
  }
  for (const { flooded } of [machine, here])
    console.log(`${flood.padEnd(13)} flood   ${JSON.stringify(flooded.counts)} cut ${flooded.errors}`);
}
for (const kind of values.only && values.only !== "two keys" ? [] : ["search", "read", "create"]) {
  const flood = (brand, count) => run({ requests: floodsOf(brand)[kind], count, polite: false, priority });
  const { okPerSecond: one } = await flood(loud, 128);
  const [first, second] = (await Promise.all([flood(loud, 64), flood(quiet, 64)])).map(
    (seen) => seen.okPerSecond,
  );
  const isHeld = (first + second) / one >= 2 / 3;
  counts.cells += 1;
  if (isHeld) counts.held += 1;
  const each = `${Math.round(first)} + ${Math.round(second)}`;
  console.log(
    `two keys      ${kind.padEnd(7)} one ${Math.round(one)} a second, two ${each}${isHeld ? "" : "  not held"}`,
  );
}
await server.stop();
await elsewhere.stop();
const { cells, held, asElsewhere } = counts;
console.log("alone → beside a flood of another server on this machine → beside a flood of this server");
console.log(`held: ${held} of ${cells}; at most 1.25 × of beside another server's flood: ${asElsewhere}`);
console.log(`${held} passed, ${cells - held} failed`);
process.exitCode = held === cells ? 0 : 1;
