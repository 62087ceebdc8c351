/**
 * Webhook verification: signatures of the Standard Webhooks specification, checked with web APIs only, so that it runs
 * in every runtime of the client. An unverified body is never parsed.
 */
import { renameFields } from "./mapper.ts";
import type { WebhookEvent } from "./generated/webhook-events.ts";

/**
 * Why a delivery was rejected: `headers`, one of the three is missing or malformed; `signature`, none matches one of
 * the secrets; `old` and `early`, the time stamp is too far in the past or in the future; `secret`, a secret you passed
 * is not a webhook's; `body`, it is signed but is no payload.
 *
 * @example
 * const clockFaults: WebhookFault[] = ["old", "early"]; // a clock is wrong, or the delivery was replayed
 */
export type WebhookFault = "headers" | "signature" | "old" | "early" | "secret" | "body";

/**
 * What {@link verifyWebhook} throws. Respond with 400; Dossier retries the delivery.
 *
 * @example
 * const error = new WebhookError("signature", "No signature fits.");
 * error.fault; // "signature"
 */
export class WebhookError extends Error {
  override readonly name = "WebhookError";
  readonly fault: WebhookFault;

  constructor(fault: WebhookFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

/**
 * Options of {@link verifyWebhook}.
 *
 * @example
 * const tolerant: VerifyOptions = { tolerance: 900 };
 */
export interface VerifyOptions {
  /**
   * the maximum difference of the time stamp from now, in seconds, either way; default 300. Later replays are rejected
   */
  tolerance?: number;
  /** the current time in milliseconds since 1970; for tests */
  now?: () => number;
}

/** Headers as servers give them: an object with lower-case names, or those of `fetch`. */
type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

const toBytes = (bytes: string | Uint8Array) =>
  typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;

/**
 * Verifies a delivery of a webhook and returns its event, whose `type` tells what its `data` has. A delivery may arrive more than once with the same
 * `webhook-id`: store the ids, or the largest `sequence` of each customer.
 *
 * @param secrets the webhook's secret, `whsec_…`; several during a rotation
 * @param headers the request's; `webhook-id`, `webhook-timestamp` and `webhook-signature` are read
 * @param body the request's body as received, not parsed and serialised again
 * @throws WebhookError if the delivery is not authentic; `fault` says why
 * @example
 * async function receive(request: Request): Promise<Response> {
 *   try {
 *     const event = await verifyWebhook("whsec_AFQ3sWoXyK2lMhvDzTtEu8p1N4jcRbGm5VYZdS07Oiw=", request.headers, await request.text());
 *     if (event.type === "customer.updated") console.log(event.data.customerId, event.data.fields);
 *     return new Response(null, { status: 204 });
 *   } catch (error) {
 *     if (!(error instanceof WebhookError)) throw error;
 *     return new Response(error.message, { status: 400 });
 *   }
 * }
 */
export async function verifyWebhook(
  secrets: string | readonly string[],
  headers: WebhookHeaders,
  body: string | Uint8Array,
  { tolerance = 300, now = Date.now }: VerifyOptions = {},
): Promise<WebhookEvent> {
  const id = headerOf(headers, "webhook-id");
  const timestamp = headerOf(headers, "webhook-timestamp");
  const signatures = headerOf(headers, "webhook-signature").split(" ");
  if (!/^\d{1,12}$/.test(timestamp)) throw new WebhookError("headers", "webhook-timestamp is no time.");
  const age = Math.floor(now() / 1000) - Number(timestamp);
  const signed = concatBytes(toBytes(`${id}.${timestamp}.`), toBytes(body));
  await checkSignature([secrets].flat(), signatures, signed);
  // Checked after the signature, so that the message never describes a forged time stamp.
  if (age > tolerance) throw new WebhookError("old", `It was signed ${age} s ago.`);
  if (-age > tolerance) throw new WebhookError("early", `It was signed ${-age} s from now.`);
  return eventOf(body);
}

function headerOf(headers: WebhookHeaders, name: string): string {
  const found = headers instanceof Headers ? headers.get(name) : valueOf(headers, name);
  if (!found) throw new WebhookError("headers", `The header ${name} is missing.`);
  return found;
}

function valueOf(headers: Exclude<WebhookHeaders, Headers>, name: string): string | undefined {
  const key = Object.keys(headers).find((one) => one.toLowerCase() === name);
  const value = key === undefined ? undefined : headers[key];
  return typeof value === "string" ? value : value?.join(" ");
}

function concatBytes(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(head.length + tail.length);
  all.set(head);
  all.set(tail, head.length);
  return all;
}

async function checkSignature(
  secrets: readonly string[],
  signatures: readonly string[],
  signed: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const keys = await Promise.all(secrets.map(keyOf));
  const sent = signatures.flatMap((one) => (one.startsWith("v1,") ? (decodeBase64(one.slice(3)) ?? []) : []));
  for (const key of keys)
    for (const signature of sent) if (await crypto.subtle.verify("HMAC", key, signature, signed)) return; // compares in constant time
  throw new WebhookError("signature", "No signature fits.");
}

function keyOf(secret: string) {
  const bytes = secret.startsWith("whsec_") ? decodeBase64(secret.slice(6)) : undefined;
  if (!bytes || bytes.length === 0)
    throw new WebhookError("secret", "The secret is not whsec_ and base64, as it was shown once.");
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
}

/** Decodes Base64; undefined if the text is not Base64. */
function decodeBase64(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function eventOf(body: string | Uint8Array): WebhookEvent {
  try {
    const payload: unknown = JSON.parse(typeof body === "string" ? body : new TextDecoder().decode(body));
    return renameFields(payload) as WebhookEvent;
  } catch {
    throw new WebhookError("body", "The body is not JSON.");
  }
}
