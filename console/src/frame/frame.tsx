/** Frame of every page: the rail, the tabs of a telephone, the strip of the connection, commands and keys. */
import { useQuery } from "@tanstack/react-query";
import { Fragment, lazy, type ReactNode, Suspense, useEffect, useMemo, useState } from "react";
import { Link, useLocation } from "wouter";
import { customerCountQuery, unlinkedCountQuery } from "../data/queries.ts";
import { useMay, useSession } from "../session/session.tsx";
import { useSettingsPages } from "../settings/pages.ts";
import { useText } from "../text/text.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { KeyHint } from "../ui/key-hint.tsx";
import { useKeys } from "../ui/keys.ts";
import { Mark, Word } from "../ui/logo.tsx";
import { ConnectionStrip } from "./connection-strip.tsx";

const Palette = lazy(async () => ({ default: (await import("./palette.tsx")).Palette }));
const KeyHelp = lazy(async () => ({ default: (await import("./key-help.tsx")).KeyHelp }));
const MeMenu = lazy(async () => ({ default: (await import("./me-menu.tsx")).MeMenu }));
const SessionOver = lazy(async () => ({
  default: (await import("../session/session-over.tsx")).SessionOver,
}));

/** Asks the search to take the focus, wherever the page is. */
export const focusSearch = "dossier-focus-search";

export function Frame({ children }: { children: ReactNode }) {
  const text = useText();
  const [, navigate] = useLocation();
  const { isOver } = useSession();
  const maySettings = useSettingsPages().length > 0;
  const [over, setOver] = useState<"palette" | "keys">();
  useKeys(
    useMemo(() => {
      const search = () => {
        navigate("/customers");
        setTimeout(() => document.dispatchEvent(new Event(focusSearch)));
      };
      return {
        search,
        palette: () => setOver("palette"),
        help: () => setOver("keys"),
        goCustomers: () => navigate("/customers"),
        goTickets: () => navigate("/tickets"),
        ...(maySettings ? { goSettings: () => navigate("/settings") } : {}),
      };
    }, [navigate, maySettings]),
  );
  useEffect(() => {
    // parts that are needed only on use are fetched when the page rests
    const fetchParts = () =>
      void Promise.all([import("./palette.tsx"), import("./me-menu.tsx"), import("../ui/dialog.tsx")]);
    if ("requestIdleCallback" in globalThis) requestIdleCallback(fetchParts);
    else setTimeout(fetchParts, 1000);
  }, []);
  return (
    <>
      <a className="skip" href="#main">
        {text.nav.skip}
      </a>
      <div className="app">
        <Rail />
        <main className="main" id="main" tabIndex={-1}>
          <ConnectionStrip />
          {children}
        </main>
      </div>
      <TabBar />
      <Suspense>
        {over === "palette" && <Palette onClose={() => setOver(undefined)} onKeys={() => setOver("keys")} />}
        {over === "keys" && <KeyHelp onClose={() => setOver(undefined)} />}
        {isOver && <SessionOver />}
      </Suspense>
    </>
  );
}

function useIsAt(path: string): "page" | undefined {
  const [location] = useLocation();
  return location === path || location.startsWith(`${path}/`) ? "page" : undefined;
}

interface Entry {
  path: string;
  label: string;
  icon: IconName;
}

function Entries({ size, children }: { size: number; children: (entry: Entry) => ReactNode }) {
  const text = useText();
  const [mayRead, mayTickets] = [useMay("CUSTOMER_READ"), useMay("TICKET_READ")];
  const customers = useIsAt("/customers");
  const tickets = useIsAt("/tickets");
  const [isMine, settings] = [useIsAt("/settings/me"), useIsAt("/settings")];
  const maySettings = useSettingsPages().length > 0;
  const entries: (Entry & { at: "page" | undefined; isOffered: boolean })[] = [
    { path: "/customers", label: text.nav.customers, icon: "people", at: customers, isOffered: mayRead },
    { path: "/tickets", label: text.nav.tickets, icon: "ticket", at: tickets, isOffered: mayTickets },
    {
      path: "/settings",
      label: text.nav.installation,
      icon: "settings",
      at: isMine ? undefined : settings,
      isOffered: maySettings,
    },
  ];
  return entries
    .filter(({ isOffered }) => isOffered)
    .map((entry) => (
      <Link key={entry.path} href={entry.path} aria-current={entry.at}>
        <Icon name={entry.icon} size={size} />
        <span>{entry.label}</span>
        {children(entry)}
      </Link>
    ));
}

