// Written by `npm run client-types` from the endpoint table.
import type { Page, Result } from "../../envelope.ts";
import type { CallOptions, ListOptions } from "../options.ts";
import type { EventType } from "./words.ts";

/** A webhook. */
export interface Webhook {
  /** Dossier's own id. For example `5`. */
  id: number;
  /** The name. For example `Webshop`. */
  name: string;
  /** Where they are sent. For example `https://shop.example.org/dossier`. */
  url: string;
  /** Which events are sent. */
  events: EventType[];
  /** null: all brands. */
  brandIds: number[] | null;
  /**
   * `paused`: switched off by you; `off`: by Dossier, see offReason. Both let deliveries wait for up to 30
   * days.
   */
  state: "active" | "paused" | "off";
  /** `gone`: it answered 410; `failing`: a delivery failed ten times in about three days. */
  offReason: "gone" | "failing" | null;
  /** When Dossier switched it off; null: it did not. RFC 3339, UTC. */
  offAt: string | null;
  /** Deliveries that wait or are tried again; up to 10000 are counted. For example `0`. */
  waiting: number;
  /** Until then the former secret signs beside the new one; null: it does not. RFC 3339, UTC. */
  rotatingUntil: string | null;
  /** When it was made. RFC 3339, UTC. For example `2026-11-23T18:00:00.000Z`. */
  createdAt: string;
  /** When it last changed. RFC 3339, UTC. For example `2026-11-23T18:00:00.000Z`. */
  updatedAt: string;
}

/** The delivery of one event to one webhook. */
export interface WebhookDelivery {
  /** Dossier's own id. For example `101`. */
  id: number;
  /** The `webhook-id` it is sent with, however often. For example `6f1c2a34-9d0e-4b58-8f3a-27c1d4e5b6a7`. */
  eventId: string;
  /** What happened. For example `customer.updated`. */
  event: EventType;
  /** The delivery's id, as its payload says it. For example `101`. */
  sequence: number;
  /** The customer. For example `7`. */
  customerId: number;
  /** The brand it belongs to. For example `1`. */
  brandId: number;
  /**
   * `failed`: given up; it goes out again when the webhook is switched on, or by hand. For example
   * `delivered`.
   */
  state: "waiting" | "delivered" | "failed";
  /** How often it was sent since it began to wait. For example `1`. */
  attempts: number;
  /** Of the last answer; null: there was none. For example `204`. */
  status: number | null;
  /** When it was made. RFC 3339, UTC. For example `2026-11-23T18:00:00.000Z`. */
  createdAt: string;
  /** When it was last sent; null: not yet. RFC 3339, UTC. For example `2026-11-23T18:00:00.000Z`. */
  attemptedAt: string | null;
  /** When it is tried again. RFC 3339, UTC. */
  dueAt: string | null;
  /** When the receiver took it; null: not yet. RFC 3339, UTC. For example `2026-11-23T18:00:00.000Z`. */
  deliveredAt: string | null;
}

/** What `webhook.create` did. */
export interface WebhookCreateResult extends Result {
  /**
   * `whsec_` and base64; it is not shown again. For example
   * `whsec_AFQ3sWoXyK2lMhvDzTtEu8p1N4jcRbGm5VYZdS07Oiw=`.
   */
  secret: string;
}

/** What `webhook.rotateSecret` did. */
export interface WebhookRotateSecretResult extends Result {
  /**
   * `whsec_` and base64; it is not shown again. For example
   * `whsec_AFQ3sWoXyK2lMhvDzTtEu8p1N4jcRbGm5VYZdS07Oiw=`.
   */
  secret: string;
  /** Until then the former secret signs as well. RFC 3339, UTC. */
  rotatingUntil: string;
}

/** What `webhook.replay` did. */
export interface WebhookReplayResult extends Result {
  /** How many are sent again. */
  count: number;
  /**
   * Send as `since` for the rest; null when there is none. Some of it may be sent once more. RFC 3339, UTC.
   */
  nextSince: string | null;
}

/**
 * The fields of `webhook.list`.
 *
 * @example
 * const input: WebhookListInput = {};
 */
export interface WebhookListInput {
  /** How many to skip; default 0. */
  itemStart?: number | undefined;
  /**
   * How many to answer, from 1; default 15. More than 99 counts as 99, as the answer's itemLimit says. 1 or
   * more.
   */
  itemLimit?: number | undefined;
  /** `nextCursor` of the page before; not together with itemStart. At most 1,000 characters. */
  cursor?: string | undefined;
}

