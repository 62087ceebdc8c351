/** Pages of the settings: the only list of them, for the sub-navigation, the routes and the palette. */
import type { Permission } from "@dossier/api";
import { useSession } from "../session/session.tsx";
import type { settingsTexts } from "./text.ts";

export interface SettingsEntry {
  path: string;
  name: keyof (typeof settingsTexts)["en"]["pages"];
  group: keyof (typeof settingsTexts)["en"]["groups"];
  /** the page is offered to keys with any one of these */
  needs: readonly Permission[];
  /** and only to keys for all brands */
  isForAll?: true;
}

const settingsPages: readonly SettingsEntry[] = [
  { path: "/settings/brands", name: "brands", group: "setup", needs: ["SETTINGS_CRUD"] },
  { path: "/settings/fields", name: "fields", group: "setup", needs: ["SETTINGS_CRUD"] },
  { path: "/settings/types", name: "types", group: "setup", needs: ["SETTINGS_CRUD", "CHANNEL_CUD"] },
  { path: "/settings/keys", name: "keys", group: "access", needs: ["SETTINGS_CRUD"] },
  { path: "/settings/people", name: "people", group: "access", needs: ["SETTINGS_CRUD"] },
  {
    path: "/settings/webhooks",
    name: "webhooks",
    group: "connections",
    needs: ["SETTINGS_CRUD", "WEBHOOK_CUD"],
  },
  {
    path: "/settings/system",
    name: "system",
    group: "installation",
    needs: ["SETTINGS_CRUD", "METRICS_READ"],
  },
  { path: "/settings/work", name: "work", group: "installation", needs: ["SETTINGS_CRUD"] },
  {
    path: "/settings/backups",
    name: "backups",
    group: "installation",
    needs: ["SETTINGS_CRUD"],
    isForAll: true,
  },
  { path: "/settings/audit", name: "audit", group: "installation", needs: ["SETTINGS_CRUD", "AUDIT_READ"] },
];

/** The pages that the key of the session is offered. */
export function useSettingsPages(): readonly SettingsEntry[] {
  const { session } = useSession();
  return settingsPages.filter(
    ({ needs, isForAll }) =>
      needs.some((one) => session?.permissions.includes(one)) && (!isForAll || session?.brandIds === null),
  );
}
