// Long responses over HTTP: pages of 9,999 tickets, tickets with much content, timelines of long texts. Each is
// complete, no request blocks the event loop, and others are handled meanwhile.
import { request, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { openLog } from "../../src/log.ts";
import { poll } from "../support/embedded/harness.ts";
import { mail, openTicket } from "../support/data/tickets.ts";
import { startTestServer } from "../support/test-server.ts";
import { takeHolds } from "../support/event-loop/watch.ts";

const lines: string[] = [];
const world = await startTestServer(
  {},
  openLog("error", false, { write: (line: string) => void lines.push(line) }),
);
const { admin, newBrand, raw } = world;
const { pool } = world.service.db;
const { server } = world.service.app;
const many = 9999;

/** So many tickets with long titles that contain their position: 1 is the oldest. */
async function plantLongTickets(brandId: number, count: number): Promise<void> {
  await pool.query(
    `INSERT INTO ticket (brand_id, channel_type_id, direction, contact, from_address, from_name, to_address, title)
     SELECT $1, 1, 'inbound', 'ada@example.org', 'ada@example.org', 'Ada Lovelace', 'desk@example.org',
         format('Parcel %s %s', n, repeat('"ä\\ ', 50)) FROM generate_series(1, $2::int) AS n`,
    [brandId, count],
  );
  await pool.query(
    "INSERT INTO ticket_term (brand_id, type, term, ticket_id) SELECT brand_id, 'w', 'parcel', id FROM ticket WHERE brand_id = $1",
    [brandId],
  );
}

const crowded = await newBrand();
await plantLongTickets(crowded, many);
interface TicketPage {
  items: { id: number; title: string }[];
  nextCursor: string | null;
}
const page = async (more: Record<string, string> = {}) => {
  const query = { brandID: `${crowded}`, itemLimit: `${many}`, ...more };
  const { body, ...answer } = await raw("GET", "/ticket", { query });
  return { ...answer, body: body as TicketPage };
};

/** The position in a ticket's title. */
const placesOf = (items: readonly { title: string }[]) =>
  items.map(({ title }) => Number(title.split(" ")[1]));
const newestFirst = Array.from({ length: many }, (_, at) => many - at);

/** Counts the responses of /livez, one after the other, until the work is done. */
async function livelinessDuring(work: Promise<unknown>): Promise<number> {
  const state = { isOver: false };
  let answered = 0;
  const end = () => void (state.isOver = true);
  work.then(end, end);
  while (!state.isOver) {
    expect((await fetch(`${world.url}/livez`)).status).toBe(200);
    answered += 1;
  }
  return answered;
}

test("a page of 9,999 tickets is exactly that, newest first, and holds the event loop for no longer than any other", async () => {
  const { status, body, headers } = await page();
  expect([status, headers.get("content-type")]).toEqual([200, "application/json; charset=utf-8"]);
  expect(body).toMatchObject({
    type: "list",
    itemStart: 0,
    itemTotal: many,
    itemLimit: many,
    nextCursor: null,
  });
  expect(placesOf(body.items)).toEqual(newestFirst);
  expect(body.items[300]).toEqual(await readOne(body.items[300]?.id ?? 0));
  expect(await takeHolds(80)).toEqual([]);
});

/** One ticket, as a list shows it. */
async function readOne(id: number): Promise<object> {
  const { crm_conflict: _, crm_candidates: __, ...item } = (await admin.ticket.find({ id })).item;
  return item;
}

test("a long page ends with the cursor to the next", async () => {
  const { body } = await page({ itemLimit: "9000" });
  expect(placesOf(body.items)).toEqual(newestFirst.slice(0, 9000));
  const next = await page({ itemLimit: "9000", cursor: body.nextCursor ?? "" });
  expect(placesOf(next.body.items)).toEqual(newestFirst.slice(9000));
  expect(next.body).toMatchObject({ itemStart: 9000, nextCursor: null });
});

test("a search that 9,999 tickets answer to holds nobody up either", async () => {
  const { body } = await page({ query: "parcel" });
  expect(placesOf(body.items)).toEqual(newestFirst);
  expect(await takeHolds(80)).toEqual([]);
});

test("HEAD says what GET would, without the page", async () => {
  const { status, headers, text } = await raw("HEAD", "/ticket", { query: { itemLimit: `${many}` } });
  expect([status, headers.get("content-type"), text]).toEqual([200, "application/json; charset=utf-8", ""]);
});

/** A page's status and length: other tests check its content. */
async function measurePage(): Promise<[number, number]> {
  const query = new URLSearchParams({ brandID: `${crowded}`, itemLimit: `${many}` }).toString();
  const answer = await fetch(`${world.url}/api/v2/ticket?${query}`, { headers: { apikey: world.adminKey } });
  return [answer.status, (await answer.arrayBuffer()).byteLength];
}

test("of sixteen pages of 9,999 at once none is refused, and /livez is answered all the time in between", async () => {
  const [, length] = await measurePage();
  const pages = Promise.all(Array.from({ length: 16 }, measurePage));
  const answered = await livelinessDuring(pages);
  for (const one of await pages) expect(one).toEqual([200, length]);
  expect(answered).toBeGreaterThan(50); // eight hundred chunks are shaped meanwhile, two at a time
  expect(await takeHolds()).toEqual([]);
});

/** So many messages of so many letters, which contain their position: 1 is the oldest. */
async function plantMessages(ticketId: number, count: number, length: number): Promise<void> {
  await pool.query(
    `INSERT INTO message (ticket_id, type, channel_type_id, direction, from_address, content, created_at)
     SELECT $1, 'message', 1, 'inbound', 'long@example.org', rpad(n || ' said ', $3, '"€" '), now() + n * interval '1 second'
       FROM generate_series(1, $2::int) AS n`,
    [ticketId, count, length],
  );
}

const saidPlaces = (items: readonly { content: string }[]) =>
  items.map(({ content }) => Number.parseInt(content, 10));
const wholeStory = { getTicketHistory: "1" };

test("a ticket with 300 long messages is read whole, newest first, and holds nobody up", async () => {
  const id = await openTicket(admin, await newBrand(), "long@example.org");
  await plantMessages(id, 300, 20_000);
  const { body } = await raw("GET", `/ticket/${id}`, { query: wholeStory });
  const { timeline } = (body as { item: { timeline: { content: string }[] } }).item;
  expect(saidPlaces(timeline)).toEqual(Array.from({ length: 300 }, (_, at) => 300 - at));
  const lengths = timeline.map(({ content }) => content.length);
  expect(new Set(lengths)).toEqual(new Set([20_000]));
  expect(await takeHolds(80)).toEqual([]);
});

test("a page of a timeline is whole and in order when its texts are long, whatever their kinds", async () => {
  const brandId = await newBrand();
  const { id } = await admin.customer.create({ brandId, channels: [mail("long@example.org")] });
  const ticketId = await openTicket(admin, brandId, "long@example.org");
  await plantMessages(ticketId, 40, 20_000);
  await pool.query("UPDATE message SET customer_id = $1 WHERE ticket_id = $2", [id, ticketId]);
  await pool.query(
    `INSERT INTO event (customer_id, type, message, initiated_by, source_url, occurred_at)
     SELECT $1, 'order', rpad(n || ' bought ', 20000, 'é'), '', '', now() + n * interval '1.01 second' FROM generate_series(1, 40) AS n`,
    [id],
  );
  const query = { customerId: id, getTicketHistory: true };
  const { items } = await admin.customer.listTimeline({ ...query, itemLimit: 99 });
  const each = await toArray(admin.customer.eachTimeline({ ...query, itemLimit: 3 }));
  expect(items).toEqual(each);
  expect(items).toHaveLength(81);
  expect(items.map(({ created_at }) => created_at)).toEqual(
    items
      .map(({ created_at }) => created_at)
      .toSorted()
      .toReversed(),
  );
  expect(await takeHolds()).toEqual([]);
});

async function toArray<T>(all: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const one of all) items.push(one);
  return items;
}

