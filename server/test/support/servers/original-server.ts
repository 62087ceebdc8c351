// A stand-in for the original server: it returns what its documentation prints (six fields of a customer, the
// envelopes), accepts what it prints, and nothing else: another path, method, encoding, name or key is a 400.
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll } from "vitest";

/** A customer as documented; the form of `channels` is not. */
export interface LegacyCustomer {
  id: number | string;
  external_primary_id: string;
  brand_name: string;
  firstname: string;
  lastname: string;
  channels: unknown;
}

export interface LegacyServer {
  url: string;
  /** its requests: method and path, and the names of query and body in their order */
  requests: string[];
  /** requests that are not as documented */
  undocumented: string[];
  /** maximum number of concurrent requests */
  maxConcurrent: number;
  /** milliseconds to delay each response, so that concurrent requests overlap */
  hold: number;
  people: LegacyCustomer[];
  timelines: Record<string, unknown[]>;
  /** the id of each brand by its name */
  brands: Record<string, number>;
  /** statuses to return before anything else, once for each */
  refusals: { status: number; headers?: Record<string, string>; when?: RegExp }[];
}

export const legacyKey = "original-key-of-the-desk";

/** The addresses of a customer, in any of the forms that the tests use. */
function addressesOf({ channels }: LegacyCustomer): string[] {
  return Object.values(channels as object).map((one: unknown) =>
    typeof one === "string" ? one : (one as { value: string }).value,
  );
}

/** Starts one; it is stopped after the test file. */
export async function startLegacyServer(): Promise<LegacyServer> {
  const original: LegacyServer = {
    url: "",
    requests: [],
    undocumented: [],
    maxConcurrent: 0,
    hold: 0,
    people: [],
    timelines: {},
    brands: { Desk: 4 },
    refusals: [],
  };
  let open = 0;
  const server = createServer((request, response) => {
    original.maxConcurrent = Math.max(original.maxConcurrent, (open += 1));
    void answer(original, request).then(async ({ status, body, headers }) => {
      if (original.hold > 0) await wait(original.hold);
      open -= 1;
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  afterAll(() => new Promise((closed) => server.close(closed)));
  original.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return original;
}

interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** The documented form of each read: its method, the names of its fields, the required ones. */
const reads = [
  { path: /^$/, method: "GET", names: ["query", "itemStart", "itemLimit"], needed: [] },
  { path: /^\/\d+$/, method: "GET", names: [], needed: [] },
  {
    path: /^\/SearchByPrimaryExternalID$/,
    method: "POST",
    names: ["primary_id", "brand_id"],
    needed: ["primary_id"],
  },
  {
    path: /^\/SearchByCustomerChannelValue$/,
    method: "POST",
    names: ["customerChannelValue", "brand_id"],
    needed: ["customerChannelValue"],
  },
  {
    path: /^\/timelineByCustomerExternalID$/,
    method: "GET",
    names: ["brand_id", "external_id", "getTicketHistory"],
    needed: ["brand_id", "external_id"],
  },
];

async function answer(original: LegacyServer, request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? "", "http://localhost");
  const path = url.pathname.replace("/api/v2/customer", "");
  const type = request.headers["content-type"] ?? "";
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts).toString();
  const sent = request.method === "POST" ? partsOf(body) : Object.fromEntries(url.searchParams);
  const asked = `${request.method} ${path}${Object.keys(sent)
    .map((name) => ` ${name}`)
    .join("")}`;
  original.requests.push(asked);
  const read = reads.find((one) => one.path.test(path) && one.method === request.method);
  const isDocumented =
    read !== undefined &&
    url.pathname.startsWith("/api/v2/customer") &&
    Object.keys(sent).every((name) => read.names.includes(name)) &&
    read.needed.every((name) => sent[name]) &&
    (read.method === "GET" ? body === "" : type.startsWith("multipart/form-data;")) &&
    !/[^0-9a-zA-Z ]/.test(sent.query ?? "");
  if (!isDocumented) original.undocumented.push(asked);
  const at = original.refusals.findIndex(({ when }) => !when || when.test(asked));
  const [refusal] = at < 0 ? [] : original.refusals.splice(at, 1);
  if (refusal) return refusal;
  if (request.headers.apikey !== legacyKey) return { status: 401 };
  return isDocumented ? answerRead(original, path, sent) : { status: 400 };
}

/** The fields of a multipart body of texts only. */
function partsOf(body: string): Record<string, string> {
  const found = body.matchAll(/name="([^"]*)"\r\n\r\n([^]*?)\r\n--/g);
  return Object.fromEntries(Array.from(found, ([, name = "", value = ""]) => [name, value]));
}

function answerRead(original: LegacyServer, path: string, sent: Record<string, string>): Answer {
  const { people, timelines, brands } = original;
  const isOfBrand = (one: LegacyCustomer) =>
    sent.brand_id === undefined || String(brands[one.brand_name]) === sent.brand_id;
  const found = (is: (one: LegacyCustomer) => boolean) =>
    list(people.filter((one) => isOfBrand(one) && is(one)));
  if (path === "") {
    const matching = people.filter(
      ({ lastname }) => !sent.query || lastname.toLowerCase().includes(sent.query.toLowerCase()),
    );
    return list(matching, Number(sent.itemStart ?? 0), Math.min(10, Number(sent.itemLimit ?? 15)));
  }
  if (path === "/SearchByPrimaryExternalID")
    return found((one) => one.external_primary_id === sent.primary_id);
  if (path === "/SearchByCustomerChannelValue")
    return found((one) => addressesOf(one).includes(sent.customerChannelValue ?? ""));
  if (path === "/timelineByCustomerExternalID") {
    const holder = people.find((one) => isOfBrand(one) && one.external_primary_id === sent.external_id);
    return holder ? list(timelines[holder.external_primary_id] ?? []) : { status: 404 };
  }
  const item = people.find(({ id }) => `/${id}` === path);
  return item ? { status: 200, body: { type: "item", item } } : { status: 404 };
}

function list(all: readonly unknown[], itemStart = 0, itemLimit = all.length): Answer {
  const items = all.slice(itemStart, itemStart + itemLimit);
  return {
    status: 200,
    body: { type: "customers", itemStart, itemTotal: all.length, itemLimit, items },
  };
}
