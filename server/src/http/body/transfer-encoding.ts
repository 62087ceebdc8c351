/**
 * Content-Transfer-Encoding of a multipart part (RFC 2045): base64 and quoted-printable become the bytes that they stand
 * for; 7bit, 8bit and binary are those bytes.
 */

/** The content of a part, or why it is not in the encoding that its head names. */
export function decodeTransfer(content: Buffer, encoding: string): Buffer | { fault: string } {
  const name = encoding.trim().toLowerCase();
  if (name === "" || name === "7bit" || name === "8bit" || name === "binary") return content;
  if (name === "base64") return fromBase64(content) ?? { fault: "is not valid base64" };
  if (name === "quoted-printable")
    return fromQuotedPrintable(content) ?? { fault: "is not valid quoted-printable" };
  return { fault: "has a Content-Transfer-Encoding that is not read: send it as binary" };
}

function fromBase64(content: Buffer): Buffer | undefined {
  const text = content.toString("latin1").replace(/[ \t\r\n]+/g, "");
  const end = text.indexOf("=");
  const digits = end < 0 ? text : text.slice(0, end);
  if (!/^[A-Za-z0-9+/]*$/.test(digits) || digits.length % 4 === 1) return undefined;
  if (end >= 0 && (!/^={1,2}$/.test(text.slice(end)) || text.length % 4 !== 0)) return undefined;
  return Buffer.from(digits, "base64");
}

const equals = 0x3d;

/** The value of a hexadecimal digit by its character code; -1 for any other character, and behind the end. */
function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function fromQuotedPrintable(content: Buffer): Buffer | undefined {
  const text = content.toString("latin1").replace(/=[ \t]*(?:\r?\n|$)/g, "");
  const bytes = Buffer.allocUnsafe(text.length);
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== equals) {
      bytes[count++] = code;
      continue;
    }
    const [high, low] = [digitOf(text.charCodeAt(at + 1)), digitOf(text.charCodeAt(at + 2))];
    if (high < 0 || low < 0) return undefined;
    bytes[count++] = high * 16 + low;
    at += 2;
  }
  return bytes.subarray(0, count);
}
