// Webhook verification against the independent library, both ways: ours accepts its signatures, and it accepts ours.
import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { type VerifyOptions, verifyWebhook, WebhookError } from "@dossier/api";

const secret = `whsec_${randomBytes(32).toString("base64")}`;
const other = `whsec_${randomBytes(32).toString("base64")}`;
const id = "6f1c2a34-9d0e-4b58-8f3a-27c1d4e5b6a7";
const body = '{"type":"customer.updated","data":{"customer_id":7,"note":"Zoë 🔑"}}';

/** The headers of a delivery that the independent library signed. */
function signed(text = body, { by = [secret], at = new Date() } = {}): Record<string, string> {
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": by.map((one) => new Webhook(one).sign(id, at, text)).join(" "),
  };
}

async function faultOf(
  secrets: string | string[],
  headers: Record<string, string | undefined>,
  text: string | Uint8Array = body,
  options?: VerifyOptions,
): Promise<string> {
  const error: unknown = await verifyWebhook(secrets, headers, text, options).then(
    () => "none",
    (reason: unknown) => reason,
  );
  return error instanceof WebhookError ? error.fault : String(error);
}

test("a signature by the independent library is accepted, from text and bytes, from records and Headers", async () => {
  const headers = signed();
  const payload = JSON.parse(body) as unknown;
  const upper = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
  );
  for (const sent of [headers, upper, new Headers(headers)])
    for (const text of [body, new TextEncoder().encode(body), Buffer.from(body)])
      expect(await verifyWebhook(secret, sent, text)).toEqual({
        type: "customer.updated",
        data: { customerId: 7, note: "Zoë 🔑" },
      });
  expect(new Webhook(secret).verify(body, headers)).toEqual(payload);
});

test("while a secret is rotated, either secret takes a delivery signed by both, and both take one of either", async () => {
  const both = signed(body, { by: [secret, other] });
  for (const one of [secret, other, [secret, other]]) expect(await faultOf(one, both)).toBe("none");
  expect(await faultOf([other, secret], signed())).toBe("none");
  for (const one of [secret, other]) new Webhook(one).verify(body, both);
});

test("another secret, another id, another time and any other byte of the body are refused, as the library does", async () => {
  const headers = signed();
  const library = new Webhook(secret);
  const forged: [Record<string, string>, string][] = [
    [signed(body, { by: [other] }), body],
    [{ ...headers, "webhook-id": "other" }, body],
    [{ ...headers, "webhook-timestamp": String(Number(headers["webhook-timestamp"]) + 1) }, body],
    [{ ...headers, "webhook-signature": headers["webhook-signature"]!.replace("v1,", "v2,") }, body],
    [{ ...headers, "webhook-signature": "v1,***" }, body],
    [{ ...headers, "webhook-signature": "v1," }, body],
    ...Array.from(body, (_, at): [Record<string, string>, string] => [
      headers,
      `${body.slice(0, at)}~${body.slice(at + 1)}`,
    ]),
  ];
  for (const [sent, text] of forged) {
    expect(await faultOf(secret, sent, text), text).toBe("signature");
    expect(() => library.verify(text, sent)).toThrow();
  }
});

test("a delivery is taken for five minutes, or for as long as is said, either way", async () => {
  const now = Date.parse("2026-11-23T18:00:00Z");
  const age = (seconds: number, tolerance?: number) =>
    faultOf(secret, signed(body, { at: new Date(now - seconds * 1000) }), body, {
      now: () => now,
      ...(tolerance === undefined ? {} : { tolerance }),
    });
  expect([await age(300), await age(301), await age(-300), await age(-301)]).toEqual([
    "none",
    "old",
    "none",
    "early",
  ]);
  expect([await age(10, 10), await age(11, 10), await age(3000, 3600)]).toEqual(["none", "old", "none"]);
});

test("missing headers, a time that is none, a secret that is none and a body that is none are told apart", async () => {
  const headers = signed();
  for (const name of Object.keys(headers))
    expect(await faultOf(secret, { ...headers, [name]: undefined }), name).toBe("headers");
  expect(await faultOf(secret, { ...headers, "webhook-timestamp": "soon" })).toBe("headers");
  for (const wrong of ["", "whsec_", "whsec_***", "secret"])
    expect(await faultOf(wrong, headers)).toBe("secret");
  expect(await faultOf(secret, signed("no JSON"), "no JSON")).toBe("body");
});
