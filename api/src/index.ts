/**
 * Public exports of the whole package: the Dossier API as data, and its client. `api` is the one table of endpoints, from
 * which the server, the client, the documents and the tests over every endpoint derive. Packed, it is
 * `@dossier/api/table`, which needs zod; the client alone (sdk.ts) does not.
 */
export * from "./sdk.ts";
export { brandShape } from "./endpoints/brand.ts";
export {
  type AddressRule,
  builtinTypeId,
  builtinTypes,
  type DecodedChannel,
  type ChannelType,
  findType,
  inferType,
  channelAddress,
  normaliseAddress,
} from "./endpoints/channel.ts";
export { customFieldKey, type CustomType, customTypes } from "./endpoints/custom-field.ts";
export {
  customerFields,
  customerTexts,
  mappableFields,
  type OwnCustomerField,
} from "./endpoints/customer-fields.ts";
export {
  basePath,
  type Decoded,
  type Endpoint,
  type Input,
  acceptsIdempotencyKey,
  type Output,
  permissions,
  readsBody,
  readsQuery,
  includesPermission,
  partsOfSettings,
  requiredPermission,
  lostBy,
  type Undo,
} from "./endpoint.ts";
export { invalid, notFound } from "./error.ts";
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
export { defaultLimit } from "./page.ts";
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
export type { RawCustomField } from "./wire/custom-fields.ts";
export { ticketStatuses } from "./endpoints/ticket.ts";
export { timelineFields, timelineItemTypes, timelineItem } from "./endpoints/timeline.ts";
export { eventFields, eventTypes, webhookPayload, type WebhookPayload } from "./endpoints/webhook-event.ts";
export { type Api, api, rows } from "./table.ts";
