// Converts the OpenAPI document of a running server to a Postman collection, once for each kind of body, and sends every
// request of it as Postman would, with the examples of the document; optional parameters without an example are not
// sent. A request may find its state taken (409); none may be refused for its shape. Example ids stand for records, and
// are replaced by those of records that are made first, but for deliveries and failed jobs, which nobody can make (404).
// Multipart is left out: the converter writes a list as one value there.
//
// API_KEY=… node tools/openapi/postman.mjs http://localhost:8080
import { createRequire } from "node:module";

const converter = createRequire(import.meta.url)("openapi-to-postmanv2");
const [url] = process.argv.slice(2);
const key = process.env.API_KEY;
if (!url || !key) {
  console.error("Usage: API_KEY=… node tools/openapi/postman.mjs http://localhost:8080");
  process.exit(2);
}
const bodies = ["raw", "x-www-form-urlencoded"];
const base = "/api/v2";
const primaryId = "K-17";
let count = 0;
const unique = (word) => `${word}_${process.pid}_${(count += 1)}`;

async function api(method, path, fields) {
  const answer = await fetch(url + base + path, {
    method,
    headers: { apiKey: key, ...(fields ? { "content-type": "application/json" } : {}) },
    ...(fields ? { body: JSON.stringify(fields) } : {}),
    signal: AbortSignal.timeout(10_000),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${body.message}`);
  return body;
}

/** A new record of each kind that a path or a field names. */
const makers = {
  brand: async () => (await api("POST", "/brand", { name: unique("Brand") })).id,
  customer: async () => {
    const fields = { brandID: 1, primaryID: unique("P"), extra_email: `${unique("mail")}@example.org` };
    return (await api("POST", "/customer/createCustomerCRUD", fields)).id;
  },
  deleted: async () => {
    const id = await makers.customer();
    await api("DELETE", `/customer/${id}`);
    return id;
  },
  channel: async () => (await api("GET", `/customer/${await makers.customer()}`)).item.channels[0].id,
  "channel type": async () => (await api("POST", "/channel", { name: unique("type") })).id,
  "custom field": async () => (await api("POST", "/customfield", { brand_id: 1, name: unique("field") })).id,
  key: async () => (await api("POST", "/apikey", { name: "till", permissions: ["CUSTOMER_READ"] })).id,
  ticket: async () =>
    (await api("POST", "/ticket", { brandID: 1, channelID: "email", from: "x@example.org" })).id,
  webhook: async () => {
    const fields = { url: "https://shop.example.org/dossier", events: ["customer.created"], paused: true };
    return (await api("POST", "/webhook", fields)).id;
  },
};

/** What an id in a path is about; the first that fits. */
const kinds = [
  [/^\/customer\/(channel|itemChannel)\//, "channel"],
  [/^\/customer\/restore\//, "deleted"],
  [/^\/customer\//, "customer"],
  [/^\/ticket\//, "ticket"],
  [/^\/brand\//, "brand"],
  [/^\/apikey\//, "key"],
  [/^\/customfield\//, "custom field"],
  [/^\/channel\//, "channel type"],
  [/^\/webhook\/redeliver\//, "delivery"],
  [/^\/webhook\//, "webhook"],
  [/^\/jobs\//, "failed job"],
];

/** Makes the customer whose primary id a request names, or takes it away where the request makes it. */
async function prepareCustomer(method, path) {
  await api("POST", "/customer", { brand_id: 1, primary_id: primaryId });
  if (method === "POST" && path === "/customer/createCustomerCRUD")
    await api("DELETE", `/customer/purgeData?primaryID=${primaryId}&brandID=1`);
}

function convert(data, preferredRequestBodyType) {
  const options = {
    parametersResolution: "Example",
    enableOptionalParameters: false,
    folderStrategy: "Tags",
    preferredRequestBodyType,
  };
  return new Promise((done, fail) => {
    converter.convertV2({ type: "string", data }, options, (error, { result, reason, output }) =>
      error || !result ? fail(new Error(reason, { cause: error })) : done(output[0].data),
    );
  });
}

const requestsIn = (items) => items.flatMap((one) => (one.item ? requestsIn(one.item) : [one.request]));
const enabled = (pairs = []) => pairs.filter((one) => !one.disabled);

/** The value of a field: a record of its own, a name of its own, or the example. */
async function valueOf(name, example) {
  if (/^customer_?id$/i.test(name)) return makers.customer();
  if (/^ticket_?id$/i.test(name)) return makers.ticket();
  if (name === "channel_id") return 1000 + (count += 1); // the number of a channel type
  return name === "name" ? unique(example) : example;
}

async function bodyOf(body) {
  if (body?.mode === "raw") {
    const fields = Object.entries(JSON.parse(body.raw));
    const values = await Promise.all(fields.map(([name, value]) => valueOf(name, value)));
    return JSON.stringify(Object.fromEntries(fields.map(([name], at) => [name, values[at]])));
  }
  if (body?.mode !== "urlencoded") return undefined;
  const form = new URLSearchParams();
  for (const { key: name, value } of body.urlencoded) form.append(name, await valueOf(name, value));
  return form;
}

/** The optional parameters of an operation that have an example. */
function exampledParameters({ paths }, method, path) {
  const { parameters = [] } = paths[path.replace(":id", "{id}")][method.toLowerCase()];
  return new Set(parameters.flatMap((one) => ("example" in one ? [one.name] : [])));
}

/** Sends a request of the collection. */
async function send(document, collection, request) {
  const { method, url: target, header, body, auth } = request;
  const path = `/${target.path.join("/")}`;
  const own = path.startsWith(base) ? path.slice(base.length) : path;
  const kind = path.includes(":id") ? kinds.find(([pattern]) => pattern.test(own))?.[1] : undefined;
  if (JSON.stringify(request).includes(`"${primaryId}"`) || String(body?.raw).includes(primaryId))
    await prepareCustomer(method, own);
  const example = target.variable?.find((one) => one.key === "id")?.value;
  const id = kind && makers[kind] ? await makers[kind]() : example;
  const headers = new Headers(enabled(header).map((one) => [one.key, String(one.value)]));
  if (auth?.type !== "noauth")
    headers.set(collection.auth.apikey.find((one) => one.key === "key").value, key);
  const named = exampledParameters(document, method, path);
  const pairs = (target.query ?? []).filter((one) => !one.disabled || named.has(one.key));
  const query = new URLSearchParams(
    await Promise.all(pairs.map(async (one) => [one.key, String(await valueOf(one.key, one.value))])),
  );
  const variables = Object.fromEntries(collection.variable.map((one) => [one.key, one.value]));
  const host = target.host.join("").replace(/\{\{(\w+)\}\}/g, (_, name) => variables[name]);
  const content = await bodyOf(body);
  const sent = `${host}${path.replace(":id", String(id))}${query.size > 0 ? `?${query}` : ""}`;
  const answer = await fetch(sent, { method, headers, body: content, signal: AbortSignal.timeout(10_000) });
  const text = await answer.text();
  const isMissing = answer.status === 404 && kind !== undefined && !makers[kind];
  const isFine = answer.ok || answer.status === 409 || isMissing;
  return { line: `${method} ${path}: ${answer.status} ${isFine ? "" : text}`, status: answer.status, isFine };
}

const text = await (await fetch(`${url}/openapi.json`, { signal: AbortSignal.timeout(10_000) })).text();
const document = JSON.parse(text);
const wrong = [];
for (const kind of bodies) {
  const collection = await convert(text, kind);
  const statuses = new Map();
  const requests = requestsIn(collection.item);
  for (const request of requests) {
    const { line, status, isFine } = await send(document, collection, request);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (!isFine) wrong.push(`${kind}: ${line}`);
  }
  const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, many]) => `${many} × ${status}`);
  console.log(`${kind}: ${requests.length} requests: ${counts.join(", ")}`);
}
for (const line of wrong) console.error(line);
process.exit(wrong.length === 0 ? 0 : 1);
