/**
 * The body of an answer from outside, unpacked, and no larger than it may be: unpacking ends with the first byte too
 * many, however much a small answer would come to.
 */
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, inflateRaw } from "node:zlib";
import { Reason } from "./errors.ts";

/** The codings that are asked for, as a header says them. */
export const acceptedCodings = "gzip, deflate, br";

/** In bytes, unpacked. What is packed may be as large, and a little more for what packing adds. */
const largest = 262_144;
export const largestPacked = largest + 8192;

const unpackers = {
  gzip: promisify(gunzip),
  br: promisify(brotliDecompress),
  zlib: promisify(inflate),
  raw: promisify(inflateRaw),
};

/**
 * What a body says.
 *
 * @param coding the answer's Content-Encoding
 * @throws Reason when it is too large, or in a coding that was not asked for; zlib's error when it is not what that says
 */
export async function unpack(packed: Buffer, coding = ""): Promise<Buffer> {
  const name = packed.length === 0 ? "" : coding.trim().toLowerCase();
  if (name === "" || name === "identity") {
    if (packed.length > largest) throw tooLarge();
    return packed;
  }
  const unpacker = unpackerOf(name, packed);
  if (!unpacker) throw new Reason("an answer in a coding that was not asked for");
  try {
    return await unpacker(packed, { maxOutputLength: largest });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? tooLarge() : error;
  }
}

export function tooLarge(): Reason {
  return new Reason(`an answer of more than ${largest} bytes`, "too_large");
}

function unpackerOf(coding: string, packed: Buffer): typeof unpackers.gzip | undefined {
  switch (coding) {
    case "gzip":
    case "x-gzip":
      return unpackers.gzip;
    case "br":
      return unpackers.br;
    case "deflate": // with zlib's header by the book, without it by widespread error
      return ((packed[0] ?? 0) & 15) === 8 ? unpackers.zlib : unpackers.raw;
    default:
      return undefined;
  }
}
