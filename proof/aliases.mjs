// Aliases: `node proof/aliases.mjs [cases, default 4000] [seed]`. Sends every operation on customers, read from the
// server's own document, with every pair of names for one identifier, each with the same value, another one, one of
// another brand or none, in every encoding and in the query; and with the names as a list, an object, in another case,
// with blanks, NUL and look-alike letters. Two values are 400 before anything is written; no case ever has an effect in
// an unintended brand. A seeded sample of so many cases is sent. Loopback only; terminates.
import { randomInt } from "node:crypto";
import { call, chance, check, conclude, endClient, key as administrator, startServer } from "./server.mjs";

const wanted = Number(process.argv[2] ?? 4000);
const seed = Number(process.argv[3] ?? randomInt(2 ** 31));
const below = chance(seed);
const server = await startServer();
const base = `${server.url}/api/v2`;

const partOf = ([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

async function ask(method, path, { json, form, multipart, query = "", key = administrator } = {}) {
  let [body, type] = [undefined, undefined];
  if (json !== undefined) [body, type] = [JSON.stringify(json), "application/json"];
  if (form) [body, type] = [new URLSearchParams(form).toString(), "application/x-www-form-urlencoded"];
  if (multipart)
    [body, type] = [`${multipart.map(partOf).join("")}--b--\r\n`, "multipart/form-data; boundary=b"];
  const headers = {
    apiKey: key,
    ...(type ? { "content-type": type, "content-length": Buffer.byteLength(body) } : {}),
  };
  const { status, text } = await call(base + path + (query && `?${query}`), { method, headers, body });
  return { status, text, body: text.startsWith("{") ? JSON.parse(text) : {} };
}

const make = async (path, json) => (await ask("POST", path, { json })).body;
const brands = [(await make("/brand", { name: "Own" })).id, (await make("/brand", { name: "Other" })).id];
let made = 0;
const newCustomer = async (brand) => {
  const primary = `P-${(made += 1)}`;
  const { id } = await make("/customer/createCustomerCRUD", {
    brandID: brand,
    primaryID: primary,
    firstname: "Ada",
  });
  return { brand: String(brand), primary, customer: String(id) };
};
const foreign = await newCustomer(brands[1]);
const permissions = [
  "CUSTOMER_READ",
  "CUSTOMER_CUD",
  "TICKET_READ",
  "TICKET_CREATE",
  "TICKET_UPDATE",
  "MESSAGE_CREATE",
];
const limited = (await make("/apikey", { name: "own", permissions, brand_ids: [brands[0]] })).key;

const families = {
  brand: ["brand_id", "brandID", "BRAND_ID", "Brandid"],
  primary: [
    "primary_id",
    "primaryID",
    "externalPrimaryID",
    "external_id",
    "external_primary_id",
    "EXTERNAL_ID",
  ],
  customer: ["customer_id", "customerID", "CUSTOMER_ID", "Customerid"],
};
const familyOf = (name) =>
  Object.keys(families).find((one) =>
    families[one].some((each) => each.toLowerCase() === name.toLowerCase()),
  );

// The operations, and which identifiers each takes --------------------------------------------------------------------

const document = JSON.parse((await call(`${server.url}/openapi.json`)).text);
const resolve = (schema) =>
  schema?.$ref ? document.components[schema.$ref.split("/").at(-2)][schema.$ref.split("/").at(-1)] : schema;
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([, one]) => one.tags?.includes("customer"))
    .map(([method, one]) => {
      const schema = resolve(one.requestBody?.content["application/json"]?.schema);
      const parameters = (one.parameters ?? []).map(resolve).map(({ name }) => name);
      const names = [...Object.keys(schema?.properties ?? {}), ...parameters];
      return {
        method: method.toUpperCase(),
        path: path.replace("/api/v2", ""),
        takes: [...new Set(names.map(familyOf).filter(Boolean))],
        places: [
          ...(method === "get" || method === "delete" || /Search|timelineBy/.test(path) ? ["query"] : []),
          ...(method === "get" ? [] : ["json", "form", "multipart"]),
        ],
      };
    }),
);

const kinds = ["different", "foreign", "same", "empty"];
const all = operations.flatMap((operation) =>
  operation.takes.flatMap((family) =>
    operation.places.flatMap((place) => [
      ...families[family].flatMap((a, at) =>
        families[family]
          .slice(at + 1)
          .flatMap((b) => kinds.map((kind) => ({ operation, family, place, a, b, kind }))),
      ),
      ...["list", ...(place === "json" ? ["object"] : []), "blank", "nul", "alike"].map((kind) => ({
        operation,
        family,
        place,
        a: families[family][0],
        kind,
      })),
    ]),
  ),
);
for (let at = all.length - 1; at > 0; at -= 1) {
  const other = below(at + 1);
  [all[at], all[other]] = [all[other], all[at]];
}
const cases = all.slice(0, wanted);

