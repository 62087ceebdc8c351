/**
 * Event stream: a response of server-sent events that stays open. Events are asked for only when the connection takes
 * them, so a slow reader holds no more than the source lets wait for it; connections.ts drops one that takes nothing.
 */
import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import type { EventBatch, EventStream } from "../domain/context.ts";

/** After so long a browser connects again, in milliseconds. */
const reconnectMs = 1000;

/** A reader that has not taken the rest so long after the end of its stream is cut off, in milliseconds. */
const endMs = 250;

/** Sends a stream until it ends, or its reader leaves. */
export function sendEvents(reply: FastifyReply, { batches, ended, close }: EventStream): FastifyReply {
  void reply.headers({
    "content-type": "text/event-stream; charset=utf-8",
    "x-accel-buffering": "no", // nginx would hold events back
  });
  if (reply.request.method === "HEAD") {
    close();
    return reply.send(Readable.from([]));
  }
  void reply.header("connection", "close"); // the connection ends with the stream, also while the server stops
  ended.addEventListener("abort", () => setTimeout(() => reply.raw.destroy(), endMs).unref());
  return reply.send(Readable.from(textOf(batches), { objectMode: false, highWaterMark: 1 }));
}

async function* textOf(batches: AsyncIterable<EventBatch>): AsyncGenerator<string, void, undefined> {
  yield `retry: ${reconnectMs}\n\n`;
  for await (const { id, events } of batches) yield blockOf(id, events);
}

/** The last event has the id: a reader that was cut off before it gets all of them again. */
function blockOf(id: string, events: EventBatch["events"]): string {
  const blocks = events.map(({ type, ...data }) => `event: ${type}\ndata: ${JSON.stringify(data)}\n`);
  return `${blocks.join("\n")}${events.length === 0 ? ":\n" : ""}id: ${id}\n\n`;
}
