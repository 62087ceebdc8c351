/**
 * IP policy: the addresses that requests may go to. An IPv6 address that only wraps an IPv4 address is judged by that;
 * an address in no list is not public. ipaddr.js has the registry of special ranges; the exceptions that it lacks are
 * here.
 */
import { networkInterfaces } from "node:os";
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Look public, or private and harmless, but are neither: the agents and metadata services of cloud machines. */
const metadataAddresses = [
  "168.63.129.16",
  "100.100.100.200",
  "192.0.0.192",
  "169.254.169.254",
  "fd00:ec2::254",
];

/** What an allowed name may resolve to: never addresses for routers and this link only. */
const allowlistableRanges = ["unicast", "loopback", "private", "carrierGradeNat", "uniqueLocal"];

/** Whether the address belongs to the open internet, and not to this machine. */
export function isPublic(text: string): boolean {
  return isInRanges(text, ["unicast"]) && !isOwnInterface(text);
}

/** Whether an allowed name may resolve to it: the open internet, private networks, this machine. */
export function isAllowlistable(text: string): boolean {
  return isInRanges(text, allowlistableRanges);
}

function isInRanges(text: string, ranges: readonly string[]): boolean {
  if (!ipaddr.isValid(text)) return false;
  return unwrap(ipaddr.parse(text)).every(
    (address) =>
      ranges.includes(address.range()) &&
      !metadataAddresses.includes(address.toString()) &&
      (address instanceof ipaddr.IPv4 || address.range() !== "unicast" || isGlobalUnicast(address)),
  );
}

/** All globally routed IPv6 space is in 2000::/3. */
function isGlobalUnicast(address: ipaddr.IPv6): boolean {
  return ((address.parts[0] ?? 0) & 0xe000) === 0x2000;
}

/**
 * The IPv4 addresses inside an IPv6 one, or the address itself. The local half of NAT64 (64:ff9b:1::/48) is not
 * unwrapped: each network decides where in it the IPv4 address is.
 */
function unwrap(address: Address): Address[] {
  if (address instanceof ipaddr.IPv4) return [address];
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = address.parts;
  const startsWithZeros = (a | b | c | d) === 0;
  if (address.range() === "loopback") return [address];
  if (startsWithZeros && e === 0 && (f === 0 || f === 0xffff)) return [quad(g, h)]; // compatible, mapped
  if (startsWithZeros && e === 0xffff && f === 0) return [quad(g, h)]; // translated
  if (a === 0x64 && b === 0xff9b && (c | d | e | f) === 0) return [quad(g, h)]; // NAT64
  if (a === 0x2002) return [quad(b, c)]; // 6to4
  if (a === 0x2001 && b === 0) return [quad(c, d), quad(g ^ 0xffff, h ^ 0xffff)]; // Teredo: its server and its client
  return [address];
}

function quad(high: number, low: number): ipaddr.IPv4 {
  return new ipaddr.IPv4([high >> 8, high & 0xff, low >> 8, low & 0xff]);
}

function isOwnInterface(text: string): boolean {
  const wanted = ipaddr.process(text).toNormalizedString();
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .some(({ address }) => ipaddr.process(address).toNormalizedString() === wanted);
}
