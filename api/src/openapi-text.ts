/**
 * The prose of the OpenAPI document: what a stranger must know before the first call, and what each error code means.
 * The codes are a complete record, so that a new one cannot go undescribed.
 */
import type { Code, Fault } from "./error.ts";

/** In Markdown; the lines of a paragraph are joined below, as some renderers keep their ends. */
const paragraphs = `Dossier is the open directory of customers for service desks: who a customer is, under which addresses
they are reached, and what happened with them. Every customer belongs to one **brand**; a fresh installation has
brand 1, "Main".

### Keys

Send an API key with every request: in the header \`apiKey\`, or as \`Authorization: Bearer …\`, or, where nothing else
is possible, as \`?apiKey=…\`. One of them is enough; the header \`apiKey\` is what generated clients use. A key has permissions and sees some brands or all. What lies outside its brands is
answered exactly like what does not exist: 404. A permission that is missing is 403.

### Requests

Every POST and PUT takes \`application/json\` (one flat object), \`application/x-www-form-urlencoded\` and
\`multipart/form-data\`, UTF-8, up to 1 MiB. Unknown fields are ignored. A field that is not sent stays as it was; empty
or \`null\` counts as not sent unless the field says that it is cleared. A name sent twice counts once if the values
agree; a list is sent by repeating the name, as \`name[]\`, or as a JSON list. Identifiers are whole numbers from 1.
\`false\`, \`0\`, \`no\` and \`off\` are false, anything else sent is true. Times are RFC 3339.

### Naming a customer

By Dossier's own id, or by your **primary id** together with the brand's id. The primary id alone does where only one
brand that the key sees has it. Two spellings of one field, or two identifiers, that disagree are refused with
\`identifiers_disagree\`. In the operations on customers, field names count in any case.

### Channels and custom fields

An address belongs to at most one customer of a brand. Channels are added with \`extra_email\`, \`extra_telephone\`,
\`extra_twitter\`, \`extra_facebook\`, or as pairs: \`customerChannelType_0\` and \`customerChannelValue_0\`, and so on. A
channel is never replaced: remove it and add another. Custom fields are \`custom_\` and a name; a brand takes any name,
or only those that were defined.

### Tickets and timelines

A ticket carries its contact's address. It is linked to the customer of its brand who has that address as a channel: when
it arrives, and later when a call names the channel of a customer (unless that call sends \`noSync\`). What programs
report of a customer are events; a timeline holds them and, on demand, the customer's tickets and messages.

### Answers and errors

Answers are \`200\` with an envelope: \`item\`, \`list\` or \`result\`. A result has an \`id\` and an \`outcome\`. Every error
has the same envelope, with a \`code\` from a closed set; \`errors\` lists every fault of the request in your own
spelling, and \`conflict.customer_id\` names the owner of what is already taken. Beside what each operation lists, an
unknown path is 404 \`unknown_endpoint\` and a wrong method 405 \`method_not_allowed\` with \`Allow\`.

### Paging

\`itemStart\` counts from 0 (default 0), \`itemLimit\` is 1 to 99 (default 15). Or continue with \`cursor\`: send the
\`nextCursor\` of the page before, until it is \`null\`; that costs the same however far you go.

### Retries and concurrency

A POST that writes may carry an \`Idempotency-Key\`: repeated within 24 hours it is done once, and answered with the
first answer. A customer has a \`version\`, answered as \`ETag\` too: sent as \`If-Match\`, the change is made only if
nobody else changed the customer meanwhile, and is 412 otherwise. 429 and 503 say in \`Retry-After\` how long to wait.
`;

/** The description of the whole API. */
export const introduction = paragraphs.replace(/(?<!\n)\n(?!\n|$)/g, " ").trimEnd();

/** What the tags are about; they are the nouns of the table. */
export const tagTexts: Record<string, string> = {
  audit: "Who did what, when; never with which values.",
  brand: "Brands and their settings. Every customer belongs to one.",
  channel: "Types of channel: e-mail, telephone, and those you define.",
  customer: "Customers: find, resolve, create, change, delete, restore, purge; their timelines and events.",
  customfield: "What a brand wants to know of its customers beyond their names.",
  key: "API keys: who may do what, in which brands, until when.",
  message: "Messages and notes: what is said in tickets.",
  server: "The server itself. No key is needed.",
  session: "Sessions: a key exchanged for a cookie, for pages that should not hold keys.",
  ticket: "Tickets: what contacts open. A ticket finds its customer by the contact's address.",
};

