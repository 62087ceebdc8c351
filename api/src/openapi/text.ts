/**
 * Prose of the OpenAPI document: the introduction for new users, and the meaning of each error code. The codes are a
 * complete record, so that a new one cannot lack a description.
 */
import type { Code, Fault } from "../error.ts";

/** Markdown; the lines of a paragraph are joined below, because some renderers keep line ends. */
const paragraphs = `Dossier is the open directory of customers for service desks: who a customer is, under which addresses
they are reached, and what happened with them. Every customer belongs to one **brand**; a fresh installation has
brand 1, "Main".

### Keys

Send an API key with every request: in the header \`apiKey\`, or as \`Authorization: Bearer …\` or
\`Authorization: apikey …\`, or, where nothing else is possible, as \`?apiKey=…\`; pages may send the cookie of
\`POST /session\` instead. One of them is enough, and the header \`apiKey\` is the best: a generated client that asks which
to use should be given that one alone. A key has permissions and sees some brands or all. What lies outside its brands is
answered exactly like what does not exist: 404. A permission that is missing is 403. What belongs to the whole installation
(channel types, and which brands there are) is changed by keys for all brands alone. A key ends with the key that made it.

### Requests

Every POST and PUT takes \`application/json\` (one flat object), \`application/x-www-form-urlencoded\` and
\`multipart/form-data\`, up to 1 MiB, in UTF-8 or in the charset that the body or a part names. An unknown name is refused with \`unknown_field\`, in a query string and in
the body of every call but the documented ones on customers, which list it as \`ignored\`; names count in any case, with
or without \`_\` and \`-\`, and names in a query that begin with \`_\` are left alone. A field that is not sent stays as it was; empty
or \`null\` counts as not sent unless the field says that it is cleared. A name sent twice counts once if the values
agree; a list is sent by repeating the name, as \`name[]\`, or as a JSON list. Identifiers are whole numbers from 1.
A boolean is \`true\`, \`1\`, \`false\` or \`0\`; in the documented calls on customers \`no\`, \`n\`, \`off\` and \`f\` are false
too, and anything else sent is true. Times are RFC 3339; the distance from UTC may lack its colon.

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
unknown path is 404 \`unknown_endpoint\`, and a wrong method 405 \`method_not_allowed\` with \`Allow\`.

### Paging

\`itemStart\` counts from 0 (default 0), \`itemLimit\` from 1 (default 15; more than 99 counts as 99, as the answer says). Or continue with \`cursor\`: send the
\`nextCursor\` of the page before, until it is \`null\`; that costs the same however far you go.

### Retries and concurrency

A POST that writes may carry an \`Idempotency-Key\`: repeated within 24 hours it is done once, and answered with the
first answer. A customer has a \`version\`, answered as \`ETag\` too: sent as \`If-Match\`, the change is made only if
the customer has not changed meanwhile, and is 412 otherwise. 429 and 503 say in \`Retry-After\` how long to wait.
`;

/** The description of the whole API. */
export const introduction = paragraphs.replace(/(?<!\n)\n(?!\n|$)/g, " ").trimEnd();

/**
 * The descriptions of the table's nouns, which are the document's tags.
 *
 * @example
 * const description = tagTexts["ticket"]; // "Tickets: …"
 */
export const tagTexts: Record<string, string> = {
  audit: "Who did what, when; never with which values.",
  brand: "Brands and their settings. Every customer belongs to one.",
  change: "Which customers and tickets change, told as it happens, in ids.",
  channel: "Types of channel: e-mail, telephone, and those you define.",
  customer: "Customers: find, resolve, create, change, delete, restore, purge; their timelines and events.",
  customfield: "What a brand wants to know of its customers beyond their names.",
  backup: "The scheduled backups: which there are, and when the next is due.",
  health: "What is right with the installation, and what to do about what is not.",
  job: "Background jobs: waiting, running, failed.",
  key: "API keys: who may do what, in which brands, until when.",
  message: "Messages and notes: what is said in tickets.",
  server: "The server itself. Only its metrics need a key.",
  session: "Sessions: a key exchanged for a cookie, for pages that should not hold keys.",
  ticket: "Tickets: what contacts open. A ticket finds its customer by the contact's address.",
  webhook: "Webhooks: which events are sent where, signed, and what became of each delivery.",
};

/**
 * An error code in words: its meaning in half a sentence, its cause, the remedy, and a sample message (`{about}` and
 * `{field}` stand for the operation's entity and field). docs/errors.md is generated from these.
 *
 * @example
 * const taken: CodeText = codeTexts.channel_taken;
 */
export interface CodeText {
  means: string;
  why: string;
  do: string;
  says: string;
  errors?: Fault[];
  conflict?: { customer_id?: number; count?: number };
}

/**
 * Every error code in words.
 *
 * @example
 * const advice = codeTexts.rate_limited.do; // the remedy for a 429
 */
