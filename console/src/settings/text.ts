/** Texts of the settings that all their pages share. */
import type { Texts } from "../text/texts.ts";

const en = {
  settings: "Settings",
  save: "Save",
  revert: "Revert",
  changed: (names: string) => `Changed: ${names}`,
  allSaved: "Everything here is saved.",
  saved: "Saved",
  saveAndLeave: "Save and leave",
  leaveHint: "It stays here until you choose.",
  changedByOther: "Somebody else changed this while you were typing.",
  chooseFirst: (names: string) => `Choose between both first: ${names}`,
  keepMine: "Keep mine",
  nothing: "nothing",
  groups: { setup: "", access: "Access", connections: "Connections", installation: "Installation" },
  pages: {
    brands: "Brands",
    fields: "Custom fields",
    types: "Channel types",
    keys: "API keys",
    people: "People",
    webhooks: "Webhooks",
    work: "Background work",
    backups: "Backups",
    audit: "Audit trail",
    system: "System health",
  },
};

const nl: typeof en = {
  settings: "Instellingen",
  save: "Opslaan",
  revert: "Terugzetten",
  changed: (names: string) => `Gewijzigd: ${names}`,
  allSaved: "Alles hier is opgeslagen.",
  saved: "Opgeslagen",
  saveAndLeave: "Opslaan en verlaten",
  leaveHint: "Het blijft hier tot u kiest.",
  changedByOther: "Iemand anders wijzigde dit terwijl u typte.",
  chooseFirst: (names: string) => `Kies eerst tussen beide: ${names}`,
  keepMine: "Het mijne houden",
  nothing: "niets",
  groups: { setup: "", access: "Toegang", connections: "Verbindingen", installation: "Installatie" },
  pages: {
    brands: "Merken",
    fields: "Eigen velden",
    types: "Kanaaltypen",
    keys: "API-sleutels",
    people: "Mensen",
    webhooks: "Webhooks",
    work: "Achtergrondwerk",
    backups: "Back-ups",
    audit: "Auditspoor",
    system: "Systeemgezondheid",
  },
};

export const settingsTexts: Texts<typeof en> = { en, nl };
