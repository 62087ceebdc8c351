/**
 * Charsets: bytes become text by their label, one of those of the WHATWG Encoding Standard. Invariant: bytes that the
 * charset does not have are reported, and no text is taken for ASCII that its encoding only writes in ASCII.
 */
import { isUtf8 } from "node:buffer";
import { TextDecoder } from "node:util";

/** The text of some bytes, and why it is not what was meant, if so. */
export interface DecodedText {
  text: string;
  fault?: string;
}

export interface Charset {
  /** whether ASCII characters are single bytes, as in all but UTF-16 */
  isAsciiBased: boolean;
  decode: (bytes: Buffer) => DecodedText;
}

export const utf8: Charset = {
  isAsciiBased: true,
  decode: (bytes) => faultUnless(isUtf8(bytes), bytes.toString("utf8"), "is not valid UTF-8"),
};

/** Western, which `iso-8859-1` and `us-ascii` are too by the standard. */
const western: Charset = { isAsciiBased: true, decode: (bytes) => ({ text: westernText(bytes) }) };

/** UTF-8, and western where the bytes are none: for labels that programs set without having chosen a charset. */
const utf8OrWestern: Charset = {
  isAsciiBased: true,
  decode: (bytes) => ({ text: isUtf8(bytes) ? bytes.toString("utf8") : westernText(bytes) }),
};

/** A label that no decoder has: what is UTF-8, as ASCII always is, needs none. */
const unknown: Charset = {
  isAsciiBased: true,
  decode: (bytes) =>
    faultUnless(
      isUtf8(bytes),
      bytes.toString("utf8"),
      "is in a charset that is not known here: send it as UTF-8",
    ),
};

const maxLabelLength = 64;
/** Encodings that no decoder has and that write other letters in bytes of ASCII. */
const disguised = /^(x-)?(unicode-1-1-)?utf-?7|utf-?32|ucs-?4|^iso-?2022-?(kr|cn)|^hz/i;
const asciiLabels = new Set(["us-ascii", "ascii", "ansi_x3.4-1968", "iso646-us", "iso_646.irv:1991"]);

/**
 * The charset of a label; undefined if nothing in it can be read.
 *
 * @param isDefaultLabel whether the media type defines no charset, so that `iso-8859-1` says nothing of the bytes
 */
export function charsetOf(label: string | undefined, isDefaultLabel = false): Charset | undefined {
  const name = (label ?? "").trim().toLowerCase();
  if (name === "" || name === "utf-8" || name === "utf8") return utf8;
  if (disguised.test(name.slice(0, maxLabelLength))) return undefined;
  if (asciiLabels.has(name)) return utf8OrWestern;
  const decoder = name.length > maxLabelLength ? undefined : decoderOf(name);
  if (!decoder) return unknown;
  if (decoder.encoding === "utf-8") return utf8;
  if (decoder.encoding === "windows-1252") return isDefaultLabel ? utf8OrWestern : western;
  const isAsciiBased = !decoder.encoding.startsWith("utf-16");
  return {
    isAsciiBased,
    decode: (bytes) => decodeBy(isAsciiBased ? decoder : orderedDecoder(bytes, decoder), bytes),
  };
}

/** Whether a label is that of no charset known here. */
export function isUnknown(charset: Charset): boolean {
  return charset === unknown;
}

function faultUnless(valid: boolean, text: string, fault: string): DecodedText {
  return valid ? { text } : { text, fault };
}

function decoderOf(label: string): TextDecoder | undefined {
  try {
    return new TextDecoder(label, { fatal: true });
  } catch {
    return undefined;
  }
}

/** The decoder of UTF-16, in the order of bytes that a mark at the beginning shows. */
function orderedDecoder(bytes: Buffer, decoder: TextDecoder): TextDecoder {
  const mark = bytes.length < 2 ? 0 : bytes.readUInt16BE(0);
  if (mark === 0xfeff) return new TextDecoder("utf-16be", { fatal: true });
  return mark === 0xfffe ? new TextDecoder("utf-16le", { fatal: true }) : decoder;
}

function decodeBy(decoder: TextDecoder, bytes: Buffer): DecodedText {
  try {
    return { text: decoder.decode(bytes) };
  } catch {
    return {
      text: new TextDecoder(decoder.encoding).decode(bytes),
      fault: `is not valid ${decoder.encoding.toUpperCase()}`,
    };
  }
}

/** What the bytes 0x80 to 0x9F are in windows-1252. */
const westernSigns = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

// Not by TextDecoder: some versions of Node read these bytes as control characters.
function westernText(bytes: Buffer): string {
  return bytes
    .toString("latin1")
    .replace(/[\x80-\x9f]/g, (sign) => westernSigns.charAt(sign.charCodeAt(0) - 0x80));
}