// The content of a case, and its permitted outcomes
// --------------------------------------------------------------------

let own;
function pairsOf({ operation, family, a, b, kind }) {
  const others = operation.takes.filter((one) => one !== family).map((one) => [families[one][0], own[one]]);
  const value = own[family];
  const strange = foreign[family];
  const own2 = { different: `${value}9`, foreign: strange, same: value, empty: "" }[kind];
  if (own2 !== undefined)
    return [
      ...others,
      ...(below(2) === 0
        ? [
            [a, value],
            [b, own2],
          ]
        : [
            [b, own2],
            [a, value],
          ]),
    ];
  const name = { list: `${a}[]`, object: a, blank: `${a} `, nul: `${a}\0`, alike: a.replace("_", "\u2009_") }[
    kind
  ];
  return [...others, ...(kind === "object" || kind === "list" ? [] : [[a, value]]), [name, strange]];
}

function send(one) {
  const { operation, place, kind } = one;
  const pairs = pairsOf(one);
  const path = operation.path.replace("{id}", own.customer);
  const key = below(2) === 0 ? limited : administrator;
  if (place === "query")
    return ask(operation.method, path, { key, query: new URLSearchParams(pairs).toString() });
  if (place !== "json") return ask(operation.method, path, { key, [place]: pairs });
  const json = Object.fromEntries(pairs);
  if (kind === "object") json[one.a] = { [one.a]: foreign[one.family] };
  return ask(operation.method, path, { key, json });
}

async function look(brand) {
  const list = await ask("GET", "/customer", { query: `brand_id=${brand}&itemLimit=99` });
  const audit = await ask("GET", "/audit", { query: `brand_id=${brand}&itemLimit=1` });
  return JSON.stringify([list.body.items, list.body.itemTotal, audit.body.itemTotal]);
}

/** Whether an empty value is refused alone too, as by the filters of our own lists. */
async function refusesEmpty({ operation, place, b }) {
  if (place !== "query") return false;
  const { status } = await ask(operation.method, operation.path, { query: `${b}=` });
  return status === 400;
}

const counts = { accepted: 0, internal: 0, sameRefused: 0, wrote: 0 };
const isConflict = ({ kind, place }) =>
  kind === "different" || kind === "foreign" || kind === "list" || (kind === "object" && place === "json");
own = await newCustomer(brands[0]);
const foreignBefore = await look(brands[1]);
const ownBefore = await look(brands[0]);
for (const one of cases.filter(isConflict)) {
  const { status, text } = await send(one);
  if (status >= 500) counts.internal += 1;
  if (status === 400) continue;
  counts.accepted += 1;
  console.log(
    `accepted: ${one.operation.method} ${one.operation.path} ${one.place} ${one.a} ${one.b} ${one.kind}: ${status} ${text.slice(0, 120)}`,
  );
}
if ((await look(brands[0])) !== ownBefore) counts.wrote += 1;
for (const one of cases.filter((each) => !isConflict(each))) {
  if ((await ask("GET", `/customer/${own.customer}`)).status !== 200) own = await newCustomer(brands[0]);
  const { status, body } = await send(one);
  if (status >= 500) counts.internal += 1;
  if ((one.kind === "same" || one.kind === "empty") && body.code === "identifiers_disagree")
    if (one.kind === "same" || !(await refusesEmpty(one))) counts.sameRefused += 1;
}
const foreignEffects = (await look(brands[1])) === foreignBefore ? 0 : 1;
check(`every two values are refused (${counts.accepted})`, counts.accepted === 0);
check("nothing was written by what was refused", counts.wrote === 0);
check(`equal and empty values are no conflict (${counts.sameRefused})`, counts.sameRefused === 0);
check(`no fault of ours (${counts.internal})`, counts.internal === 0);
check("no effect in another brand", foreignEffects === 0);
check(
  `there were cases of every operation that takes an identifier (${operations.length})`,
  operations.length > 15,
);
endClient();
await server.stop();
conclude(
  `aliases cases=${cases.length} of=${all.length} conflicts=${cases.filter(isConflict).length} conflicts_accepted=${counts.accepted} foreign_effects=${foreignEffects} operations=${operations.length} seed=${seed}`,
);
