/**
 * Decompression of a response body with a size limit: it stops at the first excess byte, so a small response cannot
 * expand without limit.
 */
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, inflateRaw } from "node:zlib";
import { EgressFailure } from "./errors.ts";

/** The accepted content codings, as a header lists them. */
export const acceptEncoding = "gzip, deflate, br";

/** In bytes, decompressed. The compressed body may be as large, plus the overhead of compression. */
const maxBytes = 262_144;
export const maxCompressedBytes = maxBytes + 8192;

const decompressors = {
  gzip: promisify(gunzip),
  br: promisify(brotliDecompress),
  zlib: promisify(inflate),
  raw: promisify(inflateRaw),
};

/**
 * Decompresses a body.
 *
 * @param coding the response's Content-Encoding
 * @throws EgressFailure if it is too large or has a coding that was not requested; zlib's error if it does not match
 * its coding
 */
export async function decompress(compressed: Buffer, coding = ""): Promise<Buffer> {
  const name = compressed.length === 0 ? "" : coding.trim().toLowerCase();
  if (name === "" || name === "identity") {
    if (compressed.length > maxBytes) throw tooLarge();
    return compressed;
  }
  const decompressor = decompressorOf(name, compressed);
  if (!decompressor) throw new EgressFailure("an answer in a coding that was not asked for");
  try {
    return await decompressor(compressed, { maxOutputLength: maxBytes });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? tooLarge() : error;
  }
}

export function tooLarge(): EgressFailure {
  return new EgressFailure(`an answer of more than ${maxBytes} bytes`, "too_large");
}

function decompressorOf(coding: string, compressed: Buffer): typeof decompressors.gzip | undefined {
  switch (coding) {
    case "gzip":
    case "x-gzip":
      return decompressors.gzip;
    case "br":
      return decompressors.br;
    case "deflate": // with zlib's header by the standard, without it by a widespread error
      return ((compressed[0] ?? 0) & 15) === 8 ? decompressors.zlib : decompressors.raw;
    default:
      return undefined;
  }
}
