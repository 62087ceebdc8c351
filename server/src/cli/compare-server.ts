/**
 * A server that speaks the original API, asked exactly as its documentation prints it: the header apiKey, multipart on
 * POST, printed names. Its answers are read leniently, as only six fields of a customer are documented.
 */
import { setTimeout as wait } from "node:timers/promises";
import { CommandFailure } from "./failure.ts";
import { reach } from "./target-url.ts";

type Fields = Record<string, string | number>;

/** A thing of an answer: a customer, an item of a timeline. */
export type Thing = Record<string, unknown>;

/** A page, or what there is of one. */
export interface Page {
  items: Thing[];
  total: number;
}

/** The reads of the Customer controller that two servers are compared by; `brand` is the server's own number. */
export interface Reader {
  list(fields: { itemStart: number; itemLimit: number; query?: string; brand?: number }): Promise<Page>;
  find(id: number): Promise<Thing | undefined>;
  byPrimaryId(primaryId: string, brand: number): Promise<Thing[]>;
  byAddress(address: string, brand: number): Promise<Thing[]>;
  timeline(primaryId: string, brand: number): Promise<Page | undefined>;
}

const attempts = 6;
const longestWait = 65_000;

/** The original, or anything that speaks like it. */
export function readOriginal(url: string, key: string): Reader {
  const get = (path: string, query: Fields = {}) => {
    const text = new URLSearchParams(
      Object.entries(query).map(([name, value]) => [name, String(value)] as [string, string]),
    );
    return ask(url, `/api/v2/customer${path}${text.size > 0 ? `?${text.toString()}` : ""}`, key);
  };
  const post = (path: string, fields: Fields) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, String(value));
    return ask(url, `/api/v2/customer/${path}`, key, body);
  };
  return {
    list: async ({ brand, ...query }) =>
      pageOf(await get("", { ...query, ...(brand === undefined ? {} : { brand_id: brand }) })),
    find: async (id) => itemOf(await get(`/${id}`)),
    byPrimaryId: async (primary_id, brand_id) =>
      pageOf(await post("SearchByPrimaryExternalID", { primary_id, brand_id })).items,
    byAddress: async (customerChannelValue, brand_id) =>
      pageOf(await post("SearchByCustomerChannelValue", { customerChannelValue, brand_id })).items,
    async timeline(external_id, brand_id) {
      const query = { brand_id, external_id, getTicketHistory: 1, itemLimit: 99 };
      const answer = await get("/timelineByCustomerExternalID", query);
      return answer === undefined ? undefined : pageOf(answer);
    },
  };
}

/** One request, sent again as long as the server says that it comes too early. Nothing for a 404. */
async function ask(url: string, path: string, key: string, body?: FormData): Promise<unknown> {
  const headers = { apiKey: key, accept: "*/*" };
  for (let attempt = 1; ; attempt += 1) {
    const answer = await reach(url, path, body ? { method: "POST", headers, body } : { headers });
    const text = await answer.text();
    if (answer.status === 404) return undefined;
    if (answer.ok) return parse(url, text);
    const soon = [429, 503].includes(answer.status) && attempt < attempts;
    if (!soon) throw refusal(url, answer.status);
    const seconds = Number(answer.headers.get("retry-after") ?? 2 ** attempt);
    await wait(Math.min(longestWait, Number.isNaN(seconds) ? 1000 : seconds * 1000));
  }
}

function refusal(url: string, status: number): CommandFailure {
  if (status === 401 || status === 403)
    return new CommandFailure("failed", `${url} refuses the key of --key (${status}).`);
  return new CommandFailure(
    "unreachable",
    `${url} answered ${status}. Is the address right, and does it speak API v2 there?`,
  );
}

function parse(url: string, text: string): unknown {
  try {
    return text.trim() === "" ? {} : (JSON.parse(text) as unknown);
  } catch {
    throw new CommandFailure(
      "unreachable",
      `${url} answered something that is not JSON. Is the address right?`,
    );
  }
}

const isThing = (value: unknown): value is Thing => typeof value === "object" && value !== null;

/** A list as documented, or a bare one; one thing is a list of one. */
export function pageOf(answer: unknown): Page {
  const body = isThing(answer) ? answer : {};
  const found = Array.isArray(answer) ? (answer as unknown[]) : (body.items ?? body.item ?? []);
  const items = [found].flat().filter(isThing);
  const total = Number(body.itemTotal);
  return { items, total: Number.isInteger(total) ? total : items.length };
}

/** An item, in its envelope or without. */
export function itemOf(answer: unknown): Thing | undefined {
  if (!isThing(answer)) return undefined;
  return isThing(answer.item) ? answer.item : "id" in answer ? answer : pageOf(answer).items[0];
}
