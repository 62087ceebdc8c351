/**
 * Event stream: the events of an endpoint for as long as they are read, over as many connections as that takes.
 * Invariants: nothing between two connections is missed, because the second begins behind the last id of the first; at
 * most one connection is open, and none when the reader has left.
 */
import { DossierError } from "../error.ts";
import { type Call, sendWithRetry } from "./call.ts";
import { raceAbort } from "./clock.ts";
import { readResponse } from "./response.ts";
import { isRetryable, retryDelay } from "./retry.ts";
import type { Route } from "./route.ts";

/**
 * A change of the directory, in ids; `type` tells which. `reset` says that changes before it are not known: read what you
 * need. A stream begins with it, and from there on every change is told.
 *
 * @example
 * for await (const change of dossier.change.watch())
 *   if (change.type === "customer") console.log(`customer ${change.id} of brand ${change.brandId} changed`);
 */
export type ChangeEvent =
  | {
      /** A customer was created, changed, deleted or restored. */
      type: "customer";
      /** The customer, for example `7`. */
      id: number;
      /** The brand it belongs to, for example `1`. */
      brandId: number;
    }
  | {
      /** A ticket was created or changed, or has a new message, note or customer. */
      type: "ticket";
      /** The ticket, for example `31`. */
      id: number;
      /** The brand it belongs to, for example `1`. */
      brandId: number;
      /** The customer that the ticket has now, for example `7`; null: none. */
      customerId: number | null;
    }
  | {
      /** What changed before is not known: read what you need. From here on every change is told. */
      type: "reset";
    };

/**
 * A change of the directory, as the wire has it.
 *
 * @example
 * for await (const change of dossier.raw.change.watch())
 *   if (change.type === "ticket") console.log(change.id, change.customer_id);
 */
export type RawChangeEvent =
  | { type: "customer"; id: number; brand_id: number }
  | { type: "ticket"; id: number; brand_id: number; customer_id: number | null }
  | { type: "reset" };

/** A connection on which not even a comment comes for so long is dead, in milliseconds. */
const silenceMs = 45_000;

type Fields = Record<string, unknown>;

/**
 * Yields events until the signal aborts, or a connection is refused for good. The first connection is opened like any
 * call; once there was one, it is opened again however long that takes.
 *
 * @param isOnce ends with the first stream that the server ends
 */
export async function* watch(call: Call, isOnce: boolean): AsyncGenerator<Fields, void, undefined> {
  const { clock, request, retry, signal } = call;
  const { headers } = request.init;
  headers.accept = "text/event-stream";
  const parse = createParser((id) => (headers["last-event-id"] = id));
  let wasOpen = false;
  let failures = 0;
  for (;;) {
    try {
      const response = await sendWithRetry(call, openStream);
      wasOpen = true;
      for await (const text of chunksOf(call, response)) {
        failures = 0;
        yield* parse(text);
      }
      if (isOnce) return;
    } catch (error) {
      signal?.throwIfAborted();
      if (!wasOpen || (error instanceof DossierError && !isRetryable(call, error))) throw error;
    }
    parse.restart();
    failures += 1;
    await clock.sleep(retryDelay(failures, 0.5, clock.random(), retry), signal);
  }
}

/** A response that is a stream; any other is an error. */
async function openStream(route: Route, response: Response): Promise<Response> {
  if (response.ok && response.headers.get("content-type")?.startsWith("text/event-stream")) return response;
  await readResponse(route, response);
  throw new DossierError("internal", "The server did not answer with a stream of events.");
}

/** The texts of a response until it ends; leaving closes the connection. */
async function* chunksOf({ clock, signal }: Call, { body }: Response): AsyncGenerator<string> {
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const timer = new AbortController();
      const silence = clock.sleep(silenceMs, timer.signal).then(() => ({ done: true, value: undefined }));
      silence.catch(() => undefined);
      const { done, value } = await raceAbort(signal, Promise.race([reader.read(), silence])).finally(() =>
        timer.abort(),
      );
      if (done) return;
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    reader.cancel().catch(() => undefined); // a connection that broke cannot be closed
  }
}

/** Parses text of `text/event-stream`, in parts; an event counts when its blank line has come. */
function createParser(onId: (id: string) => void) {
  let rest = "";
  let block: Record<string, string> = {};
  function* parse(text: string): Generator<Fields> {
    const lines = (rest + text).split("\n");
    rest = lines.pop() as string;
    for (const line of lines.map((one) => (one.endsWith("\r") ? one.slice(0, -1) : one))) {
      const at = line.indexOf(": ");
      if (at > 0) block[line.slice(0, at)] = line.slice(at + 2);
      if (line !== "") continue;
      const { id, event, data } = block;
      block = {};
      if (id !== undefined) onId(id);
      if (data !== undefined) yield { type: event, ...(JSON.parse(data) as Fields) };
    }
  }
  return Object.assign(parse, {
    /** Forgets an event of which only a part has come. */
    restart(): void {
      rest = "";
      block = {};
    },
  });
}
