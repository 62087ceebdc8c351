// Written by `npm run client-types` from the endpoint table.
import type { WatchOptions } from "../../options.ts";
import type { RawChangeEvent } from "../../watch.ts";
import type { ChangeWatchInput } from "../change.ts";

/** Which customers and tickets change, told as it happens, in ids. */
export interface RawChangeMethods {
  /** Watch customers and tickets change. */
  watch(input?: ChangeWatchInput, options?: WatchOptions): AsyncGenerator<RawChangeEvent, void, undefined>;
}
