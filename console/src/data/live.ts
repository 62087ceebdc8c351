/**
 * Live changes: while the page is seen and signed in, the server tells which customers and tickets change, and what the
 * page shows of them is read again. Reading every few seconds is the fallback while there is no stream. What is typed is
 * no query, so it stays.
 */
import type { QueryClient, QueryKey } from "@tanstack/react-query";

/** Records are read again at most so often, and lists, which every ticket changes, less often; in milliseconds. */
const recordsMs = 1000;
const listsMs = 10_000;
/** After so long a stream that was refused is asked for again, in milliseconds. */
const againMs = 15_000;

/** The queries that changes concern, by the first part of their keys. */
const liveKeys = new Set([
  "customer",
  "latest",
  "counts",
  "tickets-of",
  "ticket",
  "tickets",
  "newest",
  "customer-count",
]);

let isLive = false;

/** The customers that this page is deleting: they may be gone before that is answered, so nothing of them is read. */
const leaving = new Set<number>();

const isLeaving = ([kind, id]: QueryKey) => kind !== "ticket" && leaving.has(id as number);

/** Deletes a customer by `act`; until that is answered nothing of the customer is read. */
export async function withoutReads<T>(queries: QueryClient, id: number, act: () => Promise<T>): Promise<T> {
  leaving.add(id);
  const filter = { predicate: (query: { queryKey: QueryKey }) => isLeaving(query.queryKey) };
  try {
    await queries.cancelQueries(filter);
    return await act();
  } catch (error) {
    void queries.invalidateQueries(filter);
    throw error;
  } finally {
    leaving.delete(id);
  }
}

/** How often a query is repeated: never while the stream says when. */
export const unlessLive = (milliseconds: number) => () => (isLive ? false : milliseconds);

interface Changed {
  id: number;
  customer_id?: number | null;
}

/** Listens to the stream until the function that it returns is called. */
export function listenForChanges(queries: QueryClient): () => void {
  let stream: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const readRecords = readTogether(queries, recordsMs);
  const readLists = readTogether(queries, listsMs);
  const readAll = () =>
    void queries.invalidateQueries({ predicate: ({ queryKey }) => liveKeys.has(queryKey[0] as string) });

  function close(): void {
    clearTimeout(timer);
    stream?.close();
    stream = undefined;
    isLive = false;
  }
  function open(): void {
    close();
    if (document.visibilityState === "hidden") return;
    const opened = new EventSource("/api/v2/changes");
    stream = opened;
    opened.addEventListener("open", () => (isLive = true));
    opened.addEventListener("reset", readAll);
    opened.addEventListener("error", () => {
      if (isLive) {
        isLive = false;
        readAll(); // each answer begins its own repetition again
      }
      if (opened.readyState === EventSource.CLOSED) timer = setTimeout(open, againMs);
    });
    opened.addEventListener("customer", ({ data }: MessageEvent<string>) => {
      const { id } = JSON.parse(data) as Changed;
      readRecords(["customer", id], ["latest", id]);
      readLists(["customer-count"]);
    });
    opened.addEventListener("ticket", ({ data }: MessageEvent<string>) => {
      const { id, customer_id: customerId } = JSON.parse(data) as Changed;
      readRecords(["ticket", id], ...listsWith(queries, id));
      if (customerId)
        readRecords(...["tickets-of", "newest", "counts", "latest"].map((key) => [key, customerId]));
      readLists(["tickets"]);
    });
  }

  open();
  document.addEventListener("visibilitychange", open);
  return () => {
    document.removeEventListener("visibilitychange", open);
    close();
  };
}

/** The lists of customers' tickets that have this one: it may be another customer's now. */
function listsWith(queries: QueryClient, ticketId: number): QueryKey[] {
  return queries
    .getQueriesData<{ id: number }[]>({ queryKey: ["tickets-of"] })
    .filter(([, tickets]) => tickets?.some(({ id }) => id === ticketId))
    .map(([key]) => key);
}

/** Reads queries again: at once, and what comes within the interval together at its end. */
function readTogether(queries: QueryClient, milliseconds: number): (...keys: QueryKey[]) => void {
  const waiting = new Map<string, QueryKey>();
  let isResting = false;
  function flush(): void {
    isResting = waiting.size > 0;
    if (isResting) setTimeout(flush, milliseconds);
    for (const queryKey of waiting.values())
      if (!isLeaving(queryKey)) void queries.invalidateQueries({ queryKey });
    waiting.clear();
  }
  return (...keys) => {
    for (const key of keys) waiting.set(key.join(), key);
    if (!isResting) flush();
  };
}
