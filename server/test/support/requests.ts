// A valid request for every endpoint of the table, created anew each time, and the ways to send one. Tests that hold
// for every endpoint start from these: they include a new endpoint automatically.
import { connect } from "node:net";
import { type Endpoint, readsBody, rows, wireName } from "@dossier/api";
import type * as z from "zod";
import {
  type Answer,
  brandOf,
  uniqueName,
  makeCustomer,
  makeDelivery,
  makeFailedJob,
  makeField,
  makeTicket,
  makeWebhook,
  unreachableUrl,
  type Fixture,
  enableCrm,
  disableCrm,
} from "./fixtures.ts";
import type { RawRequest } from "./test-server.ts";

export {
  type Answer,
  uniqueName,
  makeCustomer,
  startFixtureServer,
  type Fixture,
  type FixtureServer,
} from "./fixtures.ts";

export type Fields = Record<string, string>;
export interface Call {
  path: string;
  fields: Fields;
}
export type Encoding = "multipart" | "form" | "json";
export const encodings: Encoding[] = ["multipart", "form", "json"];

type Maker = (scene: Fixture) => Promise<number>;

/** A record of each type that a row can be about, for its path. */
const makers: Record<string, Maker> = {
  customer: async (scene) => (await makeCustomer(scene)).id,
  channel: async (scene) => (await makeCustomer(scene)).channelId,
  brand: async ({ brandId }) => brandId,
  key: async ({ world, brandId }) => {
    const key = { name: "gone", permissions: ["CUSTOMER_READ" as const], brandIds: [brandId] };
    return (await world.admin.key.create(key)).id;
  },
  "custom field": makeField,
  "channel type": async ({ world }) => (await world.admin.channel.create({ name: uniqueName("signal") })).id,
  ticket: async (scene) => makeTicket(scene),
  webhook: makeWebhook,
  delivery: makeDelivery,
  job: makeFailedJob,
};

/** The minimal request of an endpoint: a record of its type in the path, and the required fields. */
const minimalCall =
  (row: Endpoint) =>
  async (scene: Fixture): Promise<Call> => {
    const [template] = row.paths;
    const id = template.includes("{id}") ? await makers[row.entity]!(scene) : 0;
    const required = Object.entries(row.input.shape as Record<string, z.ZodType>).filter(
      ([ours, one]) => ours !== "id" && !one.safeParse(undefined).success,
    );
    const sample = (ours: string) => (ours === "brandId" ? brandOf(scene) : uniqueName());
    const fields = required.map(([ours]) => [wireName(row, ours), sample(ours)]);
    return { path: template.replace("{id}", String(id)), fields: Object.fromEntries(fields) as Fields };
  };

