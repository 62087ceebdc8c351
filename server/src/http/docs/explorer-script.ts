/**
 * Script of the explorer: signs in by the cookie of a session, opens the operation that the address names, and sends forms.
 * Values of the examples that name records are replaced by records of this server, newest first; where there is none, the
 * form says what is needed.
 */
import { basePath } from "@dossier/api";

/** Which record an id in a path names, where it is not of the noun itself. */
const subjects = {
  customerRemoveChannel: "channels",
  customerRemoveChannel2: "channels",
  customerRestore: "deleted",
  webhookRedeliver: "deliveries",
};

/** Names that an example creates and that may be taken: the explorer makes them new. */
const created = ["customerCreate", "brandCreate", "customfieldCreate", "channelCreate"];

/** For so long a stream of events is read, in milliseconds. */
const watchedMs = 5000;

export const explorerScript = `import { reach, session, signIn, signOut } from "/docs/session.js";

const base = "${basePath}";
const subjects = ${JSON.stringify(subjects)};
const created = ${JSON.stringify(created)};
const key = document.querySelector("#key");
const signInForm = document.querySelector(".sign-in");
const signedIn = document.querySelector(".signed-in");

async function get(path) {
  const answer = await fetch(base + path);
  return answer.ok ? answer.json() : { items: [] };
}

const newest = async (path) => (await get(path)).items;

/** The records of this server that examples name; each is looked up once until something is sent. */
let looked = {};
const records = {
  customer: () => newest("/customer?itemLimit=99"),
  ticket: () => newest("/ticket?itemLimit=99"),
  brand: async () => (await newest("/brand?itemLimit=99")).toReversed(),
  key: async () => (await newest("/apikey?itemLimit=99")).toReversed(),
  customfield: async () => (await newest("/customfield?itemLimit=99")).toReversed(),
  channel: async () => (await newest("/channel?itemLimit=99")).toReversed(),
  webhook: async () => (await newest("/webhook?itemLimit=99")).toReversed(),
  job: () => newest("/jobs?state=failed&itemLimit=1"),
  channels: async () => (await find("customer")).flatMap(({ channels }) => channels ?? []),
  deleted: async () => (await newest("/audit?operation=customer.delete&itemLimit=1")).map((one) => ({ id: one.subject_id })),
  crm: async () => (await find("brand")).filter((one) => one.crm_lookup_url),
  deliveries: async () => (await Promise.all((await find("webhook")).slice(0, 1).map(({ id }) => newest("/webhook/deliveries/" + id)))).flat(),
};
const find = (noun) => (looked[noun] ??= records[noun]());

const needs = {
  customer: "a customer: create one first", ticket: "a ticket: open one first", customfield: "a custom field: define one first",
  webhook: "a webhook: create one first", job: "a failed job; there is none", channels: "a channel of a customer: add one first",
  deleted: "a deleted customer: delete one first", deliveries: "a delivery of a webhook; there is none", key: "another key than yours: create one first",
  crm: "a brand with a CRM: set its crm_lookup_url first", metrics: "a key in the header, because the cookie is for the API alone: Send shows the command",
};

async function fill(form) {
  form.setAttribute("aria-busy", "true");
  form.querySelector(".needs").textContent = await fillFields(form).catch(() => "");
  form.removeAttribute("aria-busy");
}

/** Puts records of this server into the fields; says what is missing. */
async function fillFields(form) {
  const { operation, path } = form.dataset;
  const noun = subjects[operation] ?? document.getElementById(operation).closest("section").querySelector("h2").textContent;
  const missing = [];
  const field = form.querySelector("[name=id][data-in=path]");
  if (field) {
    const mine = noun === "key" ? (await session)?.key_id : undefined;
    const record = (await find(noun)).find(({ id }) => id !== mine);
    if (record) field.value = record.id;
    else missing.push(needs[noun]);
  }
  if (/crm/i.test(operation) && (await find("crm")).length === 0) missing.push(needs.crm);
  if (operation === "serverMetrics") missing.push(needs.metrics);
  const body = form.querySelector("[name=body]");
  const named = [...form.querySelectorAll("[data-in=query]"), ...(body ? [body] : [])];
  const example = named.map((one) => one.value + one.placeholder).join(" ");
  if (created.includes(operation)) body.value = renew(body.value);
  else if (/K-17|customer_id|ticketID|customerChannelValue/.test(example) && operation !== "customerResolve") await nameRecords(form, body, missing);
  return missing.length > 0 ? "Needs " + missing.join(", and ") + "." : "";
}

/** A name that is not taken, in place of that of the example. */
function renew(text) {
  const end = Date.now().toString(36).slice(-5);
  return text.replace(/"(name|primaryID)": "([^"]+)"/, (_, name, value) => JSON.stringify(name) + ": " + JSON.stringify(value + (name === "name" ? "_" : "-") + end))
    .replace("ada@example.org", "ada." + end + "@example.org");
}

async function nameRecords(form, body, missing) {
  const customers = await find("customer");
  let customer = customers.find((one) => one.external_primary_id) ?? customers[0];
  let [ticket] = /ticketID/.test(body?.value ?? "") ? await find("ticket") : [];
  if (form.dataset.operation === "ticketUpdate") {
    // A ticket is linked to customers of its brand only.
    const ofBrand = ({ brand_id: brand }) => customers.find((one) => one.brand_id === brand);
    ticket = (await find("ticket")).find(ofBrand);
    customer = ticket && ofBrand(ticket);
    if (ticket) form.querySelector("[name=id]").value = ticket.id;
  }
  if (!customer) return void missing.push(needs.customer);
  if (/ticketID/.test(body?.value ?? "") && !ticket) missing.push(needs.ticket);
  const address = customer.channels.find((one) => one.channel_name === "email")?.address;
  const values = {
    primary_id: customer.external_primary_id, primaryID: customer.external_primary_id, externalPrimaryID: customer.external_primary_id, external_id: customer.external_primary_id,
    brand_id: customer.brand_id, brandID: customer.brand_id, customer_id: customer.id, ticketID: ticket?.id, customerChannelValue: address,
  };
  if (body) {
    const content = JSON.parse(body.value);
    for (const name of Object.keys(content)) content[name] = values[name] ?? content[name];
    body.value = JSON.stringify(content, null, 2);
    return;
  }
  for (const field of form.querySelectorAll("[data-in=query]"))
    if (["brand_id", "external_id", "primary_id"].includes(field.name) && values[field.name] !== undefined) field.value = values[field.name];
}

/** The request of a form: its path with parameters, headers and body. */
function requestOf(form) {
  const { method } = form.dataset;
  let path = form.dataset.path;
  const query = new URLSearchParams();
  const headers = {};
  for (const { name, value, dataset } of form.querySelectorAll("[data-in]")) {
    if (dataset.in === "path") path = path.replace("{" + name + "}", encodeURIComponent(value));
    else if (value !== "" && dataset.in === "query") query.append(name, value);
    else if (value !== "") headers[name] = value;
  }
  const body = form.querySelector("[name=body]")?.value;
  if (body) headers["Content-Type"] = "application/json";
  return { method, path: path + (query.size > 0 ? "?" + query : ""), headers, body };
}

const quoted = (text) => "'" + text.replaceAll("'", "'\\\\''") + "'";

function commandOf({ method, path, headers, body }) {
  const parts = ['curl -s -H "apiKey: $API_KEY"', ...(method === "GET" ? [] : ["-X " + method])];
  for (const [name, value] of Object.entries(headers)) parts.push("-H " + quoted(name + ": " + value));
  if (body) parts.push("-d " + quoted(body.replace(/\\s*\\n\\s*/g, " ")));
  return [...parts, quoted(location.origin + path)].join(" ");
}

function code(text, label) {
  const pre = Object.assign(document.createElement("pre"), { tabIndex: 0 });
  pre.setAttribute("role", "group");
  pre.setAttribute("aria-label", label);
  pre.append(Object.assign(document.createElement("code"), { textContent: text }));
  return pre;
}

const paragraph = (text, className = "") => Object.assign(document.createElement("p"), { textContent: text, className });

/** The text of a response; of a stream of events, what comes within some seconds. */
async function textOf(answer) {
  if (!answer.headers.get("content-type")?.startsWith("text/event-stream")) return answer.text();
  const reader = answer.body.getReader();
  const timer = setTimeout(() => reader.cancel(), ${watchedMs});
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  clearTimeout(timer);
  return text;
}

async function send(form) {
  const request = requestOf(form);
  const [shown, command] = [form.querySelector(".answer"), form.querySelector(".command")];
  command.replaceChildren(paragraph("As a command:"), code(commandOf(request), "The command"));
  form.setAttribute("aria-busy", "true");
  const startedAt = performance.now();
  const answer = await fetch(request.path, { method: request.method, headers: request.headers, ...(request.body ? { body: request.body } : {}) }).catch(() => undefined);
  const time = Math.round(performance.now() - startedAt) + " ms";
  const text = answer ? await textOf(answer) : "";
  const state = paragraph(answer ? answer.status + " " + answer.statusText + ", " + time : "No response", "status " + (answer?.ok ? "good" : "bad"));
  state.setAttribute("role", "status");
  shown.replaceChildren(state, ...(text ? [code(pretty(text), "The response")] : []));
  shown.hidden = command.hidden = false;
  if (request.method !== "GET") looked = {};
  form.removeAttribute("aria-busy");
}

function pretty(text) {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}

for (const form of document.querySelectorAll(".operation form")) {
  form.addEventListener("submit", (event) => { event.preventDefault(); send(form); });
  form.closest("details").addEventListener("toggle", ({ target }) => {
    if (!target.open) return;
    history.replaceState(null, "", "#" + target.id);
    session.then((item) => (item ? fill(form) : undefined));
  });
}

/** Opens the operation that the address names. */
function open() {
  const named = document.getElementById(location.hash.slice(1));
  if (!named?.matches(".operation")) return;
  named.open = true;
  named.scrollIntoView();
  named.querySelector("summary").focus({ preventScroll: true });
}
addEventListener("hashchange", open);
open();

async function showSession() {
  const item = await session;
  signInForm.hidden = item !== undefined;
  signedIn.hidden = item === undefined;
  if (!item) return;
  const name = Object.assign(document.createElement("b"), { textContent: item.name });
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Sign out" });
  button.addEventListener("click", async () => { await signOut(); looked = {}; await showSession(); });
  const text = document.createElement("span");
  text.append("Signed in with the key ", name, " (" + reach(item) + ").");
  signedIn.replaceChildren(text, button);
  looked = {};
  for (const form of document.querySelectorAll(".operation[open] form")) await fill(form);
}

signInForm.addEventListener("submit", async (event) => {
  event.preventDefault();
  const fault = await signIn(key.value.trim());
  key.setCustomValidity(fault ?? "");
  if (fault) { key.reportValidity(); key.addEventListener("input", () => key.setCustomValidity(""), { once: true }); return; }
  key.value = "";
  await showSession();
});
showSession();
`;
