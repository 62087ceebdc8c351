// Sealed secrets: they open for their purpose under their installation's secret, and for nobody else.
import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { open, seal } from "../src/domain/encryption.ts";

const secret = randomBytes(32);

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
  expect(() => open(randomBytes(32), "webhook", sealed)).toThrow("The secret of webhook does not open");
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
