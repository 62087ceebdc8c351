/** Pages of a timeline by cursor, the newest first, and whether something newer has come. */
import type { Page, TimelineItem } from "@dossier/api";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api } from "../session/api.ts";

export type Shown = "all" | "ticket" | "message" | "note" | "event";

const pageSize = 99;
const refreshMs = 15_000;
const newestSize = 20;

const input = (customerId: number, shown: Shown) => ({
  customerId,
  getTicketHistory: true,
  ...(shown === "all" ? {} : { type: shown }),
});

export const timelineQuery = (customerId: number, shown: Shown) =>
  infiniteQueryOptions({
    queryKey: ["timeline", customerId, shown],
    initialPageParam: undefined as string | undefined,
    staleTime: Infinity, // newer items are asked for apart, so that what is read never jumps
    queryFn: ({ pageParam, signal }): Promise<Page<TimelineItem>> =>
      api.customer.listTimeline(
        { ...input(customerId, shown), itemLimit: pageSize, ...(pageParam ? { cursor: pageParam } : {}) },
        { signal },
      ),
    getNextPageParam: (last) => last.nextCursor ?? undefined,
  });

/** The ids of the newest items. */
export const newestQuery = (customerId: number, shown: Shown) =>
  queryOptions({
    queryKey: ["newest", customerId, shown],
    refetchInterval: refreshMs,
    staleTime: 5000,
    queryFn: async ({ signal }) => {
      const { items } = await api.customer.listTimeline(
        { ...input(customerId, shown), itemLimit: newestSize },
        { signal },
      );
      return items.map(({ id }) => id);
    },
  });
