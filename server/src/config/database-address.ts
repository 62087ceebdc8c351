/**
 * Database address: host and TLS mode of a DATABASE_URL. Invariant: a connection to another machine uses TLS with a
 * verified certificate, unless the URL says `sslmode=disable`. The decision depends on the text alone: a host name
 * counts as another machine, whatever it resolves to.
 */
import { BlockList, isIP } from "node:net";
import { parse } from "pg-connection-string";

/** The facts of a database URL. */
export interface DatabaseAddress {
  /** the URL with its TLS mode made explicit */
  url: string;
  /** false for loopback addresses and for the folder of a Unix socket */
  isRemote: boolean;
  /** TLS with a verified certificate, with any certificate, or no TLS */
  encryption: "verified" | "unverified" | "none";
}

/** pg treats `prefer`, `require` and `verify-ca` like `verify-full`, and warns that this will change. */
const sslModes = ["disable", "no-verify", "prefer", "require", "verify-ca", "verify-full"];
const invalidUrl = "must be a URL such as postgresql://user:password@host:5432/database";

/** An invalid URL; the message contains no part of it but the path of a file. */
export class DatabaseUrlError extends Error {}

/**
 * Parses a URL.
 *
 * @param defaultHost the host of a URL without one
 * @throws DatabaseUrlError
 */
export function parseDatabaseAddress(text: string, defaultHost = "localhost"): DatabaseAddress {
  if (!/^postgres(ql)?:\/\/\S+$/.test(text)) throw new DatabaseUrlError(invalidUrl); // not URL: it rejects socket folders
  const strict = /[?&]uselibpqcompat=true(?=[&#]|$)/.test(text)
    ? text
    : text.replace(/([?&]sslmode=)(?:prefer|require|verify-ca)(?=[&#]|$)/g, "$1verify-full");
  const { host, ssl, sslmode } = parseUrl(strict);
  if (sslmode !== undefined && !sslModes.includes(sslmode))
    throw new DatabaseUrlError(`has an sslmode that is none of ${sslModes.join(", ")}`);
  const isRemote = !isLocalHost(host || defaultHost);
  if (!isRemote || sslmode === "disable" || isEncrypted(ssl))
    return { url: strict, isRemote, encryption: encryptionOf(ssl) };
  if (ssl !== undefined)
    throw new DatabaseUrlError(
      "would send everything in the open to another machine: take ssl out of it, or say sslmode=disable if that is meant",
    );
  const url = `${strict}${strict.includes("?") ? "&" : "?"}sslmode=verify-full`;
  if (parseUrl(url).sslmode !== "verify-full")
    throw new DatabaseUrlError("has a # in it: write %23 in its place");
  return { url, isRemote, encryption: "verified" };
}

interface ParsedUrl {
  host?: string;
  ssl?: unknown;
  sslmode?: string;
}

function parseUrl(url: string): ParsedUrl {
  try {
    return parse(url) as ParsedUrl;
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (path !== undefined) throw new DatabaseUrlError(`names a file that cannot be read: ${path} (${code})`);
    throw new DatabaseUrlError(invalidUrl);
  }
}

const isEncrypted = (ssl: unknown) => !(ssl === undefined || ssl === false || ssl === "false" || ssl === "");

function encryptionOf(ssl: unknown): DatabaseAddress["encryption"] {
  if (!isEncrypted(ssl)) return "none";
  const { rejectUnauthorized, checkServerIdentity } = Object(ssl) as Record<string, unknown>;
  const isUnverified =
    ssl === "no-verify" || rejectUnauthorized === false || checkServerIdentity !== undefined;
  return isUnverified ? "unverified" : "verified";
}

function isLocalHost(host: string): boolean {
  return host.startsWith("/") || isLoopback(host);
}

/** Whether an address is a loopback address. */
export function isLoopback(host: string): boolean {
  if (host.toLowerCase() === "localhost") return true;
  const loopback = new BlockList();
  loopback.addSubnet("127.0.0.0", 8, "ipv4");
  loopback.addAddress("::1", "ipv6");
  const version = isIP(host);
  return version !== 0 && loopback.check(host, version === 6 ? "ipv6" : "ipv4");
}
