/** Frame of a page of one brand: what the page is for, and the tabs to its other pages. */
import type { Brand } from "@dossier/api";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { useTexts } from "../../text/texts.ts";
import { allFieldsQuery } from "../fields/fields-query.ts";
import { SettingsPage } from "../settings-page.tsx";
import { settingsTexts } from "../text.ts";
import { brandsTexts } from "./text.ts";

/** Tabs of a brand, in their order; the first is the page of the brand itself. */
export const brandTabs = ["general", "lookup", "rules", "fields"] as const;
export type BrandTab = (typeof brandTabs)[number];

interface BrandFrameProps {
  brand: Brand;
  tab: BrandTab;
  tools?: ReactNode;
  footer?: ReactNode;
  children: ReactNode;
}

export function BrandFrame({ brand, tab, tools, footer, children }: BrandFrameProps) {
  const text = useTexts(brandsTexts);
  const { brands } = useTexts(settingsTexts).pages;
  const { data: fields } = useQuery(allFieldsQuery(brand.id));
  const home = `/settings/brands/${brand.id}`;
  const addressOf = (one: BrandTab) => (one === brandTabs[0] ? home : `${home}/${one}`);
  return (
    <SettingsPage
      title={text.tabs[tab]}
      lead={text.leads[tab]}
      trail={[
        { href: "/settings/brands", label: brands },
        { href: home, label: brand.name },
      ]}
      tools={tools}
      footer={footer}
    >
      <nav className="tabs" aria-label={brand.name}>
        {brandTabs.map((one) => (
          <Link key={one} href={addressOf(one)} aria-current={one === tab ? "page" : undefined}>
            {text.tabs[one]}
            {one === "fields" && fields && <span className="n">{fields.length}</span>}
          </Link>
        ))}
      </nav>
      {children}
    </SettingsPage>
  );
}
