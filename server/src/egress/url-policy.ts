/**
 * URL policy: judges the target of a request by the text of its URL alone. The text is parsed first and the parsed host
 * is judged, by the parser that is also used for sending: 127.0.0.1 has too many spellings for a list.
 */
import { isIP } from "node:net";
import { hostname } from "node:os";
import { isPublic } from "./ip-policy.ts";

/** A permitted target, as far as its text shows. */
export interface Target {
  /** for the Host header and the circuit breaker: scheme, host and port */
  origin: string;
  /** a name in ASCII without a final dot, or an IP address without brackets */
  host: string;
  port: number;
  isSecure: boolean;
  isAddress: boolean;
  /** whether the operator allowed exactly this host and port */
  isAllowed: boolean;
  path: string;
}

const maxLength = 8192;
const unlessAllowed = "unless the operator allows it in DOSSIER_EGRESS_ALLOW";

/** Never names of the open internet: reserved for other uses, or widely used on private networks. */
const privateSuffixes =
  /(^|\.)(localhost|localdomain|local|internal|intranet|private|lan|home|corp|arpa|onion|metadata\.goog|metadata\.tencentyun\.com)$/;

/** Returns the target that a URL names, or why it cannot be one: words that follow the name of the field. */
export function parseTarget(text: string, allowed: ReadonlySet<string>): Target | string {
  const syntaxFault = syntaxError(text);
  if (syntaxFault) return syntaxFault;
  if (!URL.canParse(text)) return "must be a web address that begins with https://";
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return "must not hold a user name or password";
  const name = url.hostname.replace(/\.$/, "");
  const isSecure = url.protocol === "https:";
  const port = url.port === "" ? (isSecure ? 443 : 80) : Number(url.port);
  const isAllowed = allowed.has(`${name}:${port}`);
  const policyFault = isAllowed ? undefined : policyError(name, port, isSecure);
  if (policyFault) return policyFault;
  const host = name.replace(/^\[|\]$/g, "");
  url.hostname = name;
  return {
    origin: url.origin,
    host,
    port,
    isSecure,
    isAddress: isIP(host) !== 0,
    isAllowed,
    path: url.pathname + url.search,
  };
}

/** What is wrong with the text, where the parser is more lenient than users expect. */
function syntaxError(text: string): string | undefined {
  if (text.length > maxLength) return `must be at most ${maxLength} characters`;
  if (/[\s\\\p{Cc}]/u.test(text)) return "must not contain spaces, control characters or backslashes";
  if (!/^https?:\/\/[^/?#]/i.test(text)) return "must be a web address that begins with https://";
  if (text.includes("#")) return "must not contain a fragment (#)";
  return undefined;
}

/** Why a target that the operator has not allowed is forbidden. */
function policyError(name: string, port: number, isSecure: boolean): string | undefined {
  if (!isSecure) return `must begin with https://, ${unlessAllowed}`;
  if (port !== 443) return `must be on port 443, ${unlessAllowed}`;
  const address = name.replace(/^\[|\]$/g, "");
  if (isIP(address) !== 0)
    return isPublic(address)
      ? undefined
      : `leads to ${address}, which is no address of the open internet: that is refused, ${unlessAllowed}`;
  return isPublicName(name)
    ? undefined
    : `names the host ${name.slice(0, 255)}, which is no name of the open internet: that is refused, ${unlessAllowed}`;
}

function isPublicName(name: string): boolean {
  const labels = name.split(".");
  return (
    name.length <= 253 &&
    labels.length > 1 &&
    labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label)) &&
    /^(xn--[a-z0-9-]+|[a-z]+)$/.test(labels.at(-1) ?? "") &&
    !privateSuffixes.test(name) &&
    name !== hostname().toLowerCase()
  );
}
