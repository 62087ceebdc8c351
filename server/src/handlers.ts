/**
 * Handler table: every endpoint with its one domain operation. Invariant: it is complete, because a missing line is a
 * compile error that names the endpoint.
 */
import type { Api, Decoded, Endpoint } from "@dossier/api";
import type * as z from "zod";
import type { EventStream, RequestContext } from "./domain/context.ts";
import { listAudit } from "./domain/audit.ts";
import * as brand from "./domain/brand/brand.ts";
import { watchChanges } from "./domain/change-stream/watch.ts";
import * as channel from "./domain/channel-type.ts";
import { syncWithCrm } from "./domain/crm/sync.ts";
import { previewLookup } from "./domain/crm/preview.ts";
import { createCustomer } from "./domain/customer/create.ts";
import * as customer from "./domain/customer/update.ts";
import { deleteCustomer, restoreCustomer } from "./domain/customer/delete.ts";
import * as reading from "./domain/customer/read.ts";
import { resolveCustomer } from "./domain/customer/resolve.ts";
import { listDeleted } from "./domain/erasure/deleted-list.ts";
import * as purge from "./domain/erasure/purge.ts";
import * as field from "./domain/custom-field/custom-field.ts";
import { findBackups } from "./domain/backup.ts";
import { findHealth } from "./domain/health.ts";
import { listJobs, retryJob } from "./domain/job-list.ts";
import * as key from "./domain/key/key.ts";
import { closeSession, describeCaller, openSession } from "./domain/key/session.ts";
import { findTicket, listTickets } from "./domain/ticket/read.ts";
import { createByChatbot, createMessage } from "./domain/ticket/message.ts";
import { createTicket } from "./domain/ticket/create.ts";
import { updateTicket } from "./domain/ticket/update.ts";
import { listTimeline } from "./domain/timeline/timeline.ts";
import { countTimeline } from "./domain/timeline/counts.ts";
import { addEvent } from "./domain/timeline/event.ts";
import * as webhook from "./domain/webhook/webhook.ts";
import * as delivery from "./domain/webhook/deliveries.ts";

/** The result of an operation: the endpoint's output, and the version for the ETag; or a stream of such outputs. */
type Answer<E extends Endpoint> = E extends { stream: true }
  ? EventStream
  : z.input<E["output"]> & { version?: number };
type Handler<E extends Endpoint> = (ctx: RequestContext, input: Decoded<E>) => Promise<Answer<E>>;
type Handlers = {
  [Noun in keyof Api]: {
    [Verb in keyof Api[Noun]]: Api[Noun][Verb] extends Endpoint ? Handler<Api[Noun][Verb]> : never;
  };
};

const handlers: Handlers = {
  customer: {
    list: reading.listCustomers,
    search: reading.listWithMatches,
    find: reading.findCustomer,
    resolve: resolveCustomer,
    updateAny: customer.updateCustomer,
    update: customer.updateCustomer,
    listByPrimaryId: reading.listByPrimaryId,
    listByChannel: reading.listByChannel,
    addChannels: customer.addChannels,
    updateByPrimaryId: customer.updateCustomer,
    removeChannel: customer.removeChannel,
    syncWithCrm,
    create: createCustomer,
    delete: deleteCustomer,
    restore: restoreCustomer,
    listDeleted,
    purge: purge.purgeCustomer,
    purgeAny: purge.purgeAny,
    listTimeline,
    countTimeline,
    addEvent,
  },
  ticket: {
    list: listTickets,
    search: listTickets,
    find: findTicket,
    create: createTicket,
    update: updateTicket,
  },
  message: { create: createMessage, chatbot: createByChatbot },
  brand: {
    list: brand.listBrands,
    find: brand.findBrandItem,
    create: brand.createBrand,
    update: brand.updateBrand,
    crmTest: previewLookup,
    delete: brand.deleteBrand,
  },
  key: { list: key.listKeys, create: key.createKey, revoke: key.revokeKey },
  customfield: {
    list: field.listFields,
    create: field.createField,
    update: field.updateField,
    delete: field.deleteField,
  },
  channel: {
    list: channel.listChannelTypes,
    create: channel.createChannelType,
    update: channel.updateChannelType,
  },
  webhook: {
    list: webhook.listWebhooks,
    find: webhook.findWebhook,
    create: webhook.createWebhook,
    update: webhook.updateWebhook,
    delete: webhook.deleteWebhook,
    rotateSecret: webhook.rotateSecret,
    listDeliveries: delivery.listDeliveries,
    redeliver: delivery.redeliver,
    replay: delivery.replay,
  },
  session: { open: openSession, find: describeCaller, close: closeSession },
  audit: { list: listAudit },
  job: { list: listJobs, retry: retryJob },
  health: { find: findHealth },
  change: { watch: watchChanges },
  backup: { find: findBackups },
};

/** The operation behind `noun.verb`, for the one caller that treats all alike. */
export function handlerOf(name: string): (ctx: RequestContext, input: unknown) => Promise<object> {
  const [noun = "", verb = ""] = name.split(".");
  const found = (
    handlers as unknown as Record<
      string,
      Record<string, (ctx: RequestContext, input: unknown) => Promise<object>>
    >
  )[noun]?.[verb];
  if (!found) throw new Error(`There is no handler for ${name}.`);
  return found;
}
