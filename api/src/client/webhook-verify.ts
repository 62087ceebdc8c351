/**
 * Telling a delivery of a webhook from anything else: the signature of Standard Webhooks, checked with web APIs alone,
 * so that it runs wherever the client does. What was not verified is never parsed.
 */
import type { WebhookPayload } from "../endpoints/webhook-event.ts";

/**
 * Why a delivery is not to be believed: `headers`, one of the three is missing or malformed; `signature`, none of
 * them is by one of these secrets over these bytes; `old` and `early`, it was signed too long ago, or in the future;
 * `secret`, what you passed is no secret of a webhook; `body`, it is signed and is no payload.
 *
 * @example
 * const curable: WebhookFault[] = ["old", "early"]; // somebody's clock is wrong, or the delivery was sent anew by others
 */
export type WebhookFault = "headers" | "signature" | "old" | "early" | "secret" | "body";

/**
 * What {@link verifyWebhook} throws. Answer 400 then; Dossier tries again.
 *
 * @example
 * const refusal = new WebhookError("signature", "No signature fits.");
 * refusal.fault; // "signature"
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
 * How {@link verifyWebhook} judges a delivery.
 *
 * @example
 * const patient: VerifyOptions = { tolerance: 900 };
 */
export interface VerifyOptions {
  /** how many seconds the time stamp may be off, either way; default 300. A copy sent later than that is refused. */
  tolerance?: number;
  /** the time now, in milliseconds since 1970; only tests need another one */
  now?: () => number;
}

/** Headers as servers give them: by lower-case name, or as those of `fetch`. */
type SentHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

const textOf = (bytes: string | Uint8Array) =>
  typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;

/**
 * Verifies a delivery of a webhook and answers its payload. The same delivery may come more than once, under the same
 * `webhook-id`: keep the ids, or the largest `sequence` of each customer.
 *
 * @param secrets the webhook's secret, `whsec_…`; several while it is rotated
 * @param headers the request's; `webhook-id`, `webhook-timestamp` and `webhook-signature` are read
 * @param body the request's body as it came, not parsed and printed again
 * @throws WebhookError when the delivery is not to be believed; `fault` says why
 * @example
 * async function receive(request: Request): Promise<Response> {
 *   try {
 *     const { type, data } = await verifyWebhook("whsec_AFQ3sWoXyK2lMhvDzTtEu8p1N4jcRbGm5VYZdS07Oiw=", request.headers, await request.text());
 *     console.log(`${type} of customer ${data.customer_id}`);
 *     return new Response(null, { status: 204 });
 *   } catch (error) {
 *     if (!(error instanceof WebhookError)) throw error;
 *     return new Response(error.message, { status: 400 });
 *   }
 * }
 */
export async function verifyWebhook(
  secrets: string | readonly string[],
  headers: SentHeaders,
  body: string | Uint8Array,
  { tolerance = 300, now = Date.now }: VerifyOptions = {},
): Promise<WebhookPayload> {
  const id = headerOf(headers, "webhook-id");
  const stamp = headerOf(headers, "webhook-timestamp");
  const signatures = headerOf(headers, "webhook-signature").split(" ");
  if (!/^\d{1,12}$/.test(stamp)) throw new WebhookError("headers", "webhook-timestamp is no time.");
  const age = Math.floor(now() / 1000) - Number(stamp);
  const signed = join(textOf(`${id}.${stamp}.`), textOf(body));
  await checkSignature([secrets].flat(), signatures, signed);
  // After the signature, so that nobody else's time stamp is talked about.
  if (age > tolerance) throw new WebhookError("old", `It was signed ${age} s ago.`);
  if (-age > tolerance) throw new WebhookError("early", `It was signed ${-age} s from now.`);
  return payloadOf(body);
}

function headerOf(headers: SentHeaders, name: string): string {
  const found = headers instanceof Headers ? headers.get(name) : valueOf(headers, name);
  if (!found) throw new WebhookError("headers", `The header ${name} is missing.`);
  return found;
}

function valueOf(headers: Exclude<SentHeaders, Headers>, name: string): string | undefined {
  const key = Object.keys(headers).find((one) => one.toLowerCase() === name);
  const value = key === undefined ? undefined : headers[key];
  return typeof value === "string" ? value : value?.join(" ");
}

function join(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
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
  const sent = signatures.flatMap((one) => (one.startsWith("v1,") ? (bytesOf(one.slice(3)) ?? []) : []));
  for (const key of keys)
    for (const signature of sent) if (await crypto.subtle.verify("HMAC", key, signature, signed)) return; // compares in constant time
  throw new WebhookError("signature", "No signature fits.");
}

function keyOf(secret: string) {
  const bytes = secret.startsWith("whsec_") ? bytesOf(secret.slice(6)) : undefined;
  if (!bytes || bytes.length === 0)
    throw new WebhookError("secret", "The secret is not whsec_ and base64, as it was shown once.");
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
}

/** Base64 as bytes; nothing of what is not base64. */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function payloadOf(body: string | Uint8Array): WebhookPayload {
  try {
    return JSON.parse(typeof body === "string" ? body : new TextDecoder().decode(body)) as WebhookPayload;
  } catch {
    throw new WebhookError("body", "The body is not JSON.");
  }
}
