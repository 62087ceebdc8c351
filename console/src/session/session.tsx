/**
 * Session of the page: who is signed in and what the key may do. Invariant: a session that ends leaves the page as it is,
 * with everything typed, and puts the sign-in over it; signing out clears what was read and tells the other tabs.
 */
import type { Permission, Session } from "@dossier/api";
import { isDossierError } from "@dossier/api";
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { listenForChanges } from "../data/live.ts";
import { api, onSessionOver, openSession } from "./api.ts";

interface SessionState {
  /** undefined while it is read, null without one */
  session: Session | null | undefined;
  /** it has ended while the page was open */
  isOver: boolean;
  signIn(key: string): Promise<void>;
  /** reads the session again, after another way to open one */
  readAgain(): Promise<void>;
  signOut(): Promise<void>;
}

const none: SessionState = {
  session: undefined,
  isOver: false,
  signIn: async () => undefined,
  readAgain: async () => undefined,
  signOut: async () => undefined,
};
const context = createContext<SessionState>(none);
const channelName = "dossier-session";

export const useSession = () => useContext(context);

/** Whether the key of the session has every one of these permissions. */
export function useMay(...permissions: Permission[]): boolean {
  const { session } = useSession();
  return permissions.every((one) => session?.permissions.includes(one));
}

/** Says that there is a session, so that a browser without one is not asked in vain; the cookie itself is not readable. */
const mark = "dossier-session";

async function readSession(isExpected = localStorage.getItem(mark) !== null): Promise<Session | null> {
  if (!isExpected) return null;
  try {
    return await api.session.find({}, { retry: false });
  } catch (error) {
    if (isDossierError(error) && error.status === 401) {
      localStorage.removeItem(mark);
      return null;
    }
    throw error;
  }
}

function tellOtherTabs(): void {
  const tabs = new BroadcastChannel(channelName);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a broadcast never leaves the origin
  tabs.postMessage("out");
  tabs.close();
}

interface SessionProviderProps {
  /** forgets what pages remember of customers */
  onSignOut: () => void;
  children: ReactNode;
}

export function SessionProvider({ onSignOut, children }: SessionProviderProps) {
  const [session, setSession] = useState<Session | null>();
  const [isOver, setOver] = useState(false);
  const queries = useQueryClient();

  const readAgain = useCallback(async () => {
    const next = await readSession(true);
    if (next) localStorage.setItem(mark, "open");
    setSession((before) => {
      if (before && next && before.keyId !== next.keyId) queries.clear();
      return next;
    });
    if (next) setOver(false);
    if (next) void queries.invalidateQueries();
  }, [queries]);
  const leave = useCallback(() => {
    queries.clear();
    onSignOut();
    localStorage.removeItem(mark);
    setOver(false);
    setSession(null);
  }, [queries, onSignOut]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = () => {
      readSession().then(setSession, () => {
        timer = setTimeout(read, 2000);
      });
    };
    read();
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => onSessionOver(() => setOver(true)), []);
  useEffect(() => {
    const tabs = new BroadcastChannel(channelName);
    tabs.addEventListener("message", leave);
    return () => tabs.close();
  }, [leave]);

  const isListening = Boolean(session) && !isOver;
  useEffect(() => (isListening ? listenForChanges(queries) : undefined), [isListening, queries]);

  const value = useMemo<SessionState>(
    () => ({
      session,
      isOver: isOver && session !== null,
      readAgain,
      signIn: async (key) => {
        await openSession(key);
        await readAgain();
      },
      signOut: async () => {
        await api.session.close().catch(() => undefined);
        leave();
        tellOtherTabs();
      },
    }),
    [session, isOver, readAgain, leave],
  );
  return <context.Provider value={value}>{children}</context.Provider>;
}
