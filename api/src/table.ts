/** The one table of endpoints: noun by noun, verb by verb. Everything that holds for every endpoint is read off it. */
import { audit } from "./audit.ts";
import { brand } from "./brand.ts";
import { channel } from "./channel.ts";
import { customfield } from "./custom-field.ts";
import { customer } from "./customer.ts";
import type { Endpoint } from "./endpoint.ts";
import { erasure } from "./erasure.ts";
import { key } from "./key.ts";
import { message } from "./message.ts";
import { session } from "./session.ts";
import { ticket } from "./ticket.ts";
import { timeline } from "./timeline.ts";

/** Every endpoint: `api.customer.find`, `api.brand.list`, … */
export const api = {
  customer: { ...customer, ...erasure, ...timeline },
  ticket,
  message,
  brand,
  key,
  customfield,
  channel,
  session,
  audit,
};

/** The table's type, from which the client and the handlers take theirs. */
export type Api = typeof api;

/** Where every endpoint's path begins. */
export const basePath = "/api/v2";

/** The table as rows with their `noun.verb` names. */
export function rows(): { name: string; row: Endpoint }[] {
  return Object.entries(api).flatMap(([noun, verbs]) =>
    Object.entries(verbs).map(([verb, row]) => ({
      name: `${noun}.${verb}`,
      row: row as unknown as Endpoint,
    })),
  );
}
