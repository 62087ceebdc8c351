// What is sealed, signed or hashed is valid only for its purpose, under its installation's secret.
import { createHmac, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { isSigned, keyedHash, open, reseal, seal, sign, tryToOpen } from "../../src/domain/encryption.ts";

const secret = { current: randomBytes(32) };

test("a sealed text opens again, whatever it is made of", () => {
  for (const text of ["", "whsec_abc", "Schlüssel 🔑", "x".repeat(100_000)])
    expect(open(secret, "webhook", seal(secret, "webhook", text))).toBe(text);
});

test("the same text never looks the same twice, and nowhere as it is", () => {
  const [one, two] = [seal(secret, "webhook", "open sesame"), seal(secret, "webhook", "open sesame")];
  expect(one.equals(two)).toBe(false);
  expect(one.toString("latin1")).not.toContain("sesame");
});

test("another installation's secret and another purpose open nothing", () => {
  const sealed = seal(secret, "webhook", "open sesame");
  expect(() => open({ current: randomBytes(32) }, "webhook", sealed)).toThrow(
    "The secret of webhook does not open",
  );
  expect(() => open(secret, "crm", sealed)).toThrow("The secret of crm does not open");
});

test("a sealed text of which any bit was changed, or any byte is missing, does not open", () => {
  const sealed = seal(secret, "webhook", "open sesame");
  for (let at = 0; at < sealed.length; at += 1) {
    const bent = Buffer.from(sealed);
    bent.writeUInt8(bent.readUInt8(at) ^ 1, at);
    expect(() => open(secret, "webhook", bent), `byte ${at}`).toThrow("does not open");
    expect(() => open(secret, "webhook", sealed.subarray(0, at)), `${at} bytes`).toThrow("does not open");
  }
});

test("texts sealed by the previous secret open beside the current one, and are sealed anew once", () => {
  const both = { current: randomBytes(32), previous: secret.current };
  const sealed = seal(secret, "webhook", "open sesame");
  expect(open(both, "webhook", sealed)).toBe("open sesame");
  const again = reseal(both, "webhook", sealed);
  expect(open({ current: both.current }, "webhook", again!)).toBe("open sesame");
  expect(reseal(both, "webhook", again!)).toBeUndefined();
  expect(() => reseal({ current: randomBytes(32) }, "webhook", sealed)).toThrow("does not open");
});

test("bytes open as they were sealed, for their purpose alone, and what does not open is undefined", () => {
  const bytes = randomBytes(48);
  const sealed = seal(secret, "session cookie", bytes);
  expect(tryToOpen(secret, "session cookie", sealed)).toEqual(bytes);
  expect(tryToOpen({ current: randomBytes(32), previous: secret.current }, "session cookie", sealed)).toEqual(
    bytes,
  );
  for (const purpose of ["webhook 1", "cursor", ""])
    expect(tryToOpen(secret, purpose, sealed), purpose).toBeUndefined();
  expect(tryToOpen(secret, "session cookie", sealed.subarray(0, 20))).toBeUndefined();
});

test("a signature is valid for its content and purpose, under the current and the previous secret", () => {
  const both = { current: randomBytes(32), previous: secret.current };
  const signature = sign(secret, "cursor", "customer [1,2]");
  expect(isSigned(secret, "cursor", "customer [1,2]", signature)).toBe(true);
  expect(isSigned(both, "cursor", "customer [1,2]", signature)).toBe(true);
  expect(sign(both, "cursor", "customer [1,2]").equals(signature)).toBe(false);
  expect(isSigned({ current: both.current }, "cursor", "customer [1,2]", signature)).toBe(false);
  expect(isSigned(secret, "cursor", "customer [1,3]", signature)).toBe(false);
  expect(isSigned(secret, "download", "customer [1,2]", signature)).toBe(false);
  for (const cut of [Buffer.alloc(0), signature.subarray(0, -1), Buffer.concat([signature, Buffer.of(0)])])
    expect(isSigned(secret, "cursor", "customer [1,2]", cut), `${cut.length} bytes`).toBe(false);
});

test("neither the secret itself nor the key of another purpose hashes the same", () => {
  const hashes = [
    createHmac("sha256", secret.current).update("token").digest(),
    keyedHash(secret.current, "idempotency key", "token"),
    keyedHash(secret.current, "request fingerprint", "token"),
    keyedHash(randomBytes(32), "idempotency key", "token"),
  ];
  expect(new Set(hashes.map(String)).size).toBe(hashes.length);
  expect(keyedHash(secret.current, "idempotency key", "token")).toEqual(hashes[1]);
});

test("keys stay right when there are more purposes than the cache holds", () => {
  const sealed = Array.from({ length: 1500 }, (_, n) => seal(secret, `webhook ${n}`, `secret ${n}`));
  for (const [n, one] of sealed.entries()) expect(open(secret, `webhook ${n}`, one)).toBe(`secret ${n}`);
});
