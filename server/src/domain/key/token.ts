/**
 * Token: the text of an API key: `dsr_`, 43 base62 digits of 256 random bits, 6 base62 digits of their CRC-32; that of a
 * start link begins with `dss_`. The checksum rejects a mistyped or invented token without a query, and lets scanners
 * find leaked ones. Only the SHA-256 of a token is stored: 256 random bits need no slower hash.
 */
import { createHash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const pattern = /^ds[rs]_[0-9A-Za-z]{49}$/;
const startPrefix = "dss_";
const prefixLength = 12;

export function generateToken(prefix = "dsr_"): string {
  const secret = base62(BigInt(`0x${randomBytes(32).toString("hex")}`), 43);
  return `${prefix}${secret}${checksum(secret)}`;
}

export function generateStartToken(): string {
  return generateToken(startPrefix);
}

/** Whether the text is meant as the token of a start link. */
export function isStartToken(text: string): boolean {
  return text.startsWith(startPrefix);
}

/** Whether the text can be a token. */
export function isWellFormed(text: string): boolean {
  return pattern.test(text) && text.slice(-6) === checksum(text.slice(4, -6));
}

export function hashToken(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** The beginning of a token, enough to recognise it; 208 bits stay unknown. */
export function tokenPrefix(text: string): string {
  return text.slice(0, prefixLength);
}

function checksum(secret: string): string {
  return base62(BigInt(crc32(secret)), 6);
}

function base62(value: bigint, length: number): string {
  let text = "";
  for (let rest = value; rest > 0n; rest /= 62n) text = digits.charAt(Number(rest % 62n)) + text;
  return text.padStart(length, "0");
}