/** Requests with more than the minimum. */
const writtenCalls: Record<string, (scene: Fixture) => Promise<Call>> = {
  "customer.list": async (scene) => ({
    path: "/customer",
    fields: { brand_id: brandOf(scene), query: "Ada", itemStart: "0", itemLimit: "5" },
  }),
  "customer.search": async (scene) => ({
    path: "/customer/search",
    fields: { brand_id: brandOf(scene), query: "Ada", itemStart: "0", itemLimit: "5" },
  }),
  "customer.resolve": async (scene) => ({
    path: "/customer",
    fields: {
      brand_id: brandOf(scene),
      primary_id: uniqueName(),
      channel_id: "email",
      customer_link_channel: `${uniqueName("m")}@example.org`,
      firstname: "Ada",
      lastname: "Lovelace",
      noSync: "true",
      custom_tier: "gold",
    },
  }),
  "customer.updateAny": async (scene) => {
    const { id, primaryId } = await makeCustomer(scene);
    return {
      path: "/customer",
      fields: {
        customerID: String(id),
        primaryID: primaryId,
        brandID: brandOf(scene),
        firstname: "Grace",
        custom_tier: "gold",
      },
    };
  },
  "customer.update": async (scene) => {
    const { id, primaryId } = await makeCustomer(scene);
    return {
      path: `/customer/${id}`,
      fields: {
        brandID: brandOf(scene),
        primaryID: primaryId,
        lastname: "Hopper",
        custom_tier: "gold",
        customerChannelType_0: "1",
        customerChannelValue_0: `${uniqueName("p")}@example.org`,
      },
    };
  },
  "customer.listByPrimaryId": async (scene) => ({
    path: "/customer/SearchByPrimaryExternalID",
    fields: { primary_id: (await makeCustomer(scene)).primaryId, brand_id: brandOf(scene) },
  }),
  "customer.listByChannel": async (scene) => ({
    path: "/customer/SearchByCustomerChannelValue",
    fields: { customerChannelValue: (await makeCustomer(scene)).email, brand_id: brandOf(scene) },
  }),
  "customer.addChannels": async (scene) => {
    const { id, primaryId } = await makeCustomer(scene);
    return {
      path: "/customer/addChannelOnly",
      fields: {
        customer_id: String(id),
        primary_id: primaryId,
        brand_id: brandOf(scene),
        extra_email: `${uniqueName("x")}@example.org`,
      },
    };
  },
  "customer.updateByPrimaryId": async (scene) => {
    const { id, primaryId } = await makeCustomer(scene);
    return {
      path: "/customer/updateCustomer",
      fields: {
        externalPrimaryID: primaryId,
        brandID: brandOf(scene),
        customerID: String(id),
        firstname: "Joan",
        custom_tier: "gold",
      },
    };
  },
  "customer.syncWithCrm": async (scene) => {
    await enableCrm(scene);
    return {
      path: "/customer/syncWithCRM",
      fields: { brandID: brandOf(scene), channel: "email", address: `${uniqueName("crm")}@example.org` },
    };
  },
  "customer.create": async (scene) => ({
    path: "/customer/createCustomerCRUD",
    fields: {
      brandID: brandOf(scene),
      primaryID: uniqueName(),
      firstname: "Ada",
      custom_tier: "gold",
      customerChannelType_0: "email",
      customerChannelValue_0: `${uniqueName("c")}@example.org`,
    },
  }),
  "customer.restore": async (scene) => {
    const { id } = await makeCustomer(scene);
    await scene.world.admin.customer.delete({ id });
    return { path: `/customer/restore/${id}`, fields: { without: "conflicts" } };
  },
  "customer.purgeAny": async (scene) => {
    const { id, primaryId } = await makeCustomer(scene);
    return {
      path: "/customer/purgeData",
      fields: { customerID: String(id), primaryID: primaryId, brandID: brandOf(scene) },
    };
  },
  "customer.listTimeline": async (scene) => {
    const { id, primaryId } = await makeCustomer(scene);
    return {
      path: "/customer/timelineByCustomerExternalID",
      fields: {
        customer_id: String(id),
        external_id: primaryId,
        brand_id: brandOf(scene),
        getTicketHistory: "1",
        itemLimit: "5",
      },
    };
  },
  "customer.addEvent": async (scene) => {
    const { id, primaryId } = await makeCustomer(scene);
    return {
      path: "/customer/externalEvent",
      fields: {
        customer_id: String(id),
        external_id: primaryId,
        brand_id: brandOf(scene),
        message: "Order 7 was paid",
        initiated_by: "shop",
        source_url: "https://shop.example.org/orders/7",
        type: "order",
        event_id: uniqueName("e"),
        occurred_at: "2026-11-23T18:00:00Z",
      },
    };
  },
  "ticket.list": async (scene) => ({
    path: "/ticket",
    fields: { brand_id: brandOf(scene), status: "new", linked: "0", itemLimit: "9999" },
  }),
  "ticket.search": async () => ({ path: "/ticket/search", fields: { query: "parcel", itemLimit: "5" } }),
  "ticket.find": async (scene) => ({
    path: `/ticket/${await makeTicket(scene)}`,
    fields: { getTicketHistory: "1" },
  }),
  "ticket.create": async (scene) => {
    await disableCrm(scene);
    return {
      path: "/ticket",
      fields: {
        brandID: brandOf(scene),
        channelID: "email",
        direction: "inbound",
        from: `${uniqueName("from")}@example.org`,
        fromName: "Ada",
        to: "desk@example.org",
        title: "Where is my parcel?",
        priority: "high",
      },
    };
  },
  "ticket.update": async (scene) => ({
    path: `/ticket/${await makeTicket(scene)}`,
    fields: { customer_id: String((await makeCustomer(scene)).id), status: "open" },
  }),
  "message.create": async (scene) => ({
    path: "/message",
    fields: {
      ticketID: String(await makeTicket(scene)),
      type: "1",
      message: "It is on its way.",
      toAddress: "ada@example.org",
      submitStatus: "pending",
    },
  }),
  "message.chatbot": async (scene) => {
    await disableCrm(scene);
    return {
      path: "/message/chatbot",
      fields: {
        brandID: brandOf(scene),
        message: "Where is my parcel?",
        subject: "Parcel",
        from: `${uniqueName("bot")}@example.org`,
      },
    };
  },
  "brand.list": async () => ({ path: "/brand", fields: { itemLimit: "3" } }),
  "brand.create": async () => ({
    path: "/brand",
    fields: { name: uniqueName("Brand"), default_country: "DE" },
  }),
  "brand.update": async (scene) => ({
    path: `/brand/${brandOf(scene)}`,
    fields: { name: uniqueName("Brand") },
  }),
  "brand.crmTest": async (scene) => {
    await enableCrm(scene);
    return {
      path: `/brand/${brandOf(scene)}/crmTest`,
      fields: { channel: "email", address: `${uniqueName("crm")}@example.org` },
    };
  },
  "brand.delete": async ({ world }) => ({ path: `/brand/${await world.newBrand()}`, fields: {} }),
  "key.create": async (scene) => ({
    path: "/apikey",
    fields: {
      name: "till",
      permissions: "CUSTOMER_READ",
      brand_ids: brandOf(scene),
      expires_at: "2099-01-01T00:00:00Z",
    },
  }),
  "customfield.list": async (scene) => ({ path: "/customfield", fields: { brand_id: brandOf(scene) } }),
  "customfield.create": async (scene) => ({
    path: "/customfield",
    fields: {
      brand_id: brandOf(scene),
      name: uniqueName("f").replaceAll("-", "_"),
      type: "select",
      options: "a",
    },
  }),
  "customfield.update": async (scene) => ({
    path: `/customfield/${await makeField(scene)}`,
    fields: { label: uniqueName("Label"), force: "1" },
  }),
  "customfield.delete": async (scene) => ({
    path: `/customfield/${await makeField(scene)}`,
    fields: { force: "1" },
  }),
  "channel.create": async () => ({ path: "/channel", fields: { name: uniqueName("signal"), icon: "dot" } }),
  "channel.update": async ({ world }) => ({
    path: `/channel/${(await world.admin.channel.create({ name: uniqueName("signal") })).id}`,
    fields: { name: uniqueName("matrix") },
  }),
  "webhook.create": async (scene) => ({
    path: "/webhook",
    fields: {
      url: unreachableUrl,
      events: "customer.synced",
      paused: "1",
      name: "shop",
      brand_ids: brandOf(scene),
    },
  }),
  "webhook.update": async (scene) => ({
    path: `/webhook/${await makeWebhook(scene)}`,
    fields: { name: uniqueName("shop"), paused: "1" },
  }),
  "webhook.listDeliveries": async (scene) => ({
    path: `/webhook/deliveries/${await makeWebhook(scene)}`,
    fields: { state: "waiting", itemLimit: "5" },
  }),
  "change.watch": async () => ({ path: "/changes", fields: { seconds: "0" } }),
  "webhook.replay": async (scene) => ({
    path: `/webhook/replay/${await makeWebhook(scene)}`,
    fields: { since: "2026-11-23T18:00:00Z", until: "2026-11-24T18:00:00Z" },
  }),
};

