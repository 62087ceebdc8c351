/**
 * Webhook endpoints: subscriptions to events, and the state of each delivery. The signing secret appears in one
 * response only, that of its creation.
 */
import * as z from "zod";
import { endpoint } from "../endpoint.ts";
import { choice, described, filter, identifier, list, protectiveFlag } from "../field.ts";
import { instant } from "../time-field.ts";
import { text } from "../text-field.ts";
import { itemOf, listOf, paging, resultOf } from "../page.ts";
import { eventTypes } from "./webhook-event.ts";

const deliveryStates = ["waiting", "delivered", "failed"] as const;

/** The reasons for which Dossier disables a webhook. */
const disabledReasons = ["gone", "failing"] as const;

const webhookShape = z.object({
  id: z.number().int(),
  name: z.string(),
  url: z.string(),
  events: z.array(z.enum(eventTypes)),
  brand_ids: z.array(z.number().int()).nullable().describe("null: all brands"),
  state: z
    .enum(["active", "paused", "off"])
    .describe(
      "`paused`: switched off by you; `off`: by Dossier, see off_reason. Both let deliveries wait for up to 30 days",
    ),
  off_reason: z
    .enum(disabledReasons)
    .nullable()
    .describe("`gone`: it answered 410; `failing`: a delivery failed ten times in about three days"),
  off_at: z.string().nullable(),
  waiting: z.number().int().describe("Deliveries that wait or are tried again; up to 10000 are counted"),
  rotating_until: z
    .string()
    .nullable()
    .describe("Until then the former secret signs beside the new one; null: it does not"),
  created_at: z.string(),
  updated_at: z.string(),
});

/** The delivery of one event to one webhook. */
export const deliveryShape = z.object({
  id: z.number().int(),
  event_id: z.string().describe("The `webhook-id` it is sent with, however often"),
  event: z.enum(eventTypes),
  sequence: z.number().int().describe("The delivery's id, as its payload says it"),
  customer_id: z.number().int(),
  brand_id: z.number().int(),
  state: z
    .enum(deliveryStates)
    .describe("`failed`: given up; it goes out again when the webhook is switched on, or by hand"),
  attempts: z.number().int(),
  status: z.number().int().nullable().describe("Of the last answer; null: there was none"),
  created_at: z.string(),
  attempted_at: z.string().nullable(),
  due_at: z.string().nullable().describe("When it is tried again"),
  delivered_at: z.string().nullable(),
});

const settings = {
  url: described(
    text(2048),
    "https, of the open internet, unless the operator allows its host and port; a POST is sent there",
  ),
  events: described(list(choice(eventTypes), 1), "Which events are sent"),
  name: described(text(255, "clears"), "For people; may be empty"),
};
const webhookId = described(identifier, "The webhook's id");
const secretShape = z.string().describe("`whsec_` and base64; it is not shown again");

