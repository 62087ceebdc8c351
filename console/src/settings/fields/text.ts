/** Texts of the custom fields. */
import type { Texts } from "../../text/texts.ts";

const en = {
  lead: "What a brand keeps about its customers beyond names and addresses. Agents see a field where a customer has a value.",
  none: "No custom field yet",
  noneHint: "Make one, or let a shop send one where the brand’s rules make unknown fields.",
  newField: "New field",
  field: "Field",
  brand: "Brand",
  brandNumber: (id: number) => `Brand ${id}`,
  type: "Type",
  sentAs: "Programs send",
  acts: "Acts",
  moreOptions: (n: number) => `and ${n} more`,
  change: (label: string) => `Change ${label}`,
  delete: (label: string) => `Delete ${label}`,
  types: { text: "Text", number: "Number", boolean: "Yes or no", date: "Date", select: "One of several" },
  typeHints: {
    text: "Any text, up to 64 KiB.",
    number: "A number, with or without decimals.",
    boolean: "Yes or no; programs send 1 or 0.",
    date: "A day, without a time.",
    select: "One of the values below. Other values are refused.",
  },
  label: "Label",
  labelHint: "What agents read.",
  name: "Name",
  nameHint: (wire: string) => `Programs send it as ${wire}.`,
  renamed: (before: string, after: string) =>
    `Values stay. Programs and the CRM lookup that use ${before} have to use ${after} from then on.`,
  options: "Values",
  option: (n: number) => `Value ${n}`,
  addOption: "Add a value",
  moveUp: (option: string) => (option ? `Move ${option} up` : "Move the value up"),
  removeOption: (option: string) => (option ? `Remove ${option}` : "Remove the value"),
  optionsHint: "Enter adds the next one. Several lines can be pasted at once.",
  make: "Make the field",
  made: (label: string) => `${label} was made`,
  saved: (label: string) => `${label} was saved`,
  wouldLose: (n: number) =>
    n === 1 ? "1 value would be lost." : `${n.toLocaleString("en")} values would be lost.`,
  wouldLoseHint:
    "They do not fit the new type or values. The customers stay; the values cannot be brought back.",
  saveWithLoss: (n: number) =>
    n === 1 ? "Save, and lose 1 value" : `Save, and lose ${n.toLocaleString("en")} values`,
  deleteAsk: (label: string) => `Delete ${label}?`,
  deleteHint:
    "A field that no customer has a value in goes at once. Otherwise their number is named here first.",
  deleteLossHint:
    "That many customers have a value in this field. The customers stay; the values cannot be brought back.",
  deleteAct: "Delete the field",
  deleteWithLoss: (n: number) =>
    n === 1 ? "Delete it, and lose 1 value" : `Delete it, and lose ${n.toLocaleString("en")} values`,
  deleted: (label: string) => `${label} was deleted`,
};

const nl: typeof en = {
  lead: "Wat een merk over zijn klanten bewaart naast namen en adressen. De balie ziet een veld waar een klant een waarde heeft.",
  none: "Nog geen eigen veld",
  noneHint:
    "Maak er een, of laat een winkel er een sturen als de regels van het merk onbekende velden maken.",
  newField: "Nieuw veld",
  field: "Veld",
  brand: "Merk",
  brandNumber: (id: number) => `Merk ${id}`,
  type: "Type",
  sentAs: "Programma’s sturen",
  acts: "Acties",
  moreOptions: (n: number) => `en nog ${n}`,
  change: (label: string) => `${label} wijzigen`,
  delete: (label: string) => `${label} verwijderen`,
  types: { text: "Tekst", number: "Getal", boolean: "Ja of nee", date: "Datum", select: "Een van meer" },
  typeHints: {
    text: "Elke tekst, tot 64 KiB.",
    number: "Een getal, met of zonder decimalen.",
    boolean: "Ja of nee; programma’s sturen 1 of 0.",
    date: "Een dag, zonder tijd.",
    select: "Een van de waarden hieronder. Andere waarden worden geweigerd.",
  },
  label: "Label",
  labelHint: "Wat de balie leest.",
  name: "Naam",
  nameHint: (wire: string) => `Programma’s sturen het als ${wire}.`,
  renamed: (before: string, after: string) =>
    `Waarden blijven. Programma’s en de CRM-opvraging die ${before} gebruiken, moeten voortaan ${after} gebruiken.`,
  options: "Waarden",
  option: (n: number) => `Waarde ${n}`,
  addOption: "Waarde toevoegen",
  moveUp: (option: string) => (option ? `${option} omhoog` : "De waarde omhoog"),
  removeOption: (option: string) => (option ? `${option} weghalen` : "De waarde weghalen"),
  optionsHint: "Enter voegt de volgende toe. Meer regels kunnen in één keer worden geplakt.",
  make: "Veld maken",
  made: (label: string) => `${label} is gemaakt`,
  saved: (label: string) => `${label} is opgeslagen`,
  wouldLose: (n: number) =>
    n === 1 ? "1 waarde zou verloren gaan." : `${n.toLocaleString("nl")} waarden zouden verloren gaan.`,
  wouldLoseHint:
    "Ze passen niet bij het nieuwe type of de nieuwe waarden. De klanten blijven; de waarden komen niet terug.",
  saveWithLoss: (n: number) =>
    n === 1 ? "Opslaan, en 1 waarde verliezen" : `Opslaan, en ${n.toLocaleString("nl")} waarden verliezen`,
  deleteAsk: (label: string) => `${label} verwijderen?`,
  deleteHint:
    "Een veld waarin geen klant een waarde heeft, gaat meteen. Anders staat hier eerst hoeveel het er zijn.",
  deleteLossHint:
    "Zoveel klanten hebben een waarde in dit veld. De klanten blijven; de waarden komen niet terug.",
  deleteAct: "Veld verwijderen",
  deleteWithLoss: (n: number) =>
    n === 1
      ? "Verwijderen, en 1 waarde verliezen"
      : `Verwijderen, en ${n.toLocaleString("nl")} waarden verliezen`,
  deleted: (label: string) => `${label} is verwijderd`,
};

export const fieldsTexts: Texts<typeof en> = { en, nl };
