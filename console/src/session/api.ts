/**
 * The client of the page: the documented one, by session cookie. Every answer passes here, so the page knows when the
 * session has ended, the connection is gone, or the server asks to wait.
 */
import { type Client, createClient, parseRetryAfter } from "@dossier/api";
import { setConnection } from "./connection.ts";

type Listener = () => void;
const listeners = new Set<Listener>();

/** Calls the listener when an answer says that the session has ended. */
export function onSessionOver(listener: Listener): Listener {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

async function send(url: URL, init: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(url, { ...init, credentials: "same-origin" });
  } catch (error) {
    if (!init.signal?.aborted) setConnection({ state: "offline", since: new Date() });
    throw error;
  }
  const seconds = Math.max(1, Math.ceil(parseRetryAfter(answer.headers.get("retry-after"), Date.now()) ?? 1));
  if (answer.status === 503) setConnection({ state: "away", seconds });
  else if (answer.status === 429) setConnection({ state: "limit", seconds });
  else setConnection({ state: "fine" });
  if (answer.status === 401 && !url.pathname.endsWith("/session"))
    for (const listener of listeners) listener();
  return answer;
}

export const api: Client = createClient({ url: location.origin, fetch: send });

/** Exchanges a key for a session. The key goes into the header of one request, and is kept nowhere. */
export async function openSession(key: string): Promise<void> {
  await createClient({ url: location.origin, key, fetch: send, retry: false }).session.open();
}
