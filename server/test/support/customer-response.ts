// The parts of raw responses of the customer operations that tests read.
import type { RawCustomer as Customer, Fault } from "@dossier/api";
import type { RawResponse, TestServer } from "./test-server.ts";

/** Not every response has every field: a test reads only those that its response must have. */
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

/** Raw requests with readable responses. */
export function readable(
  raw: TestServer["raw"],
): (...ask: Parameters<TestServer["raw"]>) => Promise<Omit<RawResponse, "body"> & { body: Body }> {
  return raw;
}
