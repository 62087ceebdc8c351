// Unions: the items of a timeline and the events of webhooks, told apart by `type`.
import { comment, sentences } from "./comments.mjs";
import { pascal } from "./noun-types.mjs";

const timelineTexts = {
  event: "An event that another program reported",
  ticket: "A ticket of the customer",
  message: "A message of a ticket",
  note: "An internal note of a ticket, for keys with TICKET_READ",
};

const itemTitle = (type) => `Timeline${pascal(type)}`;
const eventTitle = (type) => `${pascal(type)}WebhookEvent`;
const eventContext = (indent) => ({ raw: false, indent, component: "WebhookPayload" });

/** The interfaces of the items of a timeline, and their union. */
export function timelineTypes(types, { timelineFields, timelineItemTypes }) {
  const schema = types.components.TimelineItem;
  const context = { raw: false, indent: "  ", component: "TimelineItem" };
  const special = new Set(
    Object.values(timelineFields).flatMap(({ required, optional }) => [...required, ...optional]),
  );
  const common = Object.keys(schema.properties).filter((name) => name !== "type" && !special.has(name));
  return [
    {
      name: "TimelineEntry",
      text: [
        comment([
          "What every item of a timeline has.",
          "@example\nconst describe = ({ createdAt, description }: TimelineEntry) => `${createdAt}: ${description}`;",
        ]),
        "export interface TimelineEntry {",
        ...types.fieldsOf(schema, context, common),
        "}",
      ].join("\n"),
    },
    ...timelineItemTypes.map((type) => {
      const { required, optional } = timelineFields[type];
      return {
        name: itemTitle(type),
        text: [
          comment([
            sentences(timelineTexts[type]),
            `@example\nfor await (const item of dossier.customer.eachTimeline({ customerId: 7, getTicketHistory: true }))\n  if (item.type === ${JSON.stringify(type)}) console.log(item.${type === "event" ? "eventType" : type === "ticket" ? "title" : "content"});`,
          ]),
          `export interface ${itemTitle(type)} extends TimelineEntry {`,
          comment(["The kind of item."], "  "),
          `  type: ${JSON.stringify(type)};`,
          ...types.fieldsOf({ ...schema, required }, context, [...required, ...optional]),
          "}",
        ].join("\n"),
      };
    }),
    {
      name: "TimelineItem",
      text: [
        comment([
          "An item of a timeline; `type` tells which.",
          '@example\nconst textOf = (item: TimelineItem) => (item.type === "ticket" ? item.title : item.description);',
        ]),
        `export type TimelineItem = ${timelineItemTypes.map(itemTitle).join(" | ")};`,
      ].join("\n"),
    },
  ];
}

/** The interfaces of the events of webhooks, and their union. */
export function webhookTypes(types, { eventFields, eventTypes, eventDescriptions }) {
  const { timestamp, data } = types.components.WebhookPayload.properties;
  const special = new Set(Object.values(eventFields).flat());
  const common = Object.keys(data.properties).filter((name) => !special.has(name));
  return [
    {
      name: "WebhookEventIds",
      text: [
        comment([
          "What the data of every event of a webhook has: ids, never a name, an address or a text.",
          "@example\nconst laneOf = ({ brandId, customerId }: WebhookEventIds) => `${brandId}/${customerId}`;",
        ]),
        "export interface WebhookEventIds {",
        ...types.fieldsOf(data, eventContext("  "), common),
        "}",
      ].join("\n"),
    },
    ...eventTypes.map((type) => ({
      name: eventTitle(type),
      text: [
        comment([
          sentences(eventDescriptions[type]),
          `@example\nconst isMine = (event: WebhookEvent): event is ${eventTitle(type)} => event.type === ${JSON.stringify(type)};`,
        ]),
        `export interface ${eventTitle(type)} {`,
        comment(["What happened."], "  "),
        `  type: ${JSON.stringify(type)};`,
        ...types.fieldsOf({ properties: { timestamp }, required: ["timestamp"] }, eventContext("  ")),
        comment(["Who, and what in ids and names of fields."], "  "),
        `  data: WebhookEventIds & {`,
        ...types.fieldsOf({ ...data, required: eventFields[type] }, eventContext("    "), eventFields[type]),
        "  };",
        "}",
      ].join("\n"),
    })),
    {
      name: "WebhookEvent",
      text: [
        comment([
          "The event of a delivery, as `verifyWebhook` returns it; `type` tells which, and so what `data` has.",
          '@example\nconst newVersion = (event: WebhookEvent) => (event.type === "customer.updated" ? event.data.version : undefined);',
        ]),
        `export type WebhookEvent = ${eventTypes.map(eventTitle).join(" | ")};`,
      ].join("\n"),
    },
  ];
}
