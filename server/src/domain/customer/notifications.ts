/** Webhook events of a customer's change: which there are, in which order, with which ids. */
import type { EventType } from "@dossier/api";
import { ticketLinkedEvent } from "../linking.ts";
import type { DomainEvent } from "../outbox.ts";
import type { ChangeResult } from "./change.ts";
import type { LockedCustomer } from "./row.ts";

/** An event about a customer as a whole, with the version it has by that. */
export function customerEvent(
  type: EventType & `customer.${string}`,
  { id, brand_id, version }: LockedCustomer,
  outcome: string,
  fields?: readonly string[],
): DomainEvent {
  return { type, brand_id, customer_id: id, version, outcome, ...(fields ? { fields: [...fields] } : {}) };
}

/** Channels that were added or removed. */
export function channelEvents(
  type: EventType & `channel.${string}`,
  { id, brand_id, version }: LockedCustomer,
  channelIds: readonly number[],
): DomainEvent[] {
  if (channelIds.length === 0) return [];
  return [{ type, brand_id, customer_id: id, version, channel_ids: [...channelIds] }];
}

/** Everything that a call did to a customer: it was created or updated, its new channels, its new tickets. */
export function eventsOf({
  customer,
  isNew,
  changed,
  fields,
  newChannelIds,
  tickets,
}: ChangeResult): DomainEvent[] {
  const type = isNew ? "customer.created" : "customer.updated";
  return [
    ...(changed ? [customerEvent(type, customer, isNew ? "created" : "updated", fields)] : []),
    ...channelEvents("channel.added", customer, newChannelIds),
    ...tickets.map((ticketId) => ticketLinkedEvent(customer.brand_id, customer.id, ticketId)),
  ];
}
