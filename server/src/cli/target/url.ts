/**
 * URL target: a server over the network. If it is unreachable, or another program responds, the message says what to
 * check.
 */
import { type DossierError, isDossierError } from "@dossier/api";
import { createTargetClient } from "./client.ts";
import { CommandFailure } from "../exit.ts";
import type { Target } from "./target.ts";
import { printMessage } from "../terminal.ts";

const requestTimeoutMs = 60_000;

/** The one place where the command line calls the server that the operator named. */
const send = (url: string | URL, init: RequestInit) => fetch(url, init);

/** A server as a target; sends nothing yet. */
export function openUrlTarget(url: string, key: string): Target {
  if (isPlaintextRemote(url))
    printMessage("Warning: the key is sent to another machine over plain http. Use https.");
  const timeouts = { timeout: requestTimeoutMs, tryTimeout: requestTimeoutMs };
  const client = createTargetClient({ url, key, ...timeouts }, send, (error) => explain(url, error));
  return { hasKey: true, client, close: async () => undefined };
}

/** Whether requests to this URL cross the network unencrypted. */
export function isPlaintextRemote(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** Explains the error of a call that did not reach a Dossier. */
function explain(url: string, error: DossierError): Error {
  if (error.foreignStatus !== undefined)
    return new CommandFailure(
      "unreachable",
      `${url} answered ${error.foreignStatus}, but not as Dossier does. Is the address right? It is the one without /api/v2.`,
    );
  if (error.status > 0) return error;
  return noAnswer(url, error.code === "timed_out" ? error : error.cause);
}

/** Sends a request outside the endpoint table. @throws CommandFailure with an explanation if the server is unreachable */
export async function fetchFrom(
  url: string,
  path: string,
  init: RequestInit = {},
  timeoutMs = requestTimeoutMs,
): Promise<Response> {
  try {
    return await send(url + path, { ...init, redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    throw noAnswer(url, error);
  }
}

function noAnswer(url: string, error: unknown): CommandFailure {
  return new CommandFailure("unreachable", `No server answers at ${url}: ${reasonOf(error)}.`, error);
}

const reasons: Record<string, string> = {
  ECONNREFUSED: "no server listens there. Is it started, and is the port right",
  ENOTFOUND: "its host has no address. Is the name right",
  EAI_AGAIN: "its host's address cannot be resolved. Is the network up",
  ECONNRESET: "the connection was cut. Is it http or https",
  UND_ERR_SOCKET: "the connection was cut. Is it http or https",
  ETIMEDOUT: "no answer in time",
  UND_ERR_CONNECT_TIMEOUT: "no answer in time",
  EHOSTUNREACH: "there is no way to that host",
};

function reasonOf(error: unknown): string {
  if ((error as Error).name === "TimeoutError" || isDossierError(error, "timed_out"))
    return "no answer in time";
  const cause = (error as { cause?: NodeJS.ErrnoException }).cause;
  const code = cause?.code ?? "";
  const known = reasons[code];
  if (known) return known.includes(". Is") ? `${known}? (${code})` : `${known} (${code})`;
  if (code === "UNABLE_TO_VERIFY_LEAF_SIGNATURE" || /CERT/.test(code))
    return `its certificate is not trusted (${code}). NODE_EXTRA_CA_CERTS can name your own authority`;
  return cause?.message ?? (error as Error).message;
}
