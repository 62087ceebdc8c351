/** Queries of webhooks, and the names of all events. */
import type { EventType, Page, WebhookDelivery } from "@dossier/api";
import { queryOptions } from "@tanstack/react-query";
import { api } from "../../session/api.ts";
import { type Hour, hoursOf } from "./hours.ts";
import { webhookTexts } from "./text.ts";

const refreshMs = 15_000;
const dayMs = 86_400_000;
const maxPages = 5;

export const allEvents = Object.keys(webhookTexts.en.events) as EventType[];
export const deliveryStates = ["waiting", "delivered", "failed"] as const;

/** Everything of webhooks that is read, for what must be read again after an act. */
export const webhooksKey = ["webhooks"] as const;

export const webhookQuery = (id: number) =>
  queryOptions({
    queryKey: [...webhooksKey, "one", id],
    queryFn: ({ signal }) => api.webhook.find({ id }, { signal }),
    refetchInterval: refreshMs,
  });

const countOf = (page: Page<WebhookDelivery> | undefined) =>
  page ? page.itemTotal + (page.itemTotalCapped ? 1 : 0) : 0;

/** How many deliveries of the last 30 days are in each state; one more than the list's cap where it is reached. */
export const totalsQuery = (id: number) =>
  queryOptions({
    queryKey: [...webhooksKey, "totals", id],
    refetchInterval: refreshMs,
    queryFn: async ({ signal }) => {
      const totals = await Promise.all(
        deliveryStates.map((state) => api.webhook.listDeliveries({ id, state, itemLimit: 1 }, { signal })),
      );
      return Object.fromEntries(
        deliveryStates.map((state, place) => [state, countOf(totals[place])]),
      ) as Record<(typeof deliveryStates)[number], number>;
    },
  });

/** Deliveries by the hour they happened in, the last hour last; undefined where there are too many to read. */
export const lastDayQuery = (id: number) =>
  queryOptions({
    queryKey: [...webhooksKey, "day", id],
    refetchInterval: 4 * refreshMs,
    queryFn: async ({ signal }): Promise<Hour[] | null> => {
      const now = Date.now();
      const deliveries: WebhookDelivery[] = [];
      let cursor: string | null | undefined;
      for (let page = 0; page < maxPages; page += 1) {
        const read = await api.webhook.listDeliveries(
          { id, itemLimit: 99, ...(cursor ? { cursor } : {}) },
          { signal },
        );
        deliveries.push(...read.items);
        cursor = read.nextCursor;
        const last = read.items.at(-1);
        if (!cursor || !last || now - Date.parse(last.createdAt) > dayMs) return hoursOf(deliveries, now);
      }
      return null;
    },
  });
