/**
 * Public exports of the client: what `@dossier/api` is when it is packed. Invariant: neither these modules nor their
 * declarations need a schema library.
 */
export { createClient, type Client } from "./client/client.ts";
export type { Clock } from "./client/clock.ts";
export { createDynamicClient, type DynamicClient } from "./client/dynamic-client.ts";
export type * from "./client/generated/types.ts";
export type { CallOptions, ClientOptions, ListOptions, WatchOptions } from "./client/options.ts";
export type { RawResponse } from "./client/response.ts";
export type { RetryOptions } from "./client/retry.ts";
export type { ChangeEvent, RawChangeEvent } from "./client/watch.ts";
export { parseRetryAfter } from "./client/retry-after.ts";
export {
  type VerifyOptions,
  verifyWebhook,
  WebhookError,
  type WebhookFault,
} from "./client/webhook-verify.ts";
export type { Page, RawItem, RawPage, RawResult, Result } from "./envelope.ts";
export { type ClientCode, type Code, codes, DossierError, type Fault, isDossierError } from "./error.ts";
export type { ChannelInput, CustomValue, NoFields } from "./input-values.ts";