export const codeTexts: Record<Code, CodeText> = {
  invalid_request: {
    means: "the request cannot be read",
    why: "The body is not what its `Content-Type` says, ends early, or has too many or too long fields; or the request is no HTTP/1.1, lacks `Host`, or has a header twice that may be there once. Nothing of it was used.",
    do: "Fix the request.",
    says: "The body is not valid JSON.",
  },
  invalid_field: {
    means: "a field is missing or not valid",
    why: "Every field is checked before anything is looked up, and all faults are reported together in `errors`, in your own spelling.",
    do: "Correct every field listed in `errors`; the same request fails again.",
    says: "{field}: is required",
    errors: [{ field: "{field}", message: "is required" }],
  },
  unknown_field: {
    means: "a name was sent that the call does not know",
    why: "A misspelt name that narrows or protects would have no effect, and the call would do more than was meant. So query strings, and the bodies of all calls but the documented ones, take known names only: in any case, with or without `_` and `-`. Names in a query that begin with `_` are left alone. The bodies of the documented calls leave unknown names out and list them as `ignored`, unless the brand or the key is `strict`.",
    do: "Correct the names listed in `errors`, or leave them out. An operator whose old clients send more in query strings sets `DOSSIER_UNKNOWN_QUERY=ignore`.",
    says: "brandID: is no field of this call: did you mean brand_ids?",
    errors: [{ field: "brandID", message: "is no field of this call: did you mean brand_ids?" }],
  },
  identifiers_disagree: {
    means: "two identifiers, or two spellings of one, say different things",
    why: "A request that names two customers, or two brands, could change the wrong one. So it changes none.",
    do: "Send one identifier, or several that agree.",
    says: "brand_id: was sent more than once with different values",
    errors: [{ field: "brand_id", message: "was sent more than once with different values" }],
  },
  search_by_channel_disabled: {
    means: "the brand does not find customers by an address",
    why: "An address was sent to find the customer by, without a primary id, and the brand's `search_by_channel` is off, as it is at first.",
    do: "Send a primary id, or switch `search_by_channel` on for the brand.",
    says: "This brand does not find customers by channels: send primary_id, or switch the brand's search_by_channel on.",
    errors: [{ field: "search_customer_channel_value", message: "needs the brand's search_by_channel" }],
  },
  unknown_custom_field: {
    means: "the brand takes only custom fields that are defined",
    why: "The brand's `custom_fields` is `defined`, so that a typing error makes no new field.",
    do: "Correct the name, or define the field with `POST /customfield`.",
    says: "custom_teir: is no custom field of this brand",
    errors: [{ field: "custom_teir", message: "is no custom field of this brand" }],
  },
  missing_key: {
    means: "no API key was sent",
    why: "Every endpoint below `/api/v2` requires a key. An empty one counts as none; so does an ended session.",
    do: "Send a key in the header `apiKey`.",
    says: "Send an API key: the header apiKey, the query parameter apiKey, or Authorization: Bearer.",
  },
  invalid_key: {
    means: "the API key is unknown, expired or revoked",
    why: "Which of the three is not disclosed, so that keys cannot be probed.",
    do: "Ask your administrator for a new key; do not retry with this one.",
    says: "The API key is not valid.",
  },
  permission_missing: {
    means: "the key lacks the permission, or does not reach far enough",
    why: "A key does what its permissions say, and what belongs to the whole installation is for keys for all brands. The message names what is missing.",
    do: "Use a key that has the permission, for all brands where the message says so.",
    says: "This key lacks the permission SETTINGS_CRUD.",
  },
  session_required: {
    means: "the key only opens sessions",
    why: "A person's key, and the token of a start link, are for signing in on a page. It was sent with another call than `POST /session`.",
    do: "Exchange it at `POST /session`, and send the cookie of that. For a program, create a key of the kind `service`; a person's may be sent with calls if it was created with `headers_allowed`.",
    says: "This key only opens sessions: send it to POST /session, and the cookie of that with every other call.",
  },
  not_found: {
    means: "it does not exist, or the key does not see it",
    why: "What was deleted, what never was and what belongs to another brand are answered alike.",
    do: "Check the id, and that the key sees the brand. A deleted customer can be restored for 30 days.",
    says: "There is no such {about}.",
  },
  unknown_endpoint: {
    means: "there is no such path",
    why: "The path is misspelt, or the base URL lacks `/api/v2`.",
    do: "Compare the path with those listed at `/docs`.",
    says: "There is nothing at this path. The endpoints are listed at /docs.",
  },
  method_not_allowed: {
    means: "the path has no such method",
    why: "The path exists with other methods; the header `Allow` lists them.",
    do: "Use one of the methods in `Allow`.",
    says: "This path takes PUT, OPTIONS.",
  },
  channel_taken: {
    means: "an address belongs to another customer of the brand",
    why: "An address belongs to at most one customer of a brand. Nothing was written; `errors` names every such field, `conflict.customer_id` the owner.",
    do: "Leave the address out, or take it from its owner first. A brand with `taken_address` = `skip` leaves it out by itself.",
    says: "This address already belongs to customer 7 of this brand.",
    errors: [{ field: "extra_email", message: "already in use by customer 7" }],
    conflict: { customer_id: 7 },
  },
  primary_id_taken: {
    means: "the primary id belongs to another customer of the brand",
    why: "A primary id belongs to at most one customer of a brand. Nothing was written; `conflict.customer_id` is its owner.",
    do: "Use the owner, or another primary id. `POST /customer` finds the owner instead of refusing.",
    says: "This primary id already belongs to customer 7 of this brand.",
    conflict: { customer_id: 7 },
  },
  ambiguous_customer: {
    means: "several customers fit",
    why: "A primary id without a brand was sent and several brands have it, or an address has two holders of different channel types.",
    do: "Send the brand's id with it, or the customer's id.",
    says: "Customers of several brands have this primary id: send the brand id with it.",
  },
  crm_not_configured: {
    means: "the brand has no CRM",
    why: "The CRM is asked at the brand's `crm_lookup_url`, and that is empty.",
    do: "Set the brand's `crm_lookup_url`.",
    says: "This brand has no CRM: set its crm_lookup_url.",
  },
  crm_several_results: {
    means: "the CRM knows several by this address",
    why: "Which of them is meant would be a guess, so nothing was changed; `conflict.count` says how many there are.",
    do: "Look up the one you mean by `primaryID`, or fix the CRM.",
    says: "The CRM knows 2 by this address; which of them is meant is not guessed.",
    conflict: { count: 2 },
  },
  idempotency_conflict: {
    means:
      "the `Idempotency-Key` was used with other fields, its first call is still running, or a customer of it was purged since",
    why: "One `Idempotency-Key` stands for one call. With other fields it would be another call; and repeated after a purge of a customer in its response, it could bring that customer back. The message says which it is.",
    do: "Use a new key for another call. Wait a moment where the first call still runs.",
    says: "This Idempotency-Key was used with other fields. Use a new key for another call.",
  },
  brand_in_use: {
    means: "the brand is not empty",
    why: "It still has customers, deleted ones that can be restored, or tickets.",
    do: "Purge its customers first; a brand that had tickets stays.",
    says: "The brand still has customers, deleted ones that can be restored, or tickets.",
  },
  start_link_over: {
    means: "the start link was used, is over, or never was one",
    why: "A start link opens one session, within an hour. Which of the three it is, is not disclosed.",
    do: "Sign in with a key. On the server's machine `dossier start-link` makes another link.",
    says: "This start link was used, is over, or never was one. Sign in with a key; on the server's machine `dossier start-link` makes another.",
  },
  stale_version: {
    means: "the customer has another version",
    why: "`If-Match` was sent, and the customer was changed after you read it. Nothing was written.",
    do: "Read the customer again, decide again, and repeat the change with the new `ETag`.",
    says: "The customer is now at version 4. Read it again and repeat the change.",
  },
  too_large: {
    means: "the body is over 1 MiB",
    why: "Bodies end at 1 MiB (1,048,576 bytes). Headers over 16 KiB, or over 100 lines of them, have this code too, with the status 431.",
    do: "Send less at once.",
    says: "The body is over 1 MiB.",
  },
  unsupported_media_type: {
    means: "the body's type, charset or compression is none of those taken",
    why: "A body that is not empty needs a `Content-Type` that is one of the three, not compressed, and in UTF-8 or in a charset that it names and that is known here.",
    do: "Send `application/json`, `application/x-www-form-urlencoded` or `multipart/form-data`, in UTF-8; another charset of the WHATWG Encoding Standard needs its label.",
    says: "Send multipart/form-data, application/x-www-form-urlencoded or application/json.",
  },
  rate_limited: {
    means: "the key, or an address without a valid key, makes too many requests",
    why: "Each key has so many requests a minute (6,000 unless the operator chose otherwise), of which a search counts as five; `RateLimit-Remaining` says how many are left. An address that keeps calling without a valid key is limited too; valid keys are not affected by it.",
    do: "Wait as long as `Retry-After` says, in seconds, then continue.",
    says: "This key may make 6000 requests a minute. Try again in 12 s.",
  },
  internal: {
    means: "an internal error",
    why: "An unexpected error occurred. Its details are in the log under the `request_id`, never in the answer.",
    do: "Report it with the `request_id`; the same request will most likely fail again.",
    says: "Something went wrong on our side. The log has the details under this request's id.",
  },
  crm_failed: {
    means: "the brand's CRM did not answer as it should",
    why: "It could not be reached, returned an error, or answered something other than a JSON array of objects. Nothing was changed. A CRM that fails several times in a row is not asked for 30 s.",
    do: "Try again later; `POST /brand/{id}/crmTest` shows what the CRM answers.",
    says: "The CRM answered with the status 500.",
  },
  crm_timeout: {
    means: "the brand's CRM took longer than 5 seconds",
    why: "Its answer did not come in time. Nothing was changed.",
    do: "Try again later.",
    says: "The CRM's answer took too long.",
  },
  unavailable: {
    means: "the database cannot be reached, or the server is too busy",
    why: "The database is unreachable or restarting, more calls arrive than can be answered in time, or too many change the same record. A server that is too busy says so when the request arrives, before its body is read. The message says whether nothing was changed, or that it is not known.",
    do: "Try again after `Retry-After`, in seconds; a POST with the same `Idempotency-Key`.",
    says: "The database cannot be reached. Nothing was changed; please retry.",
  },
};
