/**
 * Examples of the OpenAPI document: requests are written in our spelling and encoded as by the client; responses are
 * generated from their schemas, so a new row has plausible examples without further work.
 */
import type * as z from "zod";
import type { Endpoint } from "../endpoint.ts";
import { shownTextExamples, textExamples } from "../endpoints/customer-fields.ts";
import type { JsonSchema } from "../field.ts";
import type { NamedEndpoint } from "./schemas.ts";
import { encode } from "../wire/encode.ts";

const created = "2026-11-23T18:00:00.000Z";

/** Values by wire name. */
const fieldExamples: Record<string, unknown> = {
  ...shownTextExamples,
  address: "ada@example.org",
  brand_id: 1,
  brand_ids: [1],
  brand_name: "Main",
  channel_id: 1,
  channel_ids: [12],
  channel_name: "email",
  created_at: created,
  customer_id: 7,
  default_country: "DE",
  expires_at: null,
  external_primary_id: "K-17",
  id: 7,
  itemLimit: 15,
  itemStart: 0,
  itemTotal: 1,
  key: "the-key-is-shown-here-once",
  label: "Loyalty tier",
  last_used_at: created,
  nextCursor: null,
  options: ["silver", "gold"],
  permissions: ["CUSTOMER_READ", "CUSTOMER_CUD"],
  closed_at: null,
  description: "Order 1843 was paid",
  direction: "inbound",
  from: "ada@example.org",
  from_name: "Ada Lovelace",
  last_message_by: "customer",
  crm_candidate_count: null,
  last_update: created,
  prefix: "the-key",
  primary_id: "K-17",
  purged_at: created,
  revoked_at: null,
  subject_id: 7,
  ticketID: 31,
  title: "Where is my parcel?",
  to: "desk@example.org",
  updated_at: created,
  deleted_at: created,
  restorable_until: "2026-12-23T18:00:00.000Z",
  version: 3,
  attempted_at: created,
  attempts: 1,
  delivered_at: created,
  due_at: null,
  event: "customer.updated",
  next_since: null,
  off_at: null,
  off_reason: null,
  rotating_until: null,
  secret: "whsec_AFQ3sWoXyK2lMhvDzTtEu8p1N4jcRbGm5VYZdS07Oiw=",
  sequence: 101,
  since: created,
  url: "https://shop.example.org/dossier",
};

/** Values that apply to one component. */
const resourceExamples: Record<string, JsonSchema> = {
  ApiKey: { id: 3, name: "Service desk" },
  Brand: { id: 1, name: "Main" },
  Channel: { id: 12 },
  ChannelType: { id: 1, name: "email", icon: "mail", rule: "email" },
  CustomField: { id: 4, name: "tier", type: "select" },
  AuditEntry: {
    id: 101,
    at: created,
    key_id: 3,
    brand_id: 1,
    operation: "customer.update",
    kind: "customer",
    outcome: "updated",
    fields: ["lastname"],
  },
  Backup: {
    is_embedded: true,
    folder: "/var/lib/dossier/backups",
    every: 86400,
    keep: 7,
    has_passphrase: true,
    next_due_at: created,
    failure: null,
    erasure_log: "/var/lib/dossier/backups/erasures.jsonl",
    count: 1,
    backups: [
      { name: "dossier-20261122T180000Z.backup", size: 184320, created_at: created, has_secret: true },
    ],
  },
  Health: {
    state: "warning",
    checked_at: created,
    version: "1.0.0",
    node: "24.12.0",
    database: "18.4",
    is_embedded: true,
    started_at: created,
    uptime: 86400,
    checks: [
      { name: "node", state: "ok", message: "Node.js 24.12.0", hint: null },
      {
        name: "backups",
        state: "warning",
        message: "none are scheduled.",
        hint: "Set DOSSIER_BACKUP_EVERY=24h, or run `dossier backup FILE` daily; and copy them to another machine.",
      },
    ],
  },
  Customer: { custom_tier: "gold" },
  Ticket: { id: 31 },
  TicketWithStory: { id: 31 },
  Webhook: { id: 5, name: "Webshop", events: ["customer.created", "customer.updated"], waiting: 0 },
  WebhookDelivery: {
    id: 101,
    event_id: "6f1c2a34-9d0e-4b58-8f3a-27c1d4e5b6a7",
    state: "delivered",
    status: 204,
  },
  TimelineCounts: {
    count: 3,
    kinds: [
      { type: "event", count: 2 },
      { type: "ticket", count: 1 },
    ],
    event_types: [{ event_type: "order", count: 2 }],
  },
  TimelineItem: { id: "event-12", type: "event", initiated_by: "shop" },
};

