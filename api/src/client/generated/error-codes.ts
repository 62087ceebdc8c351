// Written by `npm run client-types` from the endpoint table.

/**
 * Every error code, with its HTTP status.
 *
 * @example
 * const conflict: ErrorCodes["channel_taken"] = 409;
 */
export interface ErrorCodes {
  /**
   * 400: the request cannot be read.
   *
   * The body is not what its `Content-Type` says, ends early, or has too many or too long fields; or the
   * request is no HTTP/1.1, lacks `Host`, or has a header twice that may be there once. Nothing of it was
   * used.
   *
   * What to do: Fix the request.
   */
  readonly invalid_request: 400;
  /**
   * 400: a field is missing or not valid.
   *
   * Every field is checked before anything is looked up, and all faults are reported together in `errors`, in
   * your own spelling.
   *
   * What to do: Correct every field listed in `errors`; the same request fails again.
   */
  readonly invalid_field: 400;
  /**
   * 400: a name was sent that the call does not know.
   *
   * A misspelt name that narrows or protects would have no effect, and the call would do more than was meant.
   * So query strings, and the bodies of all calls but the documented ones, take known names only: in any
   * case, with or without `_` and `-`. Names in a query that begin with `_` are left alone. The bodies of the
   * documented calls leave unknown names out and list them as `ignored`, unless the brand or the key is
   * `strict`.
   *
   * What to do: Correct the names listed in `errors`, or leave them out. An operator whose old clients send
   * more in query strings sets `DOSSIER_UNKNOWN_QUERY=ignore`.
   */
  readonly unknown_field: 400;
  /**
   * 400: two identifiers, or two spellings of one, say different things.
   *
   * A request that names two customers, or two brands, could change the wrong one. So it changes none.
   *
   * What to do: Send one identifier, or several that agree.
   */
  readonly identifiers_disagree: 400;
  /**
   * 400: the brand does not find customers by an address.
   *
   * An address was sent to find the customer by, without a primary id, and the brand's `searchByChannel` is
   * off, as it is at first.
   *
   * What to do: Send a primary id, or switch `searchByChannel` on for the brand.
   */
  readonly search_by_channel_disabled: 400;
  /**
   * 400: the brand takes only custom fields that are defined.
   *
   * The brand's `customFields` is `defined`, so that a typing error makes no new field.
   *
   * What to do: Correct the name, or define the field with `customfield.create`.
   */
  readonly unknown_custom_field: 400;
  /**
   * 401: no API key was sent.
   *
   * Every endpoint below `/api/v2` requires a key. An empty one counts as none; so does an ended session.
   *
   * What to do: Send a key in the header `apiKey`.
   */
  readonly missing_key: 401;
  /**
   * 401: the API key is unknown, expired or revoked.
   *
   * Which of the three is not disclosed, so that keys cannot be probed.
   *
   * What to do: Ask your administrator for a new key; do not retry with this one.
   */
  readonly invalid_key: 401;
  /**
   * 403: the key lacks the permission, or does not reach far enough.
   *
   * A key does what its permissions say, and what belongs to the whole installation is for keys for all
   * brands. The message names what is missing.
   *
   * What to do: Use a key that has the permission, for all brands where the message says so.
   */
  readonly permission_missing: 403;
  /**
   * 403: the key only opens sessions.
   *
   * A person's key, and the token of a start link, are for signing in on a page. It was sent with another
   * call than `session.open`.
   *
   * What to do: Exchange it at `session.open`, and send the cookie of that. For a program, create a key of
   * the kind `service`; a person's may be sent with calls if it was created with `headersAllowed`.
   */
  readonly session_required: 403;
  /**
   * 404: it does not exist, or the key does not see it.
   *
   * What was deleted, what never was and what belongs to another brand are answered alike.
   *
   * What to do: Check the id, and that the key sees the brand. A deleted customer can be restored for 30
   * days.
   */
  readonly not_found: 404;
  /**
   * 404: there is no such path.
   *
   * The path is misspelt, or the base URL lacks `/api/v2`.
   *
   * What to do: Compare the path with those listed at `/docs`.
   */
  readonly unknown_endpoint: 404;
  /**
   * 405: the path has no such method.
   *
   * The path exists with other methods; the header `Allow` lists them.
   *
   * What to do: Use one of the methods in `Allow`.
   */
  readonly method_not_allowed: 405;
  /**
   * 409: an address belongs to another customer of the brand.
   *
   * An address belongs to at most one customer of a brand. Nothing was written; `errors` names every such
   * field, `conflict.customerId` the owner.
   *
   * What to do: Leave the address out, or take it from its owner first. A brand with `takenAddress` = `skip`
   * leaves it out by itself.
   */
  readonly channel_taken: 409;
  /**
   * 409: the primary id belongs to another customer of the brand.
   *
   * A primary id belongs to at most one customer of a brand. Nothing was written; `conflict.customerId` is
   * its owner.
   *
   * What to do: Use the owner, or another primary id. `customer.resolve` finds the owner instead of refusing.
   */
  readonly primary_id_taken: 409;
  /**
   * 409: several customers fit.
   *
   * A primary id without a brand was sent and several brands have it, or an address has two holders of
   * different channel types.
   *
   * What to do: Send the brand's id with it, or the customer's id.
   */
  readonly ambiguous_customer: 409;
  /**
   * 409: the brand has no CRM.
   *
   * The CRM is asked at the brand's `crmLookupUrl`, and that is empty.
   *
   * What to do: Set the brand's `crmLookupUrl`.
   */
  readonly crm_not_configured: 409;
  /**
   * 409: the CRM knows several by this address.
   *
   * Which of them is meant would be a guess, so nothing was changed; `conflict.count` says how many there
   * are.
   *
   * What to do: Look up the one you mean by `primaryID`, or fix the CRM.
   */
  readonly crm_several_results: 409;
  /**
   * 409: the `Idempotency-Key` was used with other fields, its first call is still running, or a customer of
   * it was purged since.
   *
   * One `Idempotency-Key` stands for one call. With other fields it would be another call; and repeated after
   * a purge of a customer in its response, it could bring that customer back. The message says which it is.
   *
   * What to do: Use a new key for another call. Wait a moment where the first call still runs.
   */
  readonly idempotency_conflict: 409;
  /**
   * 409: the brand is not empty.
   *
   * It still has customers, deleted ones that can be restored, or tickets.
   *
   * What to do: Purge its customers first; a brand that had tickets stays.
   */
  readonly brand_in_use: 409;
  /**
   * 410: the start link was used, is over, or never was one.
   *
   * A start link opens one session, within an hour. Which of the three it is, is not disclosed.
   *
   * What to do: Sign in with a key. On the server's machine `dossier start-link` makes another link.
   */
  readonly start_link_over: 410;
  /**
   * 412: the customer has another version.
   *
   * `If-Match` was sent, and the customer was changed after you read it. Nothing was written.
   *
   * What to do: Read the customer again, decide again, and repeat the change with the new `ETag`.
   */
  readonly stale_version: 412;
  /**
   * 413: the body is over 1 MiB.
   *
   * Bodies end at 1 MiB (1,048,576 bytes). Headers over 16 KiB, or over 100 lines of them, have this code
   * too, with the status 431.
   *
   * What to do: Send less at once.
   */
  readonly too_large: 413;
  /**
   * 415: the body's type, charset or compression is none of those taken.
   *
   * A body that is not empty needs a `Content-Type` that is one of the three, not compressed, and in UTF-8 or
   * in a charset that it names and that is known here.
   *
   * What to do: Send `application/json`, `application/x-www-form-urlencoded` or `multipart/form-data`, in
   * UTF-8; another charset of the WHATWG Encoding Standard needs its label.
   */
  readonly unsupported_media_type: 415;
  /**
   * 429: the key, or an address without a valid key, makes too many requests.
   *
   * Each key has so many requests a minute (6,000 unless the operator chose otherwise), of which a search
   * counts as five; `RateLimit-Remaining` says how many are left. An address that keeps calling without a
   * valid key is limited too; valid keys are not affected by it.
   *
   * What to do: Wait as long as `Retry-After` says, in seconds, then continue.
   */
  readonly rate_limited: 429;
  /**
   * 500: an internal error.
   *
   * An unexpected error occurred. Its details are in the log under the `requestId`, never in the answer.
   *
   * What to do: Report it with the `requestId`; the same request will most likely fail again.
   */
  readonly internal: 500;
  /**
   * 502: the brand's CRM did not answer as it should.
   *
   * It could not be reached, returned an error, or answered something other than a JSON array of objects.
   * Nothing was changed. A CRM that fails several times in a row is not asked for 30 s.
   *
   * What to do: Try again later; `brand.crmTest` shows what the CRM answers.
   */
  readonly crm_failed: 502;
  /**
   * 503: the database cannot be reached, or the server is too busy.
   *
   * The database is unreachable or restarting, more calls arrive than can be answered in time, or too many
   * change the same record. A server that is too busy says so when the request arrives, before its body is
   * read. The message says whether nothing was changed, or that it is not known.
   *
   * What to do: Try again after `Retry-After`, in seconds; a POST with the same `Idempotency-Key`.
   */
  readonly unavailable: 503;
  /**
   * 504: the brand's CRM took longer than 5 seconds.
   *
   * Its answer did not come in time. Nothing was changed.
   *
   * What to do: Try again later.
   */
  readonly crm_timeout: 504;
}
