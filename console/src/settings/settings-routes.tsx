/** Routes of the settings. They load on use, together, because an agent never opens them. */
import { Redirect, Route, Switch } from "wouter";
import { BrandRoutes } from "./brands/brand-page.tsx";
import { FieldsPage } from "./fields/fields-page.tsx";
import { MePage } from "./me/me-page.tsx";
import { useIsPhone } from "../ui/screen.ts";
import { KeysPage, PeoplePage } from "./access/access-page.tsx";
import { type SettingsEntry, useSettingsPages } from "./pages.ts";
import { SettingsIndex } from "./settings-page.tsx";
import { AuditPage } from "./audit/audit-page.tsx";
import { BackupsPage } from "./backups/backups-page.tsx";
import { SystemPage } from "./system/system-page.tsx";
import { TypesPage } from "./types/types-page.tsx";
import { WebhooksPage } from "./webhooks/webhooks-page.tsx";
import { WorkPage } from "./work/work-page.tsx";

/** What each page of the list shows; its own pages, such as one brand, are routes of its own. */
const components: Record<SettingsEntry["name"], () => React.ReactNode> = {
  brands: BrandRoutes,
  fields: FieldsPage,
  types: TypesPage,
  keys: KeysPage,
  people: PeoplePage,
  system: SystemPage,
  webhooks: WebhooksPage,
  work: WorkPage,
  audit: AuditPage,
  backups: BackupsPage,
};

export function SettingsRoutes({ noPage }: { noPage: React.ReactNode }) {
  const pages = useSettingsPages();
  const isPhone = useIsPhone();
  const first = pages[0];
  return (
    <Switch>
      <Route path="/settings/me" component={MePage} />
      {first && (
        <Route path="/settings">{isPhone ? <SettingsIndex /> : <Redirect to={first.path} replace />}</Route>
      )}
      {pages.map(({ path, name }) => (
        <Route key={path} path={`${path}/*?`} component={components[name]} />
      ))}
      <Route>{noPage}</Route>
    </Switch>
  );
}
