/**
 * Endpoint table: every operation, by noun and verb. Invariant: it is the only list of operations; whatever applies to
 * every endpoint derives from it.
 */
import { audit } from "./endpoints/audit.ts";
import { backup } from "./endpoints/backup.ts";
import { brand } from "./endpoints/brand.ts";
import { change } from "./endpoints/change.ts";
import { channel } from "./endpoints/channel.ts";
import { customfield } from "./endpoints/custom-field.ts";
import { customer } from "./endpoints/customer.ts";
import type { Endpoint } from "./endpoint.ts";
import { erasure } from "./endpoints/erasure.ts";
import { health } from "./endpoints/health.ts";
import { job } from "./endpoints/job.ts";
import { key } from "./endpoints/key.ts";
import { message } from "./endpoints/message.ts";
import { session } from "./endpoints/session.ts";
import { ticket } from "./endpoints/ticket.ts";
import { timeline } from "./endpoints/timeline.ts";
import { webhook } from "./endpoints/webhook.ts";

/**
 * Every endpoint: `api.customer.find`, `api.brand.list`, …
 *
 * @example
 * api.customer.find.paths[0]; // "/customer/{id}"
 */
export const api = {
  customer: { ...customer, ...erasure, ...timeline },
  ticket,
  message,
  brand,
  key,
  customfield,
  channel,
  webhook,
  session,
  audit,
  job,
  health,
  change,
  backup,
};

/**
 * The type of the table; the types of client and handlers derive from it.
 *
 * @example
 * type Found = Output<Api["customer"]["find"]>;
 * const { item }: Found = await dossier.raw.customer.find({ id: 7 });
 */
export type Api = typeof api;

/**
 * The table as rows with their `noun.verb` names.
 *
 * @example
 * const searches = rows().filter(({ row }) => row.search === true).map(({ name }) => name);
 */
export function rows(): { name: string; row: Endpoint }[] {
  return Object.entries(api).flatMap(([noun, verbs]) =>
    Object.entries(verbs).map(([verb, row]) => ({
      name: `${noun}.${verb}`,
      row: row as unknown as Endpoint,
    })),
  );
}
