/**
 * Client for the original API. It is not the client of `@dossier/api`, because the wire differs: requests are exactly as
 * documented (header apiKey, multipart on POST, documented names), and responses are read leniently, because only six
 * fields of a customer are documented. An unrecognised response is never taken for an empty one.
 */
import { setTimeout as delay } from "node:timers/promises";
import { parseRetryAfter } from "@dossier/api";
import { maxTimelineItems, type Page, type Reader, ReadError, type JsonObject } from "./reader.ts";
import { CommandFailure } from "../exit.ts";
import { fetchFrom } from "../target/url.ts";

const attempts = 6;
/** Enough for a rate limit per minute. */
const maxDelaySeconds = 65;

type Fields = Record<string, string | number>;

/** A response: its status, and the body of a success. */
interface ServerResponse {
  status: number;
  body: unknown;
}

/** Reads the original API, or a compatible server. */
export function legacyReader(url: string, key: string): Reader {
  const get = (path: string, query: Fields = {}) => {
    const text = new URLSearchParams(
      Object.entries(query).map(([name, value]) => [name, String(value)] as [string, string]),
    );
    return sendRequest(url, `/api/v2/customer${path}${text.size > 0 ? `?${text.toString()}` : ""}`, key);
  };
  const post = (path: string, fields: Fields) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, String(value));
    return sendRequest(url, `/api/v2/customer/${path}`, key, body);
  };
  return {
    async list({ brand, ...query }) {
      const came = await get("", { ...query, ...(brand === undefined ? {} : { brand_id: brand }) });
      const page = parsePage(came.body);
      if (page && came.status < 400) return page;
      if (query.query !== undefined && came.status >= 400) throw new ReadError(String(came.status));
      throw new CommandFailure(
        "unreachable",
        `${url} answered ${came.status} to GET /api/v2/customer, but not with a list of customers. Is the address right, and does it speak API v2 there?`,
      );
    },
    async find(id) {
      const came = await get(`/${encodeURIComponent(id)}`);
      return came.status === 404 ? undefined : requireValue(came, parseItem(came.body));
    },
    byPrimaryId: async (primary_id, brand_id) =>
      requireItems(await post("SearchByPrimaryExternalID", { primary_id, brand_id })),
    byAddress: async (customerChannelValue, brand_id) =>
      requireItems(await post("SearchByCustomerChannelValue", { customerChannelValue, brand_id })),
    async timeline(external_id, brand_id) {
      const query = { brand_id, external_id, getTicketHistory: 1 };
      const first = await get("/timelineByCustomerExternalID", query);
      if (first.status === 404) return undefined;
      const page = requireValue(first, parsePage(first.body));
      return readRemainingPages(page, async (itemStart) => {
        const came = await get("/timelineByCustomerExternalID", { ...query, itemStart, itemLimit: 99 });
        return requireValue(came, parsePage(came.body));
      });
    },
  };
}

/** Reads the remaining pages if the total says so; a repeated page ends it. */
async function readRemainingPages(
  first: Page,
  readPage: (itemStart: number) => Promise<Page>,
): Promise<Page> {
  const items = [...first.items];
  const total = first.total ?? 0;
  let last = first;
  while (items.length < Math.min(total, maxTimelineItems)) {
    const next = await readPage(items.length);
    if (next.items.length === 0 || JSON.stringify(next.items[0]) === JSON.stringify(last.items[0])) break;
    for (const item of next.items) items.push(item);
    last = next;
  }
  return { ...first, items };
}

function requireItems(response: ServerResponse): JsonObject[] {
  return response.status === 404 ? [] : requireValue(response, parsePage(response.body)).items;
}

/** @throws ReadError for a status that is a rejection, and for a success without the expected content */
function requireValue<T>({ status }: ServerResponse, value: T | undefined): T {
  if (status < 400 && value !== undefined) return value;
  throw new ReadError(status < 400 ? `${status}, but nothing of the kind` : String(status));
}

/** Sends one request; repeats it as long as the server asks to retry later. */
async function sendRequest(url: string, path: string, key: string, body?: FormData): Promise<ServerResponse> {
  const headers = { apiKey: key, accept: "*/*" };
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetchFrom(url, path, body ? { method: "POST", headers, body } : { headers });
    const { status } = response;
    const text = await response.text();
    if (status === 401 || status === 403)
      throw new CommandFailure("failed", `${url} refuses the key of the old server (${status}).`);
    if (status >= 300 && status < 400)
      throw new CommandFailure(
        "unreachable",
        `${url} sends elsewhere (${status}). Name the address it sends to.`,
      );
    if (status !== 429 && status !== 503)
      return { status, body: status < 400 ? parse(url, text) : undefined };
    if (attempt >= attempts)
      throw new CommandFailure("unreachable", `${url} answers ${status} for too long. Try again later.`);
    const seconds = parseRetryAfter(response.headers.get("retry-after"), Date.now()) ?? 2 ** (attempt - 1);
    await delay(1000 * Math.min(maxDelaySeconds, seconds));
  }
}

function parse(url: string, text: string): unknown {
  try {
    return text.trim() === "" ? undefined : (JSON.parse(text) as unknown);
  } catch {
    throw new CommandFailure(
      "unreachable",
      `${url} answered something that is not JSON. Is the address right?`,
    );
  }
}

const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * A list in its documented envelope or a bare one; items may be an array, an object, or a single item. Undefined
 * without a list.
 */
export function parsePage(answer: unknown): Page | undefined {
  const body = isJsonObject(answer) ? answer : {};
  const found = Array.isArray(answer) ? answer : (body.items ?? body.list ?? (body.item && [body.item]));
  if (typeof found !== "object" || found === null) return undefined;
  const items = Object.values(found).filter(isJsonObject);
  const total = typeof body.itemTotal === "string" ? Number(body.itemTotal) : body.itemTotal;
  const isExact = Number.isInteger(total) && body.itemTotalCapped !== true;
  return { items, total: isExact ? (total as number) : undefined };
}

/** An item, with or without its envelope. */
export function parseItem(answer: unknown): JsonObject | undefined {
  if (!isJsonObject(answer)) return undefined;
  if (isJsonObject(answer.item)) return answer.item;
  return "id" in answer ? answer : undefined;
}