const email = [{ type: "email", address: "ada@example.org" }];
const telephone = [{ type: "telephone", address: "+4930123456" }];

/** Requests in our spelling; a row without one sends its required fields. */
const inputExamples: Record<string, JsonSchema> = {
  "brand.create": { name: "Acme", searchByChannel: true, defaultCountry: "DE" },
  "brand.update": { id: 1, customFields: "defined", takenAddress: "skip" },
  "brand.crmTest": { id: 1, channel: "email", address: "ada@example.org" },
  "channel.create": { name: "signal", icon: "message" },
  "channel.update": { id: 6, name: "signal", channelId: 106 },
  "customer.addChannels": { customerId: 7, extra_telephone: "+4930123456" },
  "customer.create": {
    brandId: 1,
    primaryId: "K-17",
    ...textExamples,
    channels: email,
    custom: { tier: "gold" },
  },
  "customer.listByChannel": { value: "ada@example.org", brandId: 1 },
  "customer.listByPrimaryId": { primaryId: "K-17", brandId: 1 },
  "customer.removeChannel": { id: 12 },
  "customer.search": { query: "ada love", brandId: 1 },
  "customer.resolve": {
    brandId: 1,
    primaryId: "K-17",
    ...textExamples,
    extra_email: "ada@example.org",
    custom: { tier: "gold" },
  },
  "customer.syncWithCrm": { brandId: 1, channel: "phoneNumber", address: "+4930123456" },
  "customer.update": { id: 7, lastname: "King", channels: telephone },
  "customer.updateAny": { primaryId: "K-17", brandId: 1, lastname: "King", custom: { tier: "gold" } },
  "customer.updateByPrimaryId": { primaryId: "K-17", brandId: 1, lastname: "King", channels: telephone },
  "customer.addEvent": {
    primaryId: "K-17",
    brandId: 1,
    message: "Order 1843 was paid",
    initiatedBy: "shop",
    sourceUrl: "https://shop.example.org/orders/1843",
    type: "order",
    eventId: "order-1843-paid",
  },
  "customer.listTimeline": { brandId: 1, primaryId: "K-17", getTicketHistory: "1" },
  "customer.purgeAny": { primaryId: "K-17", brandId: 1 },
  "customer.restore": { id: 7, without: "conflicts" },
  "message.chatbot": {
    brandId: 1,
    message: "Where is my parcel?",
    subject: "Parcel",
    from: "ada@example.org",
  },
  "message.create": { ticketId: 31, type: "email", message: "It is on its way.", submitStatus: "pending" },
  "ticket.create": {
    brandId: 1,
    channel: "email",
    direction: "inbound",
    from: "ada@example.org",
    fromName: "Ada Lovelace",
    to: "desk@example.org",
    title: "Where is my parcel?",
  },
  "ticket.list": { brandId: 1, status: ["new", "open"], linked: false },
  "ticket.search": { query: "parcel", brandId: 1 },
  "ticket.update": { id: 31, customerId: 7, status: "open" },
  "customfield.create": {
    brandId: 1,
    name: "tier",
    label: "Loyalty tier",
    type: "select",
    options: ["silver", "gold"],
  },
  "customfield.update": { id: 4, label: "Tier" },
  "change.watch": { seconds: 5 },
  "webhook.create": {
    url: "https://shop.example.org/dossier",
    events: ["customer.created", "customer.updated"],
    name: "Webshop",
    brandIds: [1],
  },
  "webhook.redeliver": { id: 101 },
  "webhook.replay": { id: 5, since: created },
  "webhook.update": { id: 5, paused: true },
  "key.create": { name: "Service desk", permissions: ["CUSTOMER_READ", "CUSTOMER_CUD"], brandIds: [1] },
};

const exampleIds: Record<string, number> = {
  brand: 1,
  channel: 6,
  customfield: 4,
  key: 3,
  message: 52,
  ticket: 31,
  webhook: 5,
};

