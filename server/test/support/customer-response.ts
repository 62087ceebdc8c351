// What the raw answers of the customer operations hold, as far as their tests look into them.
import type { Customer, Fault } from "@dossier/api";
import type { Answer, World } from "./test-server.ts";

/** Not every answer has every field: a test looks only for what its answer must have. */
interface Body {
  id: number;
  code: string;
  errors: Fault[] | undefined;
  conflict: { customer_id: number };
  channel_ids: number[];
  skipped_channels: { field: string }[] | undefined;
  item: Customer;
  items: Customer[];
  itemTotal: number;
}

/** The world's raw requests, with answers that can be looked into. */
export function readable(
  raw: World["raw"],
): (...ask: Parameters<World["raw"]>) => Promise<Omit<Answer, "body"> & { body: Body }> {
  return raw;
}
