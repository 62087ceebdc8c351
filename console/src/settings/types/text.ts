/** Texts of the channel types. */
import type { Texts } from "../../text/texts.ts";

const en = {
  lead: "The kinds of address at which a customer can be reached. They are the same for all brands.",
  none: "No channel type",
  newType: "New type",
  name: "Name",
  nameHint: "Programs can send it in the place of the number.",
  number: "Number",
  numberHint: "Programs send it as channel_id. No other type has it.",
  rule: "An address is",
  acts: "Acts",
  rules: {
    email: "an e-mail address; upper and lower case are the same",
    phone: "a number with + and up to 15 digits",
    twitter: "letters, digits, _ and spaces; the @ in front may be left out",
    facebook: "letters, digits, full stop, _ and -",
    plain: "any text, compared exactly",
  },
  change: (name: string) => `Change ${name}`,
  renamed: (name: string) =>
    `Every channel of this type has the new name at once. Programs that send “${name}” are refused.`,
  renumbered: (before: number, after: string) =>
    `Customers keep their channels. Programs have to send ${after || "…"} from then on; ${before} is refused.`,
  newHint:
    "It gets the next free number from 100 on. Its addresses are texts, compared exactly. It cannot be deleted, only renamed.",
  make: "Make the type",
  made: (name: string, number: number) => `${name} was made, with the number ${number}`,
  saved: (name: string) => `${name} was saved`,
};

const nl: typeof en = {
  lead: "De soorten adres waarop een klant bereikbaar is. Ze zijn voor alle merken dezelfde.",
  none: "Geen kanaaltype",
  newType: "Nieuw type",
  name: "Naam",
  nameHint: "Programma’s kunnen hem sturen in plaats van het nummer.",
  number: "Nummer",
  numberHint: "Programma’s sturen het als channel_id. Geen ander type heeft het.",
  rule: "Een adres is",
  acts: "Acties",
  rules: {
    email: "een e-mailadres; hoofdletters maken geen verschil",
    phone: "een nummer met + en ten hoogste 15 cijfers",
    twitter: "letters, cijfers, _ en spaties; de @ vooraan mag weg",
    facebook: "letters, cijfers, punt, _ en -",
    plain: "elke tekst, precies vergeleken",
  },
  change: (name: string) => `${name} wijzigen`,
  renamed: (name: string) =>
    `Elk kanaal van dit type heeft meteen de nieuwe naam. Programma’s die “${name}” sturen, worden geweigerd.`,
  renumbered: (before: number, after: string) =>
    `Klanten houden hun kanalen. Programma’s moeten voortaan ${after || "…"} sturen; ${before} wordt geweigerd.`,
  newHint:
    "Het krijgt het volgende vrije nummer vanaf 100. Zijn adressen zijn teksten, precies vergeleken. Het kan niet worden verwijderd, alleen hernoemd.",
  make: "Type maken",
  made: (name: string, number: number) => `${name} is gemaakt, met nummer ${number}`,
  saved: (name: string) => `${name} is opgeslagen`,
};

export const typesTexts: Texts<typeof en> = { en, nl };