export const webhook = {
  list: endpoint({
    method: "GET",
    paths: ["/webhook"],
    permission: "WEBHOOK_CUD",
    scope: "brands",
    entity: "webhook",
    summary: "List the webhooks",
    description: "A key for some brands sees the webhooks whose brands are all among its own.",
    input: z.object({ ...paging }),
    output: listOf(webhookShape),
    errors: [],
  }),
  find: endpoint({
    method: "GET",
    paths: ["/webhook/{id}"],
    permission: "WEBHOOK_CUD",
    scope: "brands",
    entity: "webhook",
    summary: "Read one webhook",
    description: "Its secret is not shown.",
    input: z.object({ id: webhookId }),
    output: itemOf(webhookShape),
    errors: ["not_found"],
  }),
  create: endpoint({
    method: "POST",
    paths: ["/webhook"],
    permission: "WEBHOOK_CUD",
    scope: "brands",
    entity: "webhook",
    summary: "Create a webhook",
    description:
      "Answers the secret that signs its deliveries once. What happens from now on is sent; what happened before is not.",
    secret: true,
    input: z.object({
      ...settings,
      name: settings.name.optional(),
      paused: described(protectiveFlag, "Made paused: deliveries wait until it is switched on").optional(),
      brandIds: described(list(identifier, 1), "Whose events; left out: all brands").optional(),
    }),
    output: resultOf({ secret: secretShape }),
    errors: ["permission_missing", "not_found"],
  }),
  update: endpoint({
    method: "PUT",
    paths: ["/webhook/{id}"],
    permission: "WEBHOOK_CUD",
    scope: "brands",
    entity: "webhook",
    summary: "Change a webhook, pause it or switch it on",
    description:
      "`paused` = 0 also switches on what Dossier has switched off: everything that waits or has failed is then sent.",
    input: z.object({
      id: webhookId,
      url: settings.url.optional(),
      events: settings.events.optional(),
      name: settings.name.optional(),
      paused: described(protectiveFlag, "Paused, deliveries wait").optional(),
    }),
    output: resultOf({}),
    errors: ["not_found"],
  }),
  delete: endpoint({
    method: "DELETE",
    paths: ["/webhook/{id}"],
    permission: "WEBHOOK_CUD",
    scope: "brands",
    entity: "webhook",
    summary: "Delete a webhook",
    description: "With its deliveries; what waits is not sent any more.",
    undo: { loses: "the webhook with its secret and its deliveries, waiting ones too" },
    input: z.object({ id: webhookId }),
    output: resultOf({}),
    errors: ["not_found"],
  }),
  rotateSecret: endpoint({
    method: "POST",
    paths: ["/webhook/rotateSecret/{id}"],
    permission: "WEBHOOK_CUD",
    scope: "brands",
    entity: "webhook",
    summary: "Give a webhook a new secret",
    description:
      "Answers the new secret once. For 24 hours the former one signs as well; rotated again within them, only the latest former one does.",
    secret: true,
    input: z.object({ id: webhookId }),
    output: resultOf({
      secret: secretShape,
      rotating_until: z.string().describe("Until then the former secret signs as well"),
    }),
    errors: ["not_found"],
  }),
  listDeliveries: endpoint({
    method: "GET",
    paths: ["/webhook/deliveries/{id}"],
    permission: "WEBHOOK_CUD",
    scope: "brands",
    entity: "webhook",
    summary: "List a webhook's deliveries",
    description: "Newest first, of the last 30 days.",
    input: z.object({
      id: webhookId,
      state: filter(choice(deliveryStates), "Only those in this state"),
      ...paging,
    }),
    output: listOf(deliveryShape),
    errors: ["not_found"],
  }),
  redeliver: endpoint({
    method: "POST",
    paths: ["/webhook/redeliver/{id}"],
    permission: "WEBHOOK_CUD",
    scope: "brands",
    entity: "delivery",
    summary: "Send a delivery again",
    description: "The very same bytes under the same `webhook-id`, with ten new tries.",
    input: z.object({ id: described(identifier, "The delivery's id") }),
    output: resultOf({}),
    errors: ["not_found"],
  }),
  replay: endpoint({
    method: "POST",
    paths: ["/webhook/replay/{id}"],
    permission: "WEBHOOK_CUD",
    scope: "brands",
    entity: "webhook",
    summary: "Send a range of deliveries again",
    description:
      "Everything that happened from `since` up to `until`, delivered or not, oldest first; at most 10,000 a call. `next_since` says where to go on.",
    input: z.object({
      id: webhookId,
      since: described(instant, "From this time on"),
      until: described(instant, "Up to this time, which is not included; left out: now").optional(),
    }),
    output: resultOf({
      count: z.number().int().describe("How many are sent again"),
      next_since: z
        .string()
        .nullable()
        .describe("Send as `since` for the rest; null when there is none. Some of it may be sent once more"),
    }),
    errors: ["not_found"],
  }),
};
