/**
 * The Dossier API as data, and the client that speaks it: the public names of this package. `api` is the one table of
 * endpoints that the server, the client, the documents and the tests over every endpoint all read.
 */
export { brandShape } from "./endpoints/brand.ts";
export {
  type AddressRule,
  builtinTypes,
  type ChannelInput,
  type ChannelSent,
  type ChannelType,
  findType,
  inferType,
  normaliseAddress,
} from "./endpoints/channel.ts";
export { createClient, type Client, type ClientOptions, type ListMeta, type Meta } from "./client/client.ts";
export type { Clock } from "./client/clock.ts";
export { customFieldKey, type CustomType, customTypes } from "./endpoints/custom-field.ts";
export type { Customer } from "./endpoints/customer.ts";
export {
  basePath,
  type Decoded,
  type Endpoint,
  type Input,
  keepsAnswer,
  type Output,
  type Permission,
  permissions,
  readsBody,
  readsQuery,
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
export { textFault } from "./field.ts";
export { type FieldFacts, fieldsOf } from "./openapi/field-list.ts";
export { jobStates } from "./endpoints/job.ts";
export { openapi } from "./openapi/document.ts";
export type { RetryOptions } from "./client/retry.ts";
export { type CodeText, codeTexts } from "./openapi/text.ts";
export { tagTexts } from "./openapi/text.ts";
export { defaultLimit, type Outcome, type Page } from "./page.ts";
export { decode, encode, sentName, wireName, type Sent } from "./wire/decode.ts";
export type { CustomSent, CustomValue } from "./wire/custom-fields.ts";
export type { Ticket, TicketStatus, TicketStory } from "./endpoints/ticket.ts";
export { type ItemKind, itemKinds, timelineItem } from "./endpoints/timeline.ts";
export { type EventType, eventTypes, webhookPayload, type WebhookPayload } from "./endpoints/webhook-event.ts";
export { type VerifyOptions, verifyWebhook, WebhookError, type WebhookFault } from "./client/webhook-verify.ts";
export { type Api, api, rows } from "./table.ts";
