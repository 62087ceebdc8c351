/** Pages of a timeline by cursor, the newest first, and whether something newer has come. */
import type { Page, TimelineItem } from "@dossier/api";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api } from "../session/api.ts";

export type Shown = "all" | "ticket" | "message" | "note" | "event";

/** What of a timeline is shown. */
export interface Extent {
  shown: Shown;
  /** of events: only this type */
  eventType: string | undefined;
  /** only what happened before this instant */
  until: string | undefined;
}

export const wholeTimeline: Extent = { shown: "all", eventType: undefined, until: undefined };

const pageSize = 99;
const refreshMs = 15_000;
const newestSize = 20;
/** About 3,000 items: pages farther away are dropped, and read again by their cursor. */
const maxPages = 31;
/** The cursor of the first page. */
const start = "";

const input = (customerId: number, { shown, eventType, until }: Extent) => ({
  customerId,
  getTicketHistory: true,
  ...(shown === "all" ? {} : { type: (shown === "event" && eventType) || shown }),
  ...(until ? { until } : {}),
});

/** The page before, by the cursor of a page, and how many items stand before it: a cursor leads only to what is older. */
const before = new Map<string, { cursor: string; items: number }>();

/** How many items stand before a page. */
export const itemsBefore = (cursor: string): number => before.get(cursor)?.items ?? 0;

export async function readTimelinePage(
  customerId: number,
  extent: Extent,
  cursor: string,
  signal?: AbortSignal,
): Promise<Page<TimelineItem>> {
  const page = await api.customer.listTimeline(
    { ...input(customerId, extent), itemLimit: pageSize, ...(cursor ? { cursor } : {}) },
    signal ? { signal } : {},
  );
  if (page.nextCursor)
    before.set(page.nextCursor, { cursor, items: itemsBefore(cursor) + page.items.length });
  return page;
}

export const timelineQuery = (customerId: number, extent: Extent) =>
  infiniteQueryOptions({
    queryKey: ["timeline", customerId, extent],
    initialPageParam: start,
    staleTime: Infinity, // newer items are asked for apart, so that what is read never jumps
    maxPages,
    structuralSharing: false, // a page that was read stays the same object, and all are compared with all otherwise
    queryFn: ({ pageParam, signal }) => readTimelinePage(customerId, extent, pageParam, signal),
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    getPreviousPageParam: (_first, _pages, cursor) => before.get(cursor)?.cursor,
  });

/** The ids of the newest items. */
export const newestQuery = (customerId: number, extent: Extent) =>
  queryOptions({
    queryKey: ["newest", customerId, extent],
    refetchInterval: refreshMs, // also beside the stream of changes, which does not tell of events
    staleTime: 5000,
    queryFn: async ({ signal }) => {
      const { items } = await api.customer.listTimeline(
        { ...input(customerId, extent), itemLimit: newestSize },
        { signal },
      );
      return items.map(({ id }) => id);
    },
  });
