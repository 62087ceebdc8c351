/**
 * Client user: who ran the program that makes a call, by the header `Dossier-Client-User`. It is a claim that is not
 * checked, so it decides nothing, and a value that cannot be one is left out rather than refused.
 */
import type { FastifyRequest } from "fastify";

const maxLength = 64;

/** The header as text: percent-encoded or plain UTF-8, cut to 64 characters; undefined unless it can be printed. */
export function readClientUser(request: FastifyRequest): string | undefined {
  const sent = request.headers["dossier-client-user"];
  if (typeof sent !== "string" || sent === "") return undefined;
  const text = decode(sent)?.normalize("NFC").trim();
  if (text === undefined || !/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]+$/u.test(text)) return undefined;
  return [...text].slice(0, maxLength).join("").trim();
}

/** Node reads header bytes as Latin-1. */
function decode(sent: string): string | undefined {
  const text = decodeUtf8(Buffer.from(sent, "latin1")) ?? sent;
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign that stands for itself
  }
}

function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
