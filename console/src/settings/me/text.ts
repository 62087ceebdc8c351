/** Texts of the settings of the person who is signed in. */
import type { Texts } from "../../text/texts.ts";

const en = {
  lead: "These choices are kept in this browser.",
  keysHint:
    "Letters such as N and E act outside of fields. Switch them off if they get in the way of your browser or your voice software.",
  access: "What your key may do",
  key: "Key",
  person: "of a person",
  program: "of a program",
  nothing: "nothing",
  brands: "Brands",
  keyEnds: "Works until",
  noEnd: "no end",
  session: "This session",
  since: "Signed in since",
  until: "Until",
  idle: (minutes: number) => `or after ${minutes} minutes without use`,
};

const nl: typeof en = {
  lead: "Deze keuzes worden in deze browser bewaard.",
  keysHint:
    "Letters zoals N en E werken buiten velden. Zet ze uit als ze uw browser of spraaksoftware in de weg zitten.",
  access: "Wat uw sleutel mag",
  key: "Sleutel",
  person: "van een persoon",
  program: "van een programma",
  nothing: "niets",
  brands: "Merken",
  keyEnds: "Werkt tot",
  noEnd: "geen einde",
  session: "Deze sessie",
  since: "Ingelogd sinds",
  until: "Tot",
  idle: (minutes) => `of na ${minutes} minuten zonder gebruik`,
};

export const meTexts: Texts<typeof en> = { en, nl };
