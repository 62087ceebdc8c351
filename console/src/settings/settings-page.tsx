/** Frame of a page of the settings: the bar, the sub-navigation, and the content with its heading. */
import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { Bar } from "../frame/frame.tsx";
import { useTexts } from "../text/texts.ts";
import { Icon } from "../ui/icon.tsx";
import { usePageTitle } from "../ui/page-title.ts";
import { type SettingsEntry, useSettingsPages } from "./pages.ts";
import { settingsTexts } from "./text.ts";

interface SettingsPageProps {
  /** of the bar, and of the document: never a name of a customer */
  title: string;
  /** pages between the settings and this one */
  trail?: readonly { href: string; label: string }[];
  /** what the page is for, below its heading; without one the page has a heading of its own */
  lead?: ReactNode;
  tools?: ReactNode;
  /** a table needs more room than a form */
  isWide?: boolean;
  /** stays at the lower edge, such as the acts of a form */
  footer?: ReactNode;
  children: ReactNode;
}

export function SettingsPage(props: SettingsPageProps) {
  const { title, trail = [], lead, tools, isWide, footer, children } = props;
  const text = useTexts(settingsTexts);
  usePageTitle(title);
  const parent = trail.at(-1) ?? { href: "/settings", label: text.settings };
  return (
    <>
      <Bar
        parent={parent}
        before={trail.length > 0 ? [{ href: "/settings", label: text.settings }, ...trail.slice(0, -1)] : []}
        tools={tools}
      >
        <b className="cut">{title}</b>
      </Bar>
      <div className="settings">
        <nav className="subnav" aria-label={text.settings}>
          <PageLinks />
        </nav>
        <div className="scroll" role="region" tabIndex={0} aria-label={title}>
          <div className={isWide ? "page wide" : "page set"}>
            {lead && <PageHead title={title}>{lead}</PageHead>}
            {children}
          </div>
          {footer}
        </div>
      </div>
    </>
  );
}

/** A heading, and what to know of the page. */
export function PageHead({ title, children }: { title: string; children: ReactNode }) {
  return (
    <header>
      <div>
        <h1>{title}</h1>
        <p>{children}</p>
      </div>
    </header>
  );
}

/** The pages of the settings that the key is offered, as a page of its own: a telephone shows it in place of the links. */
export function SettingsIndex() {
  const text = useTexts(settingsTexts);
  usePageTitle(text.settings);
  return (
    <>
      <Bar>
        <b>{text.settings}</b>
      </Bar>
      <nav className="subnav index" aria-label={text.settings}>
        <PageLinks />
      </nav>
    </>
  );
}

function PageLinks() {
  const text = useTexts(settingsTexts);
  const [at] = useLocation();
  const pages = useSettingsPages();
  const groups = Object.entries(text.groups) as [SettingsEntry["group"], string][];
  return groups.map(([group, label]) => {
    const members = pages.filter((page) => page.group === group);
    if (members.length === 0) return null;
    return (
      <div key={group}>
        {label && <h2>{label}</h2>}
        {members.map(({ path, name }) => (
          <Link
            key={path}
            href={path}
            aria-current={at === path || at.startsWith(`${path}/`) ? "page" : undefined}
          >
            <span className="grow">{text.pages[name]}</span>
            <Icon name="right" size={14} className="phone-only" />
          </Link>
        ))}
      </div>
    );
  });
}
