/**
 * Where a request would go, judged by the text of its URL alone. The text is parsed first and the parsed host is
 * judged, by the parser that is used for sending too: there are more spellings of 127.0.0.1 than anybody can list.
 */
import { isIP } from "node:net";
import { hostname } from "node:os";
import { isPublic } from "./ip-policy.ts";

/** A place requests may be sent to, as far as its text can tell. */
export interface Target {
  /** for the Host header and the circuit: scheme, host and port */
  origin: string;
  /** a name in ASCII without a final dot, or an IP address without brackets */
  host: string;
  port: number;
  isSecure: boolean;
  isAddress: boolean;
  /** whether the operator allowed exactly this host and port */
  isAllowed: boolean;
  /** path and query */
  path: string;
}

const longest = 8192;
const allowedBy = "unless the operator allows it in DOSSIER_OUTSIDE_ALLOW";

/** Never names of the open internet: reserved for other uses, or in wide use on private networks. */
const privateEndings =
  /(^|\.)(localhost|localdomain|local|internal|intranet|private|lan|home|corp|arpa|onion|metadata\.goog|metadata\.tencentyun\.com)$/;

/** The target that the text of a URL names, or why it can be none: words that follow the name of the field. */
export function readTarget(text: string, allowed: ReadonlySet<string>): Target | string {
  const wrong = spellingFault(text);
  if (wrong) return wrong;
  if (!URL.canParse(text)) return "must be a web address that begins with https://";
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return "must not hold a user name or password";
  const name = url.hostname.replace(/\.$/, "");
  const isSecure = url.protocol === "https:";
  const port = url.port === "" ? (isSecure ? 443 : 80) : Number(url.port);
  const isAllowed = allowed.has(`${name}:${port}`);
  const refusal = isAllowed ? undefined : placeFault(name, port, isSecure);
  if (refusal) return refusal;
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

/** What is wrong with the text as it stands, where the parser would be more lenient than people expect. */
function spellingFault(text: string): string | undefined {
  if (text.length > longest) return `must be at most ${longest} characters`;
  if (/[\s\\\p{Cc}]/u.test(text)) return "must not contain spaces, control characters or backslashes";
  if (!/^https?:\/\/[^/?#]/i.test(text)) return "must be a web address that begins with https://";
  if (text.includes("#")) return "must not contain a fragment (#)";
  return undefined;
}

/** Why nothing is sent to such a place that the operator has not allowed. */
function placeFault(name: string, port: number, isSecure: boolean): string | undefined {
  if (!isSecure) return `must begin with https://, ${allowedBy}`;
  if (port !== 443) return `must be on port 443, ${allowedBy}`;
  const address = name.replace(/^\[|\]$/g, "");
  if (isIP(address) !== 0)
    return isPublic(address)
      ? undefined
      : `leads to ${address}, which is no address of the open internet: that is refused, ${allowedBy}`;
  return isPublicName(name)
    ? undefined
    : `names the host ${name.slice(0, 255)}, which is no name of the open internet: that is refused, ${allowedBy}`;
}

function isPublicName(name: string): boolean {
  const labels = name.split(".");
  return (
    name.length <= 253 &&
    labels.length > 1 &&
    labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label)) &&
    /^(xn--[a-z0-9-]+|[a-z]+)$/.test(labels.at(-1) ?? "") &&
    !privateEndings.test(name) &&
    name !== hostname().toLowerCase()
  );
}
