// Written by `npm run client-types` from the endpoint table.
import type { RawItem, RawPage, RawResult } from "../../../envelope.ts";
import type { CallOptions, ListOptions } from "../../options.ts";
import type {
  WebhookCreateInput,
  WebhookDeleteInput,
  WebhookFindInput,
  WebhookListDeliveriesInput,
  WebhookListInput,
  WebhookRedeliverInput,
  WebhookReplayInput,
  WebhookRotateSecretInput,
  WebhookUpdateInput,
} from "../webhook.ts";
import type { EventType } from "../words.ts";

/** A webhook, as the wire has it. */
export interface RawWebhook {
  /** Dossier's own id. */
  id: number;
  /** The name. */
  name: string;
  /** Where they are sent. */
  url: string;
  /** Which events are sent. */
  events: EventType[];
  /** null: all brands. */
  brand_ids: number[] | null;
  /**
   * `paused`: switched off by you; `off`: by Dossier, see off_reason. Both let deliveries wait for up to 30
   * days.
   */
  state: "active" | "paused" | "off";
  /** `gone`: it answered 410; `failing`: a delivery failed ten times in about three days. */
  off_reason: "gone" | "failing" | null;
  /** When Dossier switched it off; null: it did not. */
  off_at: string | null;
  /** Deliveries that wait or are tried again; up to 10000 are counted. */
  waiting: number;
  /** Until then the former secret signs beside the new one; null: it does not. */
  rotating_until: string | null;
  /** When it was made. */
  created_at: string;
  /** When it last changed. */
  updated_at: string;
}

/** The delivery of one event to one webhook, as the wire has it. */
export interface RawWebhookDelivery {
  /** Dossier's own id. */
  id: number;
  /** The `webhook-id` it is sent with, however often. */
  event_id: string;
  /** What happened. */
  event: EventType;
  /** The delivery's id, as its payload says it. */
  sequence: number;
  /** The customer. */
  customer_id: number;
  /** The brand it belongs to. */
  brand_id: number;
  /** `failed`: given up; it goes out again when the webhook is switched on, or by hand. */
  state: "waiting" | "delivered" | "failed";
  /** How often it was sent since it began to wait. */
  attempts: number;
  /** Of the last answer; null: there was none. */
  status: number | null;
  /** When it was made. */
  created_at: string;
  /** When it was last sent; null: not yet. */
  attempted_at: string | null;
  /** When it is tried again. */
  due_at: string | null;
  /** When the receiver took it; null: not yet. */
  delivered_at: string | null;
}

/** What `webhook.create` did. */
export interface RawWebhookCreateResult extends RawResult {
  /** `whsec_` and base64; it is not shown again. */
  secret: string;
}

/** What `webhook.rotateSecret` did. */
export interface RawWebhookRotateSecretResult extends RawResult {
  /** `whsec_` and base64; it is not shown again. */
  secret: string;
  /** Until then the former secret signs as well. */
  rotating_until: string;
}

/** What `webhook.replay` did. */
export interface RawWebhookReplayResult extends RawResult {
  /** How many are sent again. */
  count: number;
  /** Send as `since` for the rest; null when there is none. Some of it may be sent once more. */
  next_since: string | null;
}

/** Webhooks: which events are sent where, signed, and what became of each delivery. */
export interface RawWebhookMethods {
  /** List the webhooks. */
  list(input?: WebhookListInput, options?: CallOptions): Promise<RawPage<RawWebhook>>;
  /** Iterates over the whole list of `list`, item by item; pages are fetched as needed. */
  each(input?: WebhookListInput, options?: ListOptions): AsyncGenerator<RawWebhook, void, undefined>;
  /** Read one webhook. */
  find(input: WebhookFindInput, options?: CallOptions): Promise<RawItem<RawWebhook>>;
  /** Create a webhook. */
  create(input: WebhookCreateInput, options?: CallOptions): Promise<RawWebhookCreateResult>;
  /** Change a webhook, pause it or switch it on. */
  update(input: WebhookUpdateInput, options?: CallOptions): Promise<RawResult>;
  /** Delete a webhook. */
  delete(input: WebhookDeleteInput, options?: CallOptions): Promise<RawResult>;
  /** Give a webhook a new secret. */
  rotateSecret(input: WebhookRotateSecretInput, options?: CallOptions): Promise<RawWebhookRotateSecretResult>;
  /** List a webhook's deliveries. */
  listDeliveries(
    input: WebhookListDeliveriesInput,
    options?: CallOptions,
  ): Promise<RawPage<RawWebhookDelivery>>;
  /** Iterates over the whole list of `listDeliveries`, item by item; pages are fetched as needed. */
  eachDeliveries(
    input: WebhookListDeliveriesInput,
    options?: ListOptions,
  ): AsyncGenerator<RawWebhookDelivery, void, undefined>;
  /** Send a delivery again. */
  redeliver(input: WebhookRedeliverInput, options?: CallOptions): Promise<RawResult>;
  /** Send a range of deliveries again. */
  replay(input: WebhookReplayInput, options?: CallOptions): Promise<RawWebhookReplayResult>;
}
