/** One brand: its pages behind tabs, each with an address of its own. */
import { type Brand, isDossierError } from "@dossier/api";
import { useQuery } from "@tanstack/react-query";
import { Route, Switch } from "wouter";
import { useTexts } from "../../text/texts.ts";
import { Blank, Failure, Skeleton } from "../../ui/states.tsx";
import { SettingsPage } from "../settings-page.tsx";
import { settingsTexts } from "../text.ts";
import type { BrandTab } from "./brand-frame.tsx";
import { brandQuery } from "./brand-query.ts";
import { BrandsPage } from "./brands-page.tsx";
import { FieldsTab } from "./fields-tab.tsx";
import { GeneralTab } from "./general-tab.tsx";
import { LookupTab } from "./lookup/lookup-tab.tsx";
import { RulesTab } from "./rules/rules-tab.tsx";
import { brandsTexts } from "./text.ts";

const tabs: Record<BrandTab, (props: { brand: Brand }) => React.ReactNode> = {
  general: GeneralTab,
  lookup: LookupTab,
  rules: RulesTab,
  fields: FieldsTab,
};
const isTab = (name: string): name is BrandTab => Object.hasOwn(tabs, name);

/** Routes of the brands. */
export function BrandRoutes() {
  return (
    <Switch>
      <Route path="/settings/brands" component={BrandsPage} />
      <Route path="/settings/brands/:id/:tab?">
        {({ id, tab = "general" }) =>
          /^[1-9]\d{0,15}$/.test(id) && isTab(tab) ? (
            <BrandPage key={id} id={Number(id)} tab={tab} />
          ) : (
            <NoBrand />
          )
        }
      </Route>
      <Route>
        <NoBrand />
      </Route>
    </Switch>
  );
}

function BrandPage({ id, tab }: { id: number; tab: BrandTab }) {
  const { brands } = useTexts(settingsTexts).pages;
  const { data: brand, error, refetch } = useQuery(brandQuery(id));
  if (brand) {
    const Page = tabs[tab];
    return <Page key={tab} brand={brand} />;
  }
  if (isDossierError(error, "not_found")) return <NoBrand />;
  return (
    <SettingsPage title={brands} trail={[{ href: "/settings/brands", label: brands }]}>
      <h1 className="vh">{brands}</h1>
      {error ? <Failure error={error} retry={() => void refetch()} /> : <Skeleton rows={4} />}
    </SettingsPage>
  );
}

function NoBrand() {
  const text = useTexts(brandsTexts);
  const { brands } = useTexts(settingsTexts).pages;
  return (
    <SettingsPage title={text.noSuchBrand} trail={[{ href: "/settings/brands", label: brands }]}>
      <h1 className="vh">{text.noSuchBrand}</h1>
      <Blank icon="brand" title={text.noSuchBrand} hint={text.noSuchBrandHint} />
    </SettingsPage>
  );
}