/**
 * The fields of `webhook.find`.
 *
 * @example
 * const input: WebhookFindInput = { id: 5 };
 */
export interface WebhookFindInput {
  /** The webhook's id. For example `5`. */
  id: number;
}

/**
 * The fields of `webhook.create`.
 *
 * @example
 * const input: WebhookCreateInput = { url: "https://shop.example.org/dossier", events: ["customer.created", "customer.updated"], name: "Webshop", brandIds: [1] };
 */
export interface WebhookCreateInput {
  /**
   * Https, of the open internet, unless the operator allows its host and port; a POST is sent there. At most
   * 2,048 characters. For example `https://shop.example.org/dossier`.
   */
  url: string;
  /** Which events are sent. At least 1. */
  events: EventType[];
  /** For people; may be empty. At most 255 characters; empty text clears it. For example `Webshop`. */
  name?: string | undefined;
  /** Made paused: deliveries wait until it is switched on. */
  paused?: boolean | undefined;
  /** Whose events; left out: all brands. At least 1. */
  brandIds?: number[] | undefined;
}

/**
 * The fields of `webhook.update`.
 *
 * @example
 * const input: WebhookUpdateInput = { id: 5, paused: true };
 */
export interface WebhookUpdateInput {
  /** The webhook's id. For example `5`. */
  id: number;
  /**
   * Https, of the open internet, unless the operator allows its host and port; a POST is sent there. At most
   * 2,048 characters. For example `https://shop.example.org/dossier`.
   */
  url?: string | undefined;
  /** Which events are sent. At least 1. */
  events?: EventType[] | undefined;
  /** For people; may be empty. At most 255 characters; empty text clears it. */
  name?: string | undefined;
  /** Paused, deliveries wait. For example `true`. */
  paused?: boolean | undefined;
}

/**
 * The fields of `webhook.delete`.
 *
 * @example
 * const input: WebhookDeleteInput = { id: 5 };
 */
export interface WebhookDeleteInput {
  /** The webhook's id. For example `5`. */
  id: number;
}

/**
 * The fields of `webhook.rotateSecret`.
 *
 * @example
 * const input: WebhookRotateSecretInput = { id: 5 };
 */
export interface WebhookRotateSecretInput {
  /** The webhook's id. For example `5`. */
  id: number;
}

/**
 * The fields of `webhook.listDeliveries`.
 *
 * @example
 * const input: WebhookListDeliveriesInput = { id: 5 };
 */
export interface WebhookListDeliveriesInput {
  /** The webhook's id. For example `5`. */
  id: number;
  /** Only those in this state. */
  state?: "waiting" | "delivered" | "failed" | undefined;
  /** How many to skip; default 0. */
  itemStart?: number | undefined;
  /**
   * How many to answer, from 1; default 15. More than 99 counts as 99, as the answer's itemLimit says. 1 or
   * more.
   */
  itemLimit?: number | undefined;
  /** `nextCursor` of the page before; not together with itemStart. At most 1,000 characters. */
  cursor?: string | undefined;
}

/**
 * The fields of `webhook.redeliver`.
 *
 * @example
 * const input: WebhookRedeliverInput = { id: 101 };
 */
export interface WebhookRedeliverInput {
  /** The delivery's id. For example `101`. */
  id: number;
}

/**
 * The fields of `webhook.replay`.
 *
 * @example
 * const input: WebhookReplayInput = { id: 5, since: "2026-11-23T18:00:00.000Z" };
 */
export interface WebhookReplayInput {
  /** The webhook's id. For example `5`. */
  id: number;
  /**
   * From this time on. A `Date`, or RFC 3339 with the distance from UTC. For example
   * `2026-11-23T18:00:00.000Z`.
   */
  since: Date | string;
  /**
   * Up to this time, which is not included; left out: now. A `Date`, or RFC 3339 with the distance from UTC.
   */
  until?: Date | string | undefined;
}