/** Values that apply to one response; the default message is "{What} {outcome}.". */
const responseExamples: Record<string, JsonSchema> = {
  "brand.create": { id: 2 },
  "channel.create": { id: 9, channel_id: 100 },
  "channel.update": { channel_id: 106 },
  "customer.addChannels": { message: "Channel added." },
  "customer.addEvent": { message: "Event created.", id: 12, outcome: "created" },
  "customer.purge": { message: "Customer data purged.", outcome: "purged" },
  "customer.purgeAny": { message: "Customer data purged.", outcome: "purged" },
  "customer.resolve": { message: "User created and channel linked." },
  "customer.restore": { message: "Customer restored.", outcome: "restored" },
  "message.chatbot": { message: "Ticket created.", outcome: "created" },
  "message.create": { message: "Message created.", outcome: "created" },
  "webhook.redeliver": { message: "It is sent again." },
  "webhook.replay": { message: "42 deliveries are sent again.", count: 42 },
  "webhook.rotateSecret": {
    message: "Secret rotated. The new one is not shown again.",
    rotating_until: "2026-11-24T18:00:00.000Z",
  },
  "key.revoke": { message: "Key revoked." },
};

/** The request of an example: the flat record of the wire, with `id` if the path has one. */
export function exampleInput(endpoint: NamedEndpoint): JsonSchema {
  const { id, ...fields } = exampleFields(endpoint);
  return { ...(id === undefined ? {} : { id }), ...encode(endpoint.row, fields) };
}

/** The same in our spelling. */
export function exampleFields({ name, row }: NamedEndpoint): JsonSchema {
  const [noun = ""] = name.split(".");
  const written = inputExamples[name];
  const id = "id" in row.input.shape ? { id: written?.id ?? exampleIds[noun] ?? 7 } : {};
  return { ...id, ...(written ?? requiredOf(row)) };
}

/** An example of a field of a component, by wire name; undefined if there is none. */
export function exampleOf(component: string, field: string): unknown {
  return resourceExamples[component]?.[field] ?? fieldExamples[field];
}

function requiredOf(row: Endpoint): JsonSchema {
  const fields = Object.entries(row.input.shape as Record<string, z.ZodType>).filter(
    ([ours, field]) => ours !== "id" && field.type !== "optional",
  );
  return Object.fromEntries(
    fields.map(([ours]) => [
      ours,
      fieldExamples[ours.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`)] ?? "text",
    ]),
  );
}

/** The response of an operation to its example. */
export function exampleResponse(
  { name, row }: NamedEndpoint,
  schema: JsonSchema,
  components: Record<string, JsonSchema>,
): unknown {
  const response = sample(schema, "", components) as JsonSchema;
  if (response.type !== "result") return response;
  const [noun = ""] = name.split(".");
  const outcome = outcomeOf(name);
  const message = `${row.entity.charAt(0).toUpperCase()}${row.entity.slice(1)} ${outcome}.`;
  const id = exampleInput({ name, row }).id ?? exampleIds[noun] ?? 7;
  return { ...response, message, id, outcome, ...responseExamples[name] };
}

function outcomeOf(name: string): string {
  if (/\.(create|resolve)/.test(name)) return "created";
  return /\.(delete|remove|revoke)/.test(name) ? "deleted" : "updated";
}

/** A value for a schema: the example for its name, else a value that the schema allows. */
function sample(schema: JsonSchema, name: string, components: Record<string, JsonSchema>): unknown {
  if (typeof schema.$ref === "string") {
    const target = schema.$ref.split("/").at(-1) ?? "";
    return merged(sample(components[target] ?? {}, name, components), resourceExamples[target]);
  }
  if (Array.isArray(schema.allOf))
    return Object.assign({}, ...schema.allOf.map((part: JsonSchema) => sample(part, name, components)));
  if (Array.isArray(schema.anyOf)) {
    const isResource = schema.anyOf.every((part: JsonSchema) => "$ref" in part);
    return sample(schema.anyOf.at(isResource ? 0 : -1) as JsonSchema, name, components);
  }
  if ("const" in schema) return schema.const;
  if (name in fieldExamples) return fieldExamples[name];
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if (schema.type === "object") return sampleObject(schema, components);
  if (schema.type === "array") return [sample(schema.items as JsonSchema, "", components)];
  return plain(schema.type);
}

function sampleObject(schema: JsonSchema, components: Record<string, JsonSchema>): JsonSchema {
  const required = (schema.required ?? []) as string[];
  const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
  return Object.fromEntries(required.map((name) => [name, sample(properties[name] ?? {}, name, components)]));
}

function merged(value: unknown, particular: JsonSchema | undefined): unknown {
  return particular ? { ...(value as JsonSchema), ...particular } : value;
}

function plain(type: unknown): unknown {
  if (type === "integer" || type === "number") return 1;
  if (type === "boolean") return false;
  return type === "null" || (Array.isArray(type) && type.includes("null")) ? null : "text";
}
