/** Texts of the audit trail. */
import type { Texts } from "../../text/texts.ts";

const en = {
  lead: "What was done, by whom and when. Entries are never changed or removed, and hold names of fields, never their values.",
  when: "When",
  who: "Who",
  what: "What",
  about: "About",
  fields: "Fields",
  brand: "Brand",
  operation: "Such as customer.update",
  anyKey: "Every key",
  keyLabel: "Key",
  since: "From",
  until: "To",
  clear: "Clear the filters",
  only: (what: string) => `Only ${what}`,
  alone: "Only this one",
  said: (who: string) => `for ${who}, as the program said`,
  none: "Nothing was done yet",
  noneHint: "Every change appears here, with the key that made it.",
  noneOf: "Nothing like that",
  noneOfHint: "No entry fits all filters.",
  dossier: "Dossier itself",
  bootstrap: "Bootstrap administrator",
};

const nl: typeof en = {
  lead: "Wat er is gedaan, door wie en wanneer. Regels worden nooit gewijzigd of verwijderd, en bevatten namen van velden, nooit hun waarden.",
  when: "Wanneer",
  who: "Wie",
  what: "Wat",
  about: "Over",
  fields: "Velden",
  brand: "Merk",
  operation: "Zoals customer.update",
  anyKey: "Elke sleutel",
  keyLabel: "Sleutel",
  since: "Van",
  until: "Tot en met",
  clear: "Filters wissen",
  only: (what) => `Alleen ${what}`,
  alone: "Alleen dit",
  said: (who) => `voor ${who}, zoals het programma zei`,
  none: "Er is nog niets gedaan",
  noneHint: "Elke wijziging verschijnt hier, met de sleutel die haar maakte.",
  noneOf: "Niets van dien aard",
  noneOfHint: "Geen regel past bij alle filters.",
  dossier: "Dossier zelf",
  bootstrap: "Eerste beheerder",
};

export const auditTexts: Texts<typeof en> = { en, nl };
