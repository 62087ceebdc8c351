/**
 * Request head validation beyond Node's parser, before any other check. Invariant: a header line that Node would drop,
 * or of which it might use the wrong one, is rejected, not ignored.
 */
import type { IncomingMessage } from "node:http";
import { DossierError } from "@dossier/api";

/** The maximum number of header lines. */
const maxHeaderLines = 100;

/**
 * Headers of which Node keeps only the first line. A second line could change the host, the caller or the content of
 * the request.
 */
const singular: Record<string, true> = { host: true, authorization: true, "content-type": true };
const singularLengths = new Set(Object.keys(singular).map(({ length }) => length));

/** An error that also closes the connection: data after such a head may be forged. */
export class MalformedHeadError extends DossierError {
  /** HTTP has a status for some of these cases that differs from the code's */
  override readonly status: number;

  constructor(message: string, status = 400, code: "invalid_request" | "too_large" = "invalid_request") {
    super(code, message);
    this.status = status;
  }
}

/** Why the head of a request is invalid, or undefined. */
export function headFault(request: IncomingMessage): MalformedHeadError | undefined {
  const { rawHeaders, headers, httpVersion } = request;
  if (rawHeaders.length > 2 * maxHeaderLines)
    return new MalformedHeadError(`The request has over ${maxHeaderLines} header lines.`, 431, "too_large");
  const duplicate = duplicatedHeader(rawHeaders);
  if (duplicate !== undefined)
    return new MalformedHeadError(`The request has two header lines ${duplicate}: send one.`);
  const { host, expect, "transfer-encoding": coding } = headers;
  if (coding !== undefined && !/^chunked$/i.test(coding))
    return new MalformedHeadError("The only Transfer-Encoding that is read is chunked.");
  if (httpVersion === "1.0") return undefined;
  if (host === undefined) return new MalformedHeadError("The request has no header line Host.");
  if (!/^[\w\-.~%!$&'()*+;=:[\]]*$/.test(host))
    return new MalformedHeadError("The header Host is not a host.");
  if (expect !== undefined && !/^100-continue$/i.test(expect))
    return new MalformedHeadError("The only expectation that is met is 100-continue.", 417);
  return undefined;
}

/** The name of a repeated header that must be unique. */
function duplicatedHeader(raw: readonly string[]): string | undefined {
  const seen: Record<string, true> = {};
  for (let at = 0; at < raw.length; at += 2) {
    const sent = raw[at] ?? "";
    if (!singularLengths.has(sent.length)) continue;
    const name = sent.toLowerCase();
    if (!singular[name]) continue;
    if (seen[name]) return sent;
    seen[name] = true;
  }
  return undefined;
}

/**
 * The request target for routing: without scheme and host, which only proxies receive, and with every `%` that begins
 * no valid escape itself escaped, so that such a path is looked up like any other.
 */
export function targetOf({ url: sent = "/" }: IncomingMessage): string {
  const target = sent.startsWith("/") ? sent : sent.replace(/^https?:\/\/[^/?#]*(?=[/?#]|$)/i, "");
  const rooted = target === "" || target.startsWith("?") ? `/${target}` : target;
  if (!rooted.includes("%")) return rooted;
  const [path = ""] = rooted.split("?", 1);
  return path.split("/").map(readableSegment).join("/") + rooted.slice(path.length);
}

function readableSegment(segment: string): string {
  try {
    decodeURIComponent(segment);
    return segment;
  } catch {
    return segment.replaceAll("%", "%25");
  }
}
