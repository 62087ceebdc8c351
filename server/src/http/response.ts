/**
 * Response streaming: a response passes through its row's output schema. A long list is shaped and serialised in
 * chunks, each when the connection can take it, with a turn of the event loop between chunks. An error midway ends the
 * connection without the end of the body, so that no client takes half a list for a whole one.
 */
import { Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import type { Endpoint } from "@dossier/api";
import type { FastifyReply } from "fastify";
import type * as z from "zod";
import type { EventStream, RequestContext } from "../domain/context.ts";
import { sendEvents } from "./event-stream.ts";
import { type Streamed, chunkBySize } from "../domain/pagination.ts";

/** Sends the result of an operation; `onError` receives an error during streaming. */
export function sendResponse(
  reply: FastifyReply,
  row: Endpoint,
  ctx: RequestContext,
  result: object,
  onError: (error: unknown) => void,
): FastifyReply {
  if (row.stream) return sendEvents(reply, result as EventStream);
  const { version, item } = result as { version?: number; item?: { version?: number } };
  if (row.etag) void reply.header("etag", `"${version ?? item?.version}"`);
  if (ctx.replayed) void reply.header("idempotency-replayed", "true");
  void reply.header("content-type", "application/json; charset=utf-8");
  const streamed = splitLongList(result);
  if (!streamed) return reply.send(JSON.stringify(row.output.parse(result)));
  const envelope = JSON.stringify(row.output.parse(streamed.envelope));
  const parts = reply.request.method === "HEAD" ? [] : bodyParts(row, envelope, streamed.chunks, onError);
  return reply.send(Readable.from(parts, { objectMode: false }));
}

/** A response with an empty list, and the items of that list. */
interface StreamedResponse {
  envelope: object;
  chunks: AsyncIterable<object[]> | Iterable<object[]>;
}

interface Result extends Streamed<object> {
  items?: object[];
  item?: { timeline?: object[] };
}

/** Splits a long response: one whose rest is read later, or a page of large items. */
function splitLongList({ rest, ...result }: Result): StreamedResponse | undefined {
  const { items, item } = result;
  if (!rest) {
    const chunks = items && items.length > 1 ? chunkBySize(items, textLength) : [];
    return chunks.length > 1 ? { envelope: { ...result, items: [] }, chunks } : undefined;
  }
  return items
    ? { envelope: { ...result, items: [] }, chunks: prepend(items, rest) }
    : {
        envelope: { ...result, item: { ...item, timeline: [] } },
        chunks: prepend(item?.timeline ?? [], rest),
      };
}

async function* prepend(first: object[], rest: AsyncIterable<object[]>): AsyncGenerator<object[]> {
  yield first;
  yield* rest;
}

/** Approximates the size of an item: its nested lists are short. */
function textLength(item: object): number {
  let length = 0;
  for (const value of Object.values(item)) if (typeof value === "string") length += value.length;
  return length;
}

/** The chunks of a response's text: the envelope, with the items inserted into its empty list. */
async function* bodyParts(
  row: Endpoint,
  envelope: string,
  chunks: StreamedResponse["chunks"],
  onError: (error: unknown) => void,
): AsyncGenerator<string> {
  const [name, list] = listIn(row.output);
  const insertAt = envelope.indexOf(`"${name}":[]`) + name.length + 4; // in values, quotes are escaped
  yield envelope.slice(0, insertAt);
  let separator = "";
  try {
    for await (const chunk of chunks) {
      const items = JSON.stringify(list.parse(chunk)).slice(1, -1);
      if (items === "") continue;
      yield separator + items;
      separator = ",";
      await turn();
    }
  } catch (error) {
    onError(error);
    throw error;
  }
  yield envelope.slice(insertAt);
}

/** The list that may be long: a page's items, or a ticket's timeline. */
function listIn(output: z.ZodType): [string, z.ZodType] {
  const { items, item } = (output as z.ZodObject).shape as { items?: z.ZodType; item?: z.ZodObject };
  const timeline = item?.shape["timeline"] as z.ZodType | undefined;
  if (items) return ["items", items];
  if (timeline) return ["timeline", timeline];
  throw new Error("an answer without a list has no rest");
}