export const table = rows();

/** One valid request for each endpoint, created anew each time. */
export const calls = Object.fromEntries(
  table.map(({ name, row }) => [name, writtenCalls[name] ?? minimalCall(row)]),
);

export function rowOf(name: string): Endpoint {
  return table.find((one) => one.name === name)!.row;
}

/** The fields where the endpoint reads them: the query, or a body in one of the encodings. */
export function encodeFields(row: Endpoint, fields: Fields, encoding: Encoding = "form"): RawRequest {
  if (!readsBody(row)) return { query: fields };
  if (row.method === "DELETE" && Object.keys(fields).length === 0) return {};
  return encoding === "json" ? { json: fields } : { [encoding]: fields };
}

/** The id in a path: its only segment of digits, last or last but one. */
export function idIn(path: string): string {
  return path.split("/").findLast((segment) => /^\d+$/.test(segment))!;
}

/** Sends the endpoint's valid request, or the one given. */
export async function sendValid(
  scene: Fixture,
  name: string,
  more: RawRequest & { call?: Call; encoding?: Encoding } = {},
): Promise<Answer> {
  const row = rowOf(name);
  const { call = await calls[name]!(scene), encoding, ...ask } = more;
  return scene.world.raw(row.method, call.path, { ...encodeFields(row, call.fields, encoding), ...ask });
}

/** What is the same in every response of one kind: all but the request's id. */
export function withoutId(answer: Answer): string {
  return `${answer.status} ${answer.text.replace(/"request_id":"[^"]*"/, "")}`;
}

/** Sends raw bytes and returns all that is received until the connection closes, or stays silent. */
export function sendBytes(
  url: string,
  bytes: string | Buffer,
  { end = false, timeoutMs = 5000 } = {},
): Promise<string> {
  return new Promise((resolve) => {
    const { port } = new URL(url);
    let got = "";
    const socket = connect(
      Number(port),
      "127.0.0.1",
      () => void (end ? socket.end(bytes) : socket.write(bytes)),
    );
    socket.setTimeout(timeoutMs, () => socket.destroy());
    socket.on("data", (chunk) => (got += chunk.toString("latin1")));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => resolve(got));
  });
}
