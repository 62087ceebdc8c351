// Iterating over lists: which pages are requested, and when.
import { expect, test } from "vitest";
import { rows } from "../../src/index.ts";
import { stub } from "../support/stub-network.ts";

/** A list that responds as the server does: by cursor, in pages of the requested size. */
function listOf(total: number) {
  const stubbed: ReturnType<typeof stub> = stub({}, () => {
    const { url, init } = stubbed.seen.at(-1)!;
    const sent = new Map<string, unknown>(
      typeof init.body === "string"
        ? Object.entries(JSON.parse(init.body) as Record<string, unknown>)
        : url.searchParams,
    );
    const start = Number(sent.get("cursor") ?? sent.get("itemStart") ?? 0);
    const end = Math.min(total, start + Number(sent.get("itemLimit") ?? 15));
    const items = Array.from({ length: Math.max(0, end - start) }, (_, n) => ({ id: start + n }));
    return Response.json({ type: "list", items, nextCursor: end < total ? String(end) : null });
  });
  return stubbed;
}

async function idsOf(list: AsyncIterable<{ id: number | string }>): Promise<unknown[]> {
  const ids: unknown[] = [];
  for await (const { id } of list) ids.push(id);
  return ids;
}

const upTo = (count: number, from = 0) => Array.from({ length: count }, (_, n) => from + n);
const asked = ({ seen }: ReturnType<typeof stub>) => seen.map(({ url }) => url.search);

test("every endpoint that answers a list can be read to its end, and no other", () => {
  const { client } = stub();
  const methods = Object.entries<object>({ ...client }).flatMap(([noun, verbs]) =>
    Object.keys(verbs).map((verb) => `${noun}.${verb}`),
  );
  const lists = rows()
    .filter(({ row }) => "itemLimit" in row.input.shape)
    .map(({ name }) => name);
  expect(lists.filter((name) => !/\.(list|search)/.test(name))).toEqual([]);
  expect(methods.filter((name) => name.includes(".each"))).toEqual(
    lists.map((name) => name.replace(".list", ".each").replace(".search", ".eachSearch")),
  );
  expect(lists.length).toBeGreaterThan(7);
});

test("every item comes once, in the order of the list, in as few pages as can be", async () => {
  const list = listOf(250);
  expect(await idsOf(list.client.customer.each({ query: "ada", brandId: 7 }))).toEqual(upTo(250));
  expect(asked(list)).toEqual([
    "?query=ada&brand_id=7&itemLimit=99",
    "?query=ada&brand_id=7&cursor=99&itemLimit=99",
    "?query=ada&brand_id=7&cursor=198&itemLimit=99",
  ]);
  expect(await idsOf(listOf(0).client.brand.each())).toEqual([]);
});

test("a search that is sent in a body is read the same way", async () => {
  const list = listOf(120);
  expect(await idsOf(list.client.customer.eachByChannel({ value: "a@b.de" }))).toEqual(upTo(120));
  expect(list.seen.map(({ init }) => JSON.parse(init.body as string) as unknown)).toEqual([
    { customerChannelValue: "a@b.de", itemLimit: 99 },
    { customerChannelValue: "a@b.de", cursor: "99", itemLimit: 99 },
  ]);
});

test("it starts where it is told, in pages as long as it is told", async () => {
  const list = listOf(30);
  expect(await idsOf(list.client.ticket.each({ itemStart: 5, itemLimit: 20 }))).toEqual(upTo(25, 5));
  expect(asked(list)).toEqual(["?itemStart=5&itemLimit=20", "?cursor=25&itemLimit=20"]);
  expect(await idsOf(listOf(30).client.ticket.each({ cursor: "28" }))).toEqual([28, 29]);
});

test("a limit is never exceeded, and asks for no more than it needs", async () => {
  const list = listOf(250);
  expect(await idsOf(list.client.customer.each({}, { limit: 101 }))).toEqual(upTo(101));
  expect(asked(list)).toEqual(["?itemLimit=99", "?cursor=99&itemLimit=2"]);
  const none = listOf(250);
  expect(await idsOf(none.client.customer.each({}, { limit: 0 }))).toEqual([]);
  expect(none.seen).toEqual([]);
  for (const limit of [-1, Number.NaN])
    await expect(idsOf(none.client.customer.each({}, { limit }))).rejects.toThrow(RangeError);
});

test("a page is asked for only when the one before has been used up", async () => {
  const list = listOf(250);
  const items = list.client.customer.each();
  expect(list.seen).toHaveLength(0);
  await items.next();
  expect(list.seen).toHaveLength(1);
  for await (const { id } of items) if (id === 98) break;
  expect(list.seen).toHaveLength(1);
});

test("an abort ends the reading, also between two items of a page", async () => {
  const list = listOf(250);
  const stop = new AbortController();
  const read = async () => {
    for await (const { id } of list.client.customer.each({}, { signal: stop.signal }))
      if (id === 3) stop.abort(new Error("enough"));
  };
  await expect(read()).rejects.toThrow("enough");
  expect(list.seen).toHaveLength(1);
});

test("a page that is refused for the moment is asked for again; nothing is lost or doubled", async () => {
  let refusals = 0;
  const list = listOf(150);
  const flaky = stub({}, async (at) => {
    if (at % 2 === 0) {
      refusals += 1;
      return new Response("", { status: 503 });
    }
    const { url } = flaky.seen.at(-1)!;
    const { cursor } = Object.fromEntries(url.searchParams);
    return Response.json(
      await list.client.customer.list(cursor ? { cursor, itemLimit: 99 } : { itemLimit: 99 }),
    );
  });
  expect(await idsOf(flaky.client.customer.each())).toEqual(upTo(150));
  expect(refusals).toBe(2);
});
