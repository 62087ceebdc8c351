/** A server by its URL. Whoever does not answer, or answers something else, is named together with what to look at. */
import { CommandFailure } from "../exit.ts";
import { type Asked, replyOf, requestOf } from "../request.ts";
import type { Target } from "./target.ts";
import { say } from "../terminal.ts";

const patience = 60_000;

/** A server as a target; nothing is sent yet. */
export function openUrlTarget(url: string, key: string): Target {
  if (isOpenRoad(url)) say("Careful: the key goes to another machine over plain http. Use https.");
  return { hasKey: true, ask: (asked) => ask(url, key, asked), close: async () => undefined };
}

/** Whether what is sent there passes other machines unencrypted. */
export function isOpenRoad(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

async function ask(url: string, key: string, asked: Asked) {
  const { path, ...init } = requestOf(asked, key);
  const answer = await reach(url, path, init);
  const reply = replyOf(answer.status, answer.headers, await answer.text());
  if (reply) return reply;
  throw new CommandFailure(
    "unreachable",
    `${url} answered ${answer.status}, but not as Dossier does. Is the address right? It is the one without /api/v2.`,
  );
}

/** @throws CommandFailure in words when nobody answers */
export async function reach(
  url: string,
  path: string,
  init: RequestInit = {},
  wait = patience,
): Promise<Response> {
  try {
    return await fetch(url + path, { ...init, redirect: "manual", signal: AbortSignal.timeout(wait) });
  } catch (error) {
    throw new CommandFailure("unreachable", `Nobody answers at ${url}: ${reasonOf(error)}.`, error);
  }
}

const reasons: Record<string, string> = {
  ECONNREFUSED: "no server listens there. Is it started, and is the port right",
  ENOTFOUND: "its host has no address. Is the name right",
  EAI_AGAIN: "its host's address cannot be found just now. Is the network up",
  ECONNRESET: "the connection was cut. Is it http or https",
  UND_ERR_SOCKET: "the connection was cut. Is it http or https",
  ETIMEDOUT: "no answer in time",
  UND_ERR_CONNECT_TIMEOUT: "no answer in time",
  EHOSTUNREACH: "there is no way to that host",
};

function reasonOf(error: unknown): string {
  if ((error as Error).name === "TimeoutError") return "no answer in time";
  const cause = (error as { cause?: NodeJS.ErrnoException }).cause;
  const code = cause?.code ?? "";
  const known = reasons[code];
  if (known) return known.includes(". Is") ? `${known}? (${code})` : `${known} (${code})`;
  if (code === "UNABLE_TO_VERIFY_LEAF_SIGNATURE" || /CERT/.test(code))
    return `its certificate is not trusted (${code}). NODE_EXTRA_CA_CERTS can name your own authority`;
  return cause?.message ?? (error as Error).message;
}
