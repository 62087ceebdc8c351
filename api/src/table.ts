/** The one table of endpoints: noun by noun, verb by verb. Everything that holds for every endpoint is read off it. */
import { audit } from "./audit.ts";
import { brand } from "./brand.ts";
import { channel } from "./channel.ts";
import { customfield } from "./custom-field.ts";
import { customer } from "./customer.ts";
import type { Endpoint } from "./endpoint.ts";
import { erasure } from "./erasure.ts";
import { job } from "./job.ts";
import { key } from "./key.ts";
import { message } from "./message.ts";
import { session } from "./session.ts";
import { ticket } from "./ticket.ts";
import { timeline } from "./timeline.ts";
import { webhook } from "./webhook.ts";

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
};

/**
 * The table's type, from which the client and the handlers take theirs.
 *
 * @example
 * type Found = Output<Api["customer"]["find"]>;
 * const { item }: Found = await dossier.customer.find({ id: 7 });
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
