// Written by `npm run client-types` from the endpoint table.
import type { WatchOptions } from "../options.ts";
import type { ChangeEvent } from "../watch.ts";

/**
 * The fields of `change.watch`.
 *
 * @example
 * const input: ChangeWatchInput = { seconds: 5 };
 */
export interface ChangeWatchInput {
  /**
   * End the stream after so many seconds; left out: when its connection closes. 0 to 3,600. For example `5`.
   */
  seconds?: number | undefined;
}

/** Which customers and tickets change, told as it happens, in ids. */
export interface ChangeMethods {
  /**
   * Watch customers and tickets change.
   *
   * Server-sent events (`text/event-stream`) with ids alone, within a second of a change: `customer` for keys
   * with CUSTOMER_READ, `ticket` for keys with TICKET_READ, and `reset` where the reader must read what it
   * needs, as at the beginning. Changes of one record that follow each other closely may be one event. A
   * reader that reconnects with `Last-Event-ID` is told what it missed, or `reset` if that is too much or not
   * known. The stream ends when the key or session does, or when the server stops: reconnect. An event of a
   * timeline is no change of its customer.
   *
   * Any valid key may call it.
   *
   * @example
   * for await (const change of dossier.change.watch({ seconds: 5 })) console.log(change.type);
   */
  watch(input?: ChangeWatchInput, options?: WatchOptions): AsyncGenerator<ChangeEvent, void, undefined>;
}