/** A GET whose response is read up to its headers only. */
function askWithoutReading(path: string): Promise<IncomingMessage> {
  return new Promise((done, fail) => {
    const headers = { apikey: world.adminKey };
    request(`${world.url}/api/v2${path}`, { agent: false, headers }, (answer) => done(answer.pause()))
      .on("error", fail)
      .end();
  });
}

/** Resolves when there has been no query for a while: every response waits for its reader. */
async function untilAllWait(): Promise<void> {
  let quiet = 0;
  await poll(() => {
    quiet = world.service.db.poolUsage().used === 0 ? quiet + 1 : 0;
    return quiet === 40;
  });
}

async function readAll(answer: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of answer.setEncoding("utf8")) text += part as string;
  return text;
}

test("ten long answers that nobody reads wait with a portion or two each and without a session, and are whole in the end", async () => {
  const id = await openTicket(admin, await newBrand(), "long@example.org");
  await plantMessages(id, 200, 20_000);
  const sockets: Socket[] = [];
  const keep = (socket: Socket) => void sockets.push(socket);
  server.on("connection", keep);
  const asked = Array.from({ length: 10 }, () => askWithoutReading(`/ticket/${id}?getTicketHistory=1`));
  const [first, ...others] = await Promise.all(asked);
  await untilAllWait();
  server.off("connection", keep);
  expect(sockets).toHaveLength(10);
  for (const { writableLength } of sockets) expect(writableLength).toBeLessThan(1024 * 1024);
  for (const one of others) one.destroy();
  const { item } = JSON.parse(await readAll(first as IncomingMessage)) as TicketAnswer;
  expect(item.timeline).toHaveLength(200);
});

type TicketAnswer = { item: { timeline: { content: string }[] } };

test("a customer erased while a long response is sent is not in the rest of it", async () => {
  const id = await openTicket(admin, await newBrand(), "long@example.org");
  await plantMessages(id, 300, 20_000);
  const answer = await askWithoutReading(`/ticket/${id}?getTicketHistory=1`);
  await untilAllWait();
  await pool.query("DELETE FROM message WHERE ticket_id = $1", [id]);
  const { item } = JSON.parse(await readAll(answer)) as TicketAnswer;
  const places = saidPlaces(item.timeline);
  expect(places.length).toBeLessThan(300);
  expect(places).toEqual(Array.from({ length: places.length }, (_, at) => 300 - at));
});

test("a long answer that fails midway ends without its end, and the log says why", async () => {
  const id = await openTicket(admin, await newBrand(), "long@example.org");
  await plantMessages(id, 300, 20_000);
  const answer = await askWithoutReading(`/ticket/${id}?getTicketHistory=1`);
  await untilAllWait();
  await pool.query("ALTER TABLE message RENAME COLUMN content TO elsewhere");
  await expect(readAll(answer)).rejects.toMatchObject({ code: "ECONNRESET" });
  await pool.query("ALTER TABLE message RENAME COLUMN elsewhere TO content");
  const failed = lines.map((line) => JSON.parse(line) as { msg: string; code?: string });
  expect(failed.filter(({ msg }) => msg === "a request failed")).toMatchObject([{ code: "internal" }]);
  expect((await raw("GET", `/ticket/${id}`, { query: wholeStory })).status).toBe(200);
});