/** Webhooks: which events are sent where, signed, and what became of each delivery. */
export interface WebhookMethods {
  /**
   * List the webhooks.
   *
   * A key for some brands sees the webhooks whose brands are all among its own.
   *
   * Needs the permission WEBHOOK_CUD.
   *
   * @example
   * const { items, nextCursor } = await dossier.webhook.list();
   */
  list(input?: WebhookListInput, options?: CallOptions): Promise<Page<Webhook>>;
  /**
   * Iterates over the whole list of `list`, item by item; pages are fetched as needed.
   *
   * @example
   * for await (const item of dossier.webhook.each({}, { limit: 500 })) console.log(item.id);
   */
  each(input?: WebhookListInput, options?: ListOptions): AsyncGenerator<Webhook, void, undefined>;
  /**
   * Read one webhook.
   *
   * Its secret is not shown.
   *
   * Needs the permission WEBHOOK_CUD.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const webhook = await dossier.webhook.find({ id: 5 });
   */
  find(input: WebhookFindInput, options?: CallOptions): Promise<Webhook>;
  /**
   * Create a webhook.
   *
   * Answers the secret that signs its deliveries once. What happens from now on is sent; what happened before
   * is not.
   *
   * Needs the permission WEBHOOK_CUD.
   *
   * @throws {DossierError} `permission_missing`: the key lacks the permission, or does not reach far enough
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const result = await dossier.webhook.create({ url: "https://shop.example.org/dossier", events: ["customer.created", "customer.updated"], name: "Webshop", brandIds: [1] });
   */
  create(input: WebhookCreateInput, options?: CallOptions): Promise<WebhookCreateResult>;
  /**
   * Change a webhook, pause it or switch it on.
   *
   * `paused` = 0 also switches on what Dossier has switched off: everything that waits or has failed is then
   * sent.
   *
   * Needs the permission WEBHOOK_CUD.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const { outcome } = await dossier.webhook.update({ id: 5, paused: true });
   */
  update(input: WebhookUpdateInput, options?: CallOptions): Promise<Result>;
  /**
   * Delete a webhook.
   *
   * With its deliveries; what waits is not sent any more.
   *
   * Needs the permission WEBHOOK_CUD.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const { outcome } = await dossier.webhook.delete({ id: 5 });
   */
  delete(input: WebhookDeleteInput, options?: CallOptions): Promise<Result>;
  /**
   * Give a webhook a new secret.
   *
   * Answers the new secret once. For 24 hours the former one signs as well; rotated again within them, only
   * the latest former one does.
   *
   * Needs the permission WEBHOOK_CUD.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const result = await dossier.webhook.rotateSecret({ id: 5 });
   */
  rotateSecret(input: WebhookRotateSecretInput, options?: CallOptions): Promise<WebhookRotateSecretResult>;
  /**
   * List a webhook's deliveries.
   *
   * Newest first, of the last 30 days.
   *
   * Needs the permission WEBHOOK_CUD.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const { items, nextCursor } = await dossier.webhook.listDeliveries({ id: 5 });
   */
  listDeliveries(input: WebhookListDeliveriesInput, options?: CallOptions): Promise<Page<WebhookDelivery>>;
  /**
   * Iterates over the whole list of `listDeliveries`, item by item; pages are fetched as needed.
   *
   * @example
   * for await (const item of dossier.webhook.eachDeliveries({ id: 5 }, { limit: 500 })) console.log(item.id);
   */
  eachDeliveries(
    input: WebhookListDeliveriesInput,
    options?: ListOptions,
  ): AsyncGenerator<WebhookDelivery, void, undefined>;
  /**
   * Send a delivery again.
   *
   * The very same bytes under the same `webhook-id`, with ten new tries.
   *
   * Needs the permission WEBHOOK_CUD.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const { outcome } = await dossier.webhook.redeliver({ id: 101 });
   */
  redeliver(input: WebhookRedeliverInput, options?: CallOptions): Promise<Result>;
  /**
   * Send a range of deliveries again.
   *
   * Everything that happened from `since` up to `until`, delivered or not, oldest first; at most 10,000 a
   * call. `nextSince` says where to go on.
   *
   * Needs the permission WEBHOOK_CUD.
   *
   * @throws {DossierError} `not_found`: it does not exist, or the key does not see it
   * @example
   * const result = await dossier.webhook.replay({ id: 5, since: "2026-11-23T18:00:00.000Z" });
   */
  replay(input: WebhookReplayInput, options?: CallOptions): Promise<WebhookReplayResult>;
}
