/**
 * Public exports of the package: the Dossier API as data, and its client. `api` is the one table of endpoints, from
 * which the server, the client, the documents and the tests over every endpoint derive.
 */
export { brandShape } from "./endpoints/brand.ts";
export {
  type AddressRule,
  builtinTypeId,
  builtinTypes,
  type ChannelInput,
  type DecodedChannel,
  type ChannelType,
  findType,
  inferType,
  channelAddress,
  normaliseAddress,
} from "./endpoints/channel.ts";
export { createClient, type Client } from "./client/client.ts";
export type { Clock } from "./client/clock.ts";
export type { CallOptions, ClientOptions, ListOptions } from "./client/options.ts";
export { createRawClient, type RawClient } from "./client/raw-client.ts";
export type { RawResponse } from "./client/response.ts";
export type { RetryOptions } from "./client/retry.ts";
export { parseRetryAfter } from "./client/retry-after.ts";
export { customFieldKey, type CustomType, customTypes } from "./endpoints/custom-field.ts";
export {
  customerFields,
  customerTexts,
  mappableFields,
  type OwnCustomerField,
} from "./endpoints/customer-fields.ts";
export type { Customer, CustomerChange, DeletedCustomer } from "./endpoints/customer-shape.ts";
export {
  basePath,
  type Decoded,
  type Endpoint,
  type Input,
  acceptsIdempotencyKey,
  type Output,
  type Permission,
  permissions,
  readsBody,
  readsQuery,
  includesPermission,
  partsOfSettings,
  requiredPermission,
  lostBy,
  type Undo,
} from "./endpoint.ts";
export {
  type ClientCode,
  type Code,
  codes,
  DossierError,
  type Fault,
  invalid,
  isDossierError,
  notFound,
} from "./error.ts";
export { errorShape } from "./error-shape.ts";
export { cleanLine, parseWebUrl } from "./text-field.ts";
export { unescapeHtml } from "./html-entities.ts";
export { codePoints, validateText } from "./text.ts";
export { readBoolean } from "./field.ts";
export { type FieldDescription, fieldsOf } from "./openapi/field-list.ts";
export { jobStates } from "./endpoints/job.ts";
export { type Installation, openapi } from "./openapi/document.ts";
export { type CodeText, codeTexts } from "./openapi/text.ts";
export { tagTexts } from "./openapi/text.ts";
export { defaultLimit, type Outcome, type Page } from "./page.ts";
export {
  decode,
  encode,
  type NamePolicy,
  type RawField,
  type Reading,
  readInput,
  sentName,
  shownName,
  shownNames,
  unknownNameMessage,
  wireName,
} from "./wire/decode.ts";
export { nearestName } from "./wire/names.ts";
export type { RawCustomField, CustomValue } from "./wire/custom-fields.ts";
export { ticketStatuses, type Ticket, type TicketStatus, type TicketHistory } from "./endpoints/ticket.ts";
export { type TimelineItemType, timelineItemTypes, timelineItem } from "./endpoints/timeline.ts";
export {
  type EventType,
  eventTypes,
  webhookPayload,
  type WebhookPayload,
} from "./endpoints/webhook-event.ts";
export {
  type VerifyOptions,
  verifyWebhook,
  WebhookError,
  type WebhookFault,
} from "./client/webhook-verify.ts";
export { type Api, api, rows } from "./table.ts";
