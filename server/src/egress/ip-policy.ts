/**
 * Which IP addresses requests may go to. An IPv6 address that only wraps an IPv4 one is judged by what it wraps; what
 * is on no list is not public. The registry of special ranges is ipaddr.js's, the exceptions that it lacks are here.
 */
import { networkInterfaces } from "node:os";
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Look public, or private and harmless, and are neither: the agents and metadata of cloud machines. */
const machineAgents = ["168.63.129.16", "100.100.100.200", "192.0.0.192", "169.254.169.254", "fd00:ec2::254"];

/** What a name may stand for when the operator has allowed it: never what only routers and this link understand. */
const ownNetwork = ["unicast", "loopback", "private", "carrierGradeNat", "uniqueLocal"];

/** Whether the address is one of the open internet, and not of this machine. */
export function isPublic(text: string): boolean {
  return isOf(text, ["unicast"]) && !isOwn(text);
}

/** Whether a name that the operator allowed may lead there: the open internet, private networks, this machine. */
export function isOfOwnNetwork(text: string): boolean {
  return isOf(text, ownNetwork);
}

function isOf(text: string, ranges: readonly string[]): boolean {
  if (!ipaddr.isValid(text)) return false;
  return unwrap(ipaddr.parse(text)).every(
    (address) =>
      ranges.includes(address.range()) &&
      !machineAgents.includes(address.toString()) &&
      (address instanceof ipaddr.IPv4 || address.range() !== "unicast" || isGlobalUnicast(address)),
  );
}

/** All that has been given out of IPv6 to be routed everywhere is in 2000::/3. */
function isGlobalUnicast(address: ipaddr.IPv6): boolean {
  return ((address.parts[0] ?? 0) & 0xe000) === 0x2000;
}

/**
 * The IPv4 addresses inside an IPv6 one, or the address itself. The local half of NAT64 (64:ff9b:1::/48) is not taken
 * apart: where in it the IPv4 address lies is a matter of each network, so nobody can judge it.
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

function isOwn(text: string): boolean {
  const wanted = ipaddr.process(text).toNormalizedString();
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .some(({ address }) => ipaddr.process(address).toNormalizedString() === wanted);
}
