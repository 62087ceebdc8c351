/**
 * Queries: what the pages read, under which key it is kept, and for how long. Everything lives in memory and is gone with
 * the page.
 */
import type { Brand, Customer } from "@dossier/api";
import { isDossierError } from "@dossier/api";
import { keepPreviousData, QueryClient, queryOptions } from "@tanstack/react-query";
import { api } from "../session/api.ts";
import { unlessLive } from "./live.ts";

/** The client itself repeats calls that were refused for a moment; a second layer would multiply its waits. */
export const makeQueryClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: { retry: false, staleTime: 30_000, gcTime: 5 * 60_000, refetchOnWindowFocus: true },
    },
  });

const previewed = 5;
const refreshMs = 15_000;

export const customerQuery = (id: number) =>
  queryOptions({
    queryKey: ["customer", id],
    queryFn: ({ signal }) => api.customer.find({ id, provenance: true }, { signal }),
    refetchInterval: unlessLive(refreshMs),
  });

/** The newest things of a customer, for the preview. */
export const latestQuery = (id: number) =>
  queryOptions({
    queryKey: ["latest", id],
    queryFn: async ({ signal }) =>
      (
        await api.customer.listTimeline(
          { customerId: id, itemLimit: previewed, getTicketHistory: true },
          { signal },
        )
      ).items,
  });

/** The newest event of a customer. */
export const latestEventQuery = (id: number) =>
  queryOptions({
    queryKey: ["latest-event", id],
    queryFn: async ({ signal }) => {
      const { items } = await api.customer.listTimeline(
        { customerId: id, type: "event", itemLimit: 1 },
        { signal },
      );
      return items.find((item) => item.type === "event") ?? null;
    },
  });

type Counted = "ticket" | "message" | "note" | "event";

const sayCount = ({ count, capped }: { count: number; capped?: true | undefined } = { count: 0 }) =>
  `${count.toLocaleString()}${capped ? "+" : ""}`;

interface Counts extends Record<Counted | "all", string> {
  /** of the events, most first */
  eventTypes: { name: string; count: string }[];
}

/** How many items of each kind a timeline has, as texts: a count at its cap is "10,000+". */
export const countsQuery = (id: number) =>
  queryOptions({
    queryKey: ["counts", id],
    queryFn: async ({ signal }): Promise<Counts> => {
      const { kinds, eventTypes, ...all } = await api.customer.countTimeline({ id }, { signal });
      const of = (type: Counted) => sayCount(kinds.find((one) => one.type === type));
      return {
        all: sayCount(all),
        ticket: of("ticket"),
        message: of("message"),
        note: of("note"),
        event: of("event"),
        eventTypes: eventTypes.map(({ eventType, ...count }) => ({
          name: eventType,
          count: sayCount(count),
        })),
      };
    },
  });

export const ticketsOfQuery = (customerId: number) =>
  queryOptions({
    queryKey: ["tickets-of", customerId],
    queryFn: async ({ signal }) => (await api.ticket.list({ customerId, itemLimit: 99 }, { signal })).items,
    refetchInterval: unlessLive(refreshMs),
  });

export const ticketQuery = (id: number) =>
  queryOptions({
    queryKey: ["ticket", id],
    queryFn: ({ signal }) => api.ticket.find({ id, getTicketHistory: true }, { signal }),
    refetchInterval: unlessLive(refreshMs),
  });

/** The brands that a key sees: by the list where it may read settings, else by what customers and tickets name. */
export const brandsQuery = queryOptions({
  queryKey: ["brands"],
  staleTime: 5 * 60_000,
  queryFn: async ({ signal }): Promise<Pick<Brand, "id" | "name">[]> => {
    try {
      return (await api.brand.list({ itemLimit: 99 }, { signal })).items;
    } catch (error) {
      if (!isDossierError(error, "permission_missing")) throw error;
      return [];
    }
  },
});

export const typesQuery = queryOptions({
  queryKey: ["channel-types"],
  staleTime: 5 * 60_000,
  queryFn: async ({ signal }) => (await api.channel.list({ itemLimit: 99 }, { signal })).items,
});

/** Definitions of the custom fields of a brand; none for a key that may not read them. */
export const fieldsQuery = (brandId: number) =>
  queryOptions({
    queryKey: ["fields", brandId],
    staleTime: 5 * 60_000,
    queryFn: async ({ signal }) => {
      try {
        return (await api.customfield.list({ brandId, itemLimit: 99 }, { signal })).items;
      } catch (error) {
        if (!isDossierError(error, "permission_missing")) throw error;
        return [];
      }
    },
  });

/** How many tickets wait for a customer, up to the cap of the list. */
export const unlinkedCountQuery = queryOptions({
  queryKey: ["tickets", "unlinked-count"],
  refetchInterval: unlessLive(30_000),
  placeholderData: keepPreviousData,
  queryFn: async ({ signal }) =>
    (await api.ticket.list({ linked: false, itemLimit: 1 }, { signal })).itemTotal,
});

export const customerCountQuery = queryOptions({
  queryKey: ["customer-count"],
  staleTime: 60_000,
  placeholderData: keepPreviousData,
  queryFn: async ({ signal }) => (await api.customer.list({ itemLimit: 1 }, { signal })).itemTotal,
});

/**
 * Puts a customer that was just read or written where its page looks for it. One that was found in a list has no provenance:
 * its page shows it at once, and reads it again.
 */
export function rememberCustomer(queries: QueryClient, customer: Customer): void {
  const { queryKey } = customerQuery(customer.id);
  const known = queries.getQueryData(queryKey);
  if (known && known.version >= customer.version) return;
  queries.setQueryData(queryKey, customer, customer.provenance ? {} : { updatedAt: 1 });
}
