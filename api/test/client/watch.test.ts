// The client's stream of events against a stub network: however the text is cut in parts, each event is yielded once; a
// connection that breaks is opened again behind the last id, after the wait that the server asks for.
import { expect, test } from "vitest";
import { type ChangeEvent, type Clock, createClient } from "../../src/index.ts";

type Sent = Record<string, string>;

/** A connection: its texts, one after the other, and then its end; `hang` keeps it open. */
function streamOf(texts: readonly string[], { hang = false, onCancel = () => undefined } = {}): Response {
  const parts = texts.map((text) => new TextEncoder().encode(text));
  const body = new ReadableStream({
    pull(controller) {
      const part = parts.shift();
      if (part) controller.enqueue(part);
      else if (!hang) controller.close();
      return part || !hang ? undefined : new Promise<void>(() => undefined);
    },
    cancel: onCancel,
  });
  return new Response(body, { headers: { "content-type": "text/event-stream; charset=utf-8" } });
}

const failure = (status: number, code: string, headers: Record<string, string> = {}) =>
  Response.json(
    { type: "error", status: "error", code, message: code, request_id: "r-1" },
    { status, headers },
  );

/** A client whose connections are these; it records what was sent, and how long it waited. */
function clientOf(connections: (() => Response)[]) {
  const sent: Sent[] = [];
  const waits: number[] = [];
  const clock: Clock = {
    now: () => 0,
    random: () => 0,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      if (ms >= 30_000) return new Promise(() => undefined); // time-outs that do not come
      waits.push(ms);
    },
  };
  const fetch = async (_url: URL, { headers }: { headers: Sent }) => {
    sent.push({ ...headers });
    const next = connections.shift();
    if (!next) throw new TypeError("fetch failed");
    return next();
  };
  const { change } = createClient({ url: "http://localhost", key: "k", fetch, clock });
  return { change, sent, waits };
}

const customer = (id: number) => `event: customer\ndata: {"id":${id},"brand_id":1}\n`;
const told = ({ type, ...rest }: ChangeEvent) => ("id" in rest ? `${type} ${rest.id}` : type);

/** Reads so many events, and leaves. */
async function read(events: AsyncIterable<ChangeEvent>, count: number): Promise<string[]> {
  const got: string[] = [];
  for await (const event of events) if (got.push(told(event)) === count) break;
  return got;
}

test("events are yielded in our spelling, wherever the text is cut", async () => {
  const ticket = 'event: ticket\ndata: {"id":31,"brand_id":2,"customer_id":null}\nid: b\n\n';
  const text = `retry: 1000\n\nevent: reset\ndata: {}\nid: a\n\n:\nid: a\n\n${customer(7)}\n${ticket}`;
  const expected = [
    { type: "reset" },
    { type: "customer", id: 7, brandId: 1 },
    { type: "ticket", id: 31, brandId: 2, customerId: null },
  ];
  const cuts = [[...text], [text], text.split("\n").map((line) => `${line}\r\n`)];
  for (const parts of cuts) {
    const got: ChangeEvent[] = [];
    for await (const event of clientOf([() => streamOf(parts)]).change.watch())
      if (got.push(event) === 3) break;
    expect(got).toEqual(expected);
  }
});

test("a connection that breaks is opened again behind the last id; half an event is forgotten", async () => {
  const { change, sent } = clientOf([
    () => streamOf([`${customer(1)}id: one\n\n`, customer(2)]),
    () => streamOf([`${customer(2)}id: two\n\n`]),
    () => streamOf([`${customer(3)}\n`], { hang: true }),
  ]);
  expect(await read(change.watch(), 3)).toEqual(["customer 1", "customer 2", "customer 3"]);
  expect(sent.map((headers) => headers["last-event-id"])).toEqual([undefined, "one", "two"]);
  expect(sent[0]?.accept).toBe("text/event-stream");
});

test("a refusal for a while is waited out, as long as the server asks; one for good ends the stream", async () => {
  const { change, waits } = clientOf([
    () => streamOf([`${customer(1)}id: one\n\n`]),
    () => failure(429, "rate_limited", { "retry-after": "7" }),
    ...Array.from({ length: 9 }, () => () => failure(503, "unavailable")),
    () => streamOf([`${customer(2)}id: two\n\n`]),
    () => failure(401, "invalid_key"),
  ]);
  const events = change.watch();
  expect(told((await events.next()).value as ChangeEvent)).toBe("customer 1");
  expect(told((await events.next()).value as ChangeEvent)).toBe("customer 2");
  expect(waits).toContain(7000);
  await expect(events.next()).rejects.toMatchObject({ code: "invalid_key" });
});

test("a server that cannot be reached at all is an error, as for every call", async () => {
  await expect(clientOf([]).change.watch().next()).rejects.toMatchObject({ code: "network_failed" });
  const json = clientOf([() => Response.json({ type: "item", item: {} })]);
  await expect(json.change.watch().next()).rejects.toMatchObject({ code: "internal" });
});

test("leaving closes the connection; a signal ends the stream with its reason", async () => {
  const cancelled: string[] = [];
  const open = () =>
    streamOf([`${customer(1)}\n`], { hang: true, onCancel: () => void cancelled.push("one") });
  expect(await read(clientOf([open]).change.watch(), 1)).toEqual(["customer 1"]);
  expect(cancelled).toEqual(["one"]);
  const leaving = new AbortController();
  const events = clientOf([open]).change.watch({}, { signal: leaving.signal });
  await events.next();
  const next = events.next();
  leaving.abort(new Error("enough"));
  await expect(next).rejects.toThrow("enough");
  expect(cancelled).toEqual(["one", "one"]);
});

test("with `seconds` the stream ends where the server ends it", async () => {
  const { change, sent } = clientOf([() => streamOf([`${customer(1)}id: one\n\n`])]);
  expect(await read(change.watch({ seconds: 5 }), 9)).toEqual(["customer 1"]);
  expect(sent).toHaveLength(1);
});
