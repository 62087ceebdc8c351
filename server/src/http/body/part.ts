/**
 * Part head: the headers of a multipart part, which name the field and say how its content is encoded. They are parsed
 * as one character per byte.
 */
import { charsetLabel, mainValue, parametersIn } from "./header-value.ts";

/** The relevant facts of a part's headers. */
export interface Head {
  /** the bytes of the name, which may be in the charset of the part */
  name: Buffer;
  isFile: boolean;
  isJson: boolean;
  /** the label of the content's charset, if the part has one */
  charset: string | undefined;
  transferEncoding: string;
}

const maxHeaders = 20;

/** JSON by any of its names: with a suffix (RFC 6839), and the one that is older than the registered type. */
const jsonMedia = /^(?:application|text)\/(?:[a-z0-9.-]+\+)?json$/;

/** Reads a head, given as one character per byte; undefined if it names no field. */
export function readHead(head: string): Head | undefined {
  const headers = headersIn(head);
  const disposition = headers.get("content-disposition") ?? "";
  if (mainValue(disposition) !== "form-data") return undefined;
  const parameters = parametersIn(disposition, "last");
  const type = headers.get("content-type") ?? "text/plain";
  const media = mainValue(type);
  const isFile = parameters.has("filename") || media === "application/octet-stream";
  const name = parameters.get("name") ?? "";
  if ((!parameters.has("name") && !isFile) || /[\r\n]/.test(name)) return undefined;
  return {
    name: Buffer.from(name, "latin1"),
    isFile,
    isJson: jsonMedia.test(media),
    charset: charsetLabel(parametersIn(type)),
    transferEncoding: headers.get("content-transfer-encoding") ?? "",
  };
}

/** The headers by lower-case name, the first of each; stops at a malformed line. */
function headersIn(head: string): Map<string, string> {
  const headers = new Map<string, string>();
  const [, ...lines] = head.replace(/\r\n(?=[ \t])/g, "").split("\r\n"); // after the delimiter's line
  for (const line of lines.slice(0, maxHeaders)) {
    const colon = line.indexOf(":");
    if (colon < 1 || /[\r\n]/.test(line)) break;
    const name = line.slice(0, colon).trim().toLowerCase();
    if (!headers.has(name)) headers.set(name, line.slice(colon + 1).trim());
  }
  return headers;
}
