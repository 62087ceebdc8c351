/** Texts of the settings that all their pages share. */
import type { Texts } from "../text/texts.ts";

const en = {
  settings: "Settings",
  groups: { setup: "", access: "Access", connections: "Connections", installation: "Installation" },
  pages: {
    system: "System health",
  },
};

const nl: typeof en = {
  settings: "Instellingen",
  groups: { setup: "", access: "Toegang", connections: "Verbindingen", installation: "Installatie" },
  pages: {
    system: "Gezondheid van het systeem",
  },
};

export const settingsTexts: Texts<typeof en> = { en, nl };