function Rail() {
  const text = useText();
  const mayRead = useMay("CUSTOMER_READ");
  return (
    <aside className="side">
      <Link href="/customers" className="logo" aria-label="Dossier">
        <Mark />
        <Word />
      </Link>
      {mayRead && (
        <Link
          href="/customers"
          className="find"
          onClick={() => setTimeout(() => document.dispatchEvent(new Event(focusSearch)))}
        >
          <Icon name="search" />
          <span>{text.nav.find}</span>
          <KeyHint act="search" />
        </Link>
      )}
      <nav className="nav" aria-label={text.nav.desk}>
        <Entries size={18}>
          {({ path }) =>
            path === "/tickets" ? <UnlinkedCount /> : path === "/customers" && <CustomerCount />
          }
        </Entries>
      </nav>
      <div className="foot">
        <Me />
      </div>
    </aside>
  );
}

function CustomerCount() {
  const { data } = useQuery(customerCountQuery);
  if (!data) return null;
  return <span className="count">{data > 10_000 ? "10,000+" : data.toLocaleString()}</span>;
}

function UnlinkedCount() {
  const text = useText();
  const { data } = useQuery(unlinkedCountQuery);
  if (!data) return null;
  return (
    <span className="count hot">
      {data > 999 ? "999+" : data}
      <span className="vh"> {text.nav.withoutCustomer}</span>
    </span>
  );
}

function Me() {
  const text = useText();
  const { session } = useSession();
  if (!session) return null;
  const letters = session.name
    .split(/\s+/u)
    .map((word) => [...word][0] ?? "")
    .slice(0, 2)
    .join("")
    .toUpperCase();
  return (
    <div className="me">
      <span className="av key" data-h={session.keyId % 6} aria-hidden="true">
        {letters}
      </span>
      <div>
        <b className="cut">
          <bdi>{session.name}</bdi>
        </b>
        <small>{session.brandIds ? text.nav.brands(session.brandIds.length) : text.nav.allBrands}</small>
      </div>
      <Suspense fallback={<span className="btn ghost sm icon" />}>
        <MeMenu />
      </Suspense>
    </div>
  );
}

function TabBar() {
  const text = useText();
  const { data: unlinked } = useQuery({ ...unlinkedCountQuery, enabled: useMay("TICKET_READ") });
  return (
    <nav className="tabbar" aria-label={text.nav.pages}>
      <Entries size={22}>
        {({ path }) => path === "/tickets" && Boolean(unlinked) && <i className="badge">{unlinked}</i>}
      </Entries>
      <Suspense fallback={<span />}>
        <MeMenu isTab />
      </Suspense>
    </nav>
  );
}

interface BarProps {
  /** where the crumb and the arrow of a telephone lead */
  parent?: { href: string; label: string };
  /** crumbs before the parent */
  before?: readonly { href: string; label: string }[];
  children: ReactNode;
  tools?: ReactNode;
}

/** The bar at the top of a page: where it is, and its acts. */
export function Bar({ parent, before = [], children, tools }: BarProps) {
  const text = useText();
  return (
    <header className="bar">
      {parent && (
        <Link className="btn ghost icon phone-only" href={parent.href} aria-label={text.nav.back}>
          <Icon name="back" size={20} />
        </Link>
      )}
      <div className="crumbs">
        {[...before, ...(parent ? [parent] : [])].map(({ href, label }) => (
          <Fragment key={href}>
            <Link href={href}>
              <bdi dir="auto">{label}</bdi>
            </Link>
            <Icon name="right" size={14} />
          </Fragment>
        ))}
        {children}
      </div>
      <span className="gap" />
      <div className="tools">{tools}</div>
    </header>
  );
}
