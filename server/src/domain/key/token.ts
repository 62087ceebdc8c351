/**
 * The text of an API key: `dsr_`, 43 base62 digits of 256 random bits, 6 base62 digits of their CRC-32. The checksum
 * tells a mistyped or invented key from a possible one without asking the database, and lets scanners find lost keys.
 * Only the SHA-256 of a text is ever kept: 256 random bits need no slower hash.
 */
import { createHash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const pattern = /^dsr_[0-9A-Za-z]{49}$/;
const shownLength = 12;

/** A new key. */
export function makeKeyText(): string {
  const secret = base62(BigInt(`0x${randomBytes(32).toString("hex")}`), 43);
  return `dsr_${secret}${checksum(secret)}`;
}

/** Whether the text can be a key at all. */
export function isKeyText(text: string): boolean {
  return pattern.test(text) && text.slice(-6) === checksum(text.slice(4, -6));
}

/** What is kept of a key. */
export function hashKeyText(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** The beginning of a key, enough to recognise it by; 208 bits stay unknown. */
export function prefixOf(text: string): string {
  return text.slice(0, shownLength);
}

function checksum(secret: string): string {
  return base62(BigInt(crc32(secret)), 6);
}

function base62(value: bigint, length: number): string {
  let text = "";
  for (let rest = value; rest > 0n; rest /= 62n) text = digits.charAt(Number(rest % 62n)) + text;
  return text.padStart(length, "0");
}
