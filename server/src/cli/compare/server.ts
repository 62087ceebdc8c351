/**
 * A server that speaks the original API, asked exactly as its documentation prints it: the header apiKey, multipart on
 * POST, printed names. Its answers are read leniently, as only six fields of a customer are documented; but what is no
 * answer of such a server is never taken for "nothing there".
 */
import { longestTimeline, type Page, type Reader, ReadRefusal, type Thing } from "./reader.ts";
import { secondsOf, waitBeforeNext } from "../compare-wait.ts";
import { CommandFailure } from "../exit.ts";
import { reach } from "../target/url.ts";

type Fields = Record<string, string | number>;

/** What came: a status that may mean something, and the body of a success. */
interface Came {
  status: number;
  body: unknown;
}

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
    async list({ brand, ...query }) {
      const came = await get("", { ...query, ...(brand === undefined ? {} : { brand_id: brand }) });
      const page = pageOf(came.body);
      if (page && came.status < 400) return page;
      if (query.query !== undefined && came.status >= 400) throw new ReadRefusal(String(came.status));
      throw new CommandFailure(
        "unreachable",
        `${url} answered ${came.status} to GET /api/v2/customer, but not with a list of customers. Is the address right, and does it speak API v2 there?`,
      );
    },
    async find(id) {
      const came = await get(`/${encodeURIComponent(id)}`);
      return came.status === 404 ? undefined : thingIn(came, itemOf(came.body));
    },
    byPrimaryId: async (primary_id, brand_id) =>
      itemsIn(await post("SearchByPrimaryExternalID", { primary_id, brand_id })),
    byAddress: async (customerChannelValue, brand_id) =>
      itemsIn(await post("SearchByCustomerChannelValue", { customerChannelValue, brand_id })),
    async timeline(external_id, brand_id) {
      const query = { brand_id, external_id, getTicketHistory: 1 };
      const first = await get("/timelineByCustomerExternalID", query);
      if (first.status === 404) return undefined;
      const page = thingIn(first, pageOf(first.body));
      return readOn(page, async (itemStart) => {
        const came = await get("/timelineByCustomerExternalID", { ...query, itemStart, itemLimit: 99 });
        return thingIn(came, pageOf(came.body));
      });
    },
  };
}

/** The pages after the first, where its total says that there are some; one that repeats ends it. */
async function readOn(first: Page, more: (itemStart: number) => Promise<Page>): Promise<Page> {
  const items = [...first.items];
  const total = first.total ?? 0;
  let last = first;
  while (items.length < Math.min(total, longestTimeline)) {
    const next = await more(items.length);
    if (next.items.length === 0 || JSON.stringify(next.items[0]) === JSON.stringify(last.items[0])) break;
    items.push(...next.items);
    last = next;
  }
  return { ...first, items };
}

function itemsIn(came: Came): Thing[] {
  return came.status === 404 ? [] : thingIn(came, pageOf(came.body)).items;
}

/** @throws ReadRefusal for a status that refuses, and for a success that holds nothing of the kind */
function thingIn<T>({ status }: Came, thing: T | undefined): T {
  if (status < 400 && thing !== undefined) return thing;
  throw new ReadRefusal(status < 400 ? `${status}, but nothing of the kind` : String(status));
}

/** One request, sent again as long as the server says that it comes too early. */
async function ask(url: string, path: string, key: string, body?: FormData): Promise<Came> {
  const headers = { apiKey: key, accept: "*/*" };
  for (let attempt = 1; ; attempt += 1) {
    const answer = await reach(url, path, body ? { method: "POST", headers, body } : { headers });
    const { status } = answer;
    const text = await answer.text();
    if (status === 401 || status === 403)
      throw new CommandFailure("failed", `${url} refuses the key of the old server (${status}).`);
    if (status >= 300 && status < 400)
      throw new CommandFailure(
        "unreachable",
        `${url} sends elsewhere (${status}). Name the address it sends to.`,
      );
    if (status !== 429 && status !== 503)
      return { status, body: status < 400 ? parse(url, text) : undefined };
    if (!(await waitBeforeNext(attempt, secondsOf(answer.headers.get("retry-after")))))
      throw new CommandFailure("unreachable", `${url} answers ${status} for too long. Try again later.`);
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

const isThing = (value: unknown): value is Thing =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A list as documented, or a bare one; its items may be an object of them, or one item. Nothing where there is no list. */
export function pageOf(answer: unknown): Page | undefined {
  const body = isThing(answer) ? answer : {};
  const found = Array.isArray(answer) ? answer : (body.items ?? body.list ?? (body.item && [body.item]));
  if (typeof found !== "object" || found === null) return undefined;
  const items = Object.values(found).filter(isThing);
  const total = typeof body.itemTotal === "string" ? Number(body.itemTotal) : body.itemTotal;
  const isTold = Number.isInteger(total) && body.itemTotalCapped !== true;
  return { items, total: isTold ? (total as number) : undefined };
}

/** An item, in its envelope or without. */
export function itemOf(answer: unknown): Thing | undefined {
  if (!isThing(answer)) return undefined;
  if (isThing(answer.item)) return answer.item;
  return "id" in answer ? answer : undefined;
}
