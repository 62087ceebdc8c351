/** What a change of a customer is to webhooks: which events it makes, in which order, with which ids. */
import type { EventType } from "@dossier/api";
import type { Done } from "./update.ts";
import type { Held } from "./row.ts";
import { ticketNews } from "../linking.ts";
import type { Happening } from "../outbox.ts";

/** Something that happened to a customer as a whole, with the version it has by that. */
export function customerNews(
  type: EventType & `customer.${string}`,
  { id, brand_id, version }: Held,
  outcome: string,
  fields?: readonly string[],
): Happening {
  return {
    type,
    brand_id,
    customer_id: id,
    version,
    outcome,
    ...(fields ? { fields: [...fields] } : {}),
  };
}

/** Channels that came or went. */
export function channelNews(
  type: EventType & `channel.${string}`,
  { id, brand_id, version }: Held,
  channelIds: readonly number[],
): Happening[] {
  if (channelIds.length === 0) return [];
  return [{ type, brand_id, customer_id: id, version, channel_ids: [...channelIds] }];
}

/** Everything that a call did to a customer: that it was made or changed, its new channels, its new tickets. */
export function newsOf({ held, changed, fields, fresh, tickets }: Done, made: boolean): Happening[] {
  const type = made ? "customer.created" : "customer.updated";
  return [
    ...(changed ? [customerNews(type, held, made ? "created" : "updated", fields)] : []),
    ...channelNews("channel.added", held, fresh),
    ...tickets.map((ticketId) => ticketNews(held.brand_id, held.id, ticketId)),
  ];
}