/** What an error code means, and an example of it; `{about}` and `{field}` stand for the operation's own. */
export interface CodeText {
  means: string;
  says: string;
  errors?: Fault[];
  conflict?: { customer_id?: number; count?: number };
}

/** Every error code in words. */
export const codeTexts: Record<Code, CodeText> = {
  invalid_request: {
    means: "the request cannot be read",
    says: "The body is not valid JSON.",
  },
  invalid_field: {
    means: "a field is missing or not valid; `errors` lists every fault",
    says: "{field}: is required",
    errors: [{ field: "{field}", message: "is required" }],
  },
  identifiers_disagree: {
    means: "two identifiers, or two spellings of one, say different things",
    says: "brand_id: was sent more than once with different values",
    errors: [{ field: "brand_id", message: "was sent more than once with different values" }],
  },
  search_by_channel_disabled: {
    means: "the brand does not search customers by address; send a primary id",
    says: "This brand does not search customers by channels: send primary_id, or switch search_by_channel on.",
  },
  unknown_custom_field: {
    means: "the brand takes only custom fields that are defined",
    says: "custom_teir: is no custom field of this brand",
    errors: [{ field: "custom_teir", message: "is no custom field of this brand" }],
  },
  missing_key: { means: "no API key was sent", says: "Send an API key in the header apiKey." },
  invalid_key: {
    means: "the API key is unknown, expired or revoked",
    says: "This API key is not valid.",
  },
  permission_missing: {
    means: "the key lacks the permission, or does not reach far enough",
    says: "This key lacks a permission that is needed here.",
  },
  not_found: {
    means: "it does not exist, or the key does not see it",
    says: "There is no such {about}.",
  },
  unknown_endpoint: { means: "there is no such path", says: "There is no such endpoint." },
  method_not_allowed: {
    means: "the path has no such method; `Allow` lists those it has",
    says: "This path does not take the method PATCH.",
  },
  channel_taken: {
    means: "an address belongs to another customer of the brand; nothing was written",
    says: "This address already belongs to customer 7 of this brand.",
    errors: [{ field: "extra_email", message: "already in use by customer 7" }],
    conflict: { customer_id: 7 },
  },
  primary_id_taken: {
    means: "the primary id belongs to another customer of the brand; nothing was written",
    says: "This primary id already belongs to customer 7 of this brand.",
    conflict: { customer_id: 7 },
  },
  ambiguous_customer: {
    means: "several customers fit; send the brand, or the customer's id",
    says: "Several customers fit: send the brand or the customer's id.",
    conflict: { count: 2 },
  },
  idempotency_conflict: {
    means: "the `Idempotency-Key` was used with other fields, or its first call is still running",
    says: "This Idempotency-Key was used with other fields.",
  },
  brand_in_use: {
    means: "the brand still has customers, deleted ones that can be restored, or tickets",
    says: "The brand still has customers, deleted ones that can be restored, or tickets.",
  },
  stale_version: {
    means: "the customer has another version by now; read it again",
    says: "The customer has changed since: its version is 4.",
  },
  too_large: { means: "the body is larger than 1 MiB", says: "The body is larger than 1 MiB." },
  unsupported_media_type: {
    means: "the body's type, charset or compression is none of those taken",
    says: "Send application/json, application/x-www-form-urlencoded or multipart/form-data in UTF-8.",
  },
  rate_limited: {
    means: "the key makes too many requests; wait as long as `Retry-After` says",
    says: "Too many requests: try again in 12 seconds.",
  },
  internal: {
    means: "a fault of ours; quote the `request_id`",
    says: "Something went wrong here.",
  },
  unavailable: {
    means: "the database cannot be reached; try again after `Retry-After`",
    says: "The database cannot be reached at the moment.",
  },
};
