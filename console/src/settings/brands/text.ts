/** Texts of the brands: the list, and the pages of one. */
import type { Texts } from "../../text/texts.ts";

const en = {
  lead: "A customer, its addresses and its custom fields belong to one brand, and never cross into another.",
  none: "No brand",
  noneHint: "This key sees no brand.",
  brand: "Brand",
  name: "Name",
  nameHint: "What people see. No other brand has it.",
  country: "Country",
  countryHint:
    "For programs that show telephone numbers as this country writes them. Numbers are kept with + and all digits.",
  noCountry: "No country",
  unknownFields: "Unknown fields",
  unknownShort: { open: "are made", defined: "are refused" },
  lookup: "CRM lookup",
  off: "off",
  newBrand: "New brand",
  newLead: "It starts without customers, and with cautious rules. Everything can be changed later.",
  make: "Make the brand",
  number: "Number",
  since: "In Dossier since",
  noSuchBrand: "No such brand",
  noSuchBrandHint: "It was deleted, or this key does not see it.",
  tabs: { general: "General", lookup: "CRM lookup", rules: "Rules", fields: "Custom fields" },
  leads: {
    general: "What this brand is called.",
    lookup:
      "When somebody makes contact, Dossier asks your CRM who that is, in the background and for at most five seconds. No ticket ever waits for it.",
    rules: "How strictly this brand takes what shops and other programs send.",
    fields: "What this brand keeps about its customers beyond names and addresses.",
  },
  delete: "Delete this brand",
  deleteWhat:
    "Its custom fields and its CRM lookup go with it, and every key loses it. Dossier refuses this as long as the brand has customers, deleted ones that can be restored, or tickets.",
  deleteAsk: (name: string) => `Delete ${name}?`,
  deleteFinal: "It cannot be undone.",
  deleted: (name: string) => `${name} was deleted`,
  held: (customers: number, tickets: number) =>
    `It has ${count(customers, "customer", "customers")} and ${count(tickets, "ticket", "tickets")}, so it cannot be deleted.`,
  showCustomers: "Show the customers",
};

const nl: typeof en = {
  lead: "Een klant, zijn adressen en zijn eigen velden horen bij één merk, en gaan nooit over naar een ander.",
  none: "Geen merk",
  noneHint: "Deze sleutel ziet geen merk.",
  brand: "Merk",
  name: "Naam",
  nameHint: "Wat mensen zien. Geen ander merk heet zo.",
  country: "Land",
  countryHint:
    "Voor programma’s die telefoonnummers tonen zoals dit land ze schrijft. Nummers worden bewaard met + en alle cijfers.",
  noCountry: "Geen land",
  unknownFields: "Onbekende velden",
  unknownShort: { open: "worden gemaakt", defined: "worden geweigerd" },
  lookup: "CRM-opvraging",
  off: "uit",
  newBrand: "Nieuw merk",
  newLead: "Het begint zonder klanten, met voorzichtige regels. Alles kan later worden gewijzigd.",
  make: "Merk maken",
  number: "Nummer",
  since: "In Dossier sinds",
  noSuchBrand: "Dit merk bestaat niet",
  noSuchBrandHint: "Het is verwijderd, of deze sleutel ziet het niet.",
  tabs: { general: "Algemeen", lookup: "CRM-opvraging", rules: "Regels", fields: "Eigen velden" },
  leads: {
    general: "Hoe dit merk heet.",
    lookup:
      "Als iemand contact zoekt, vraagt Dossier uw CRM wie dat is, op de achtergrond en ten hoogste vijf seconden. Geen ticket wacht erop.",
    rules: "Hoe streng dit merk is met wat winkels en andere programma’s sturen.",
    fields: "Wat dit merk over zijn klanten bewaart naast namen en adressen.",
  },
  delete: "Dit merk verwijderen",
  deleteWhat:
    "De eigen velden en de CRM-opvraging gaan mee, en elke sleutel verliest het merk. Dossier weigert dit zolang het merk klanten heeft, verwijderde die nog terug kunnen, of tickets.",
  deleteAsk: (name: string) => `${name} verwijderen?`,
  deleteFinal: "Dit kan niet ongedaan worden gemaakt.",
  deleted: (name: string) => `${name} is verwijderd`,
  held: (customers: number, tickets: number) =>
    `Het heeft ${count(customers, "klant", "klanten")} en ${count(tickets, "ticket", "tickets")}, en kan dus niet worden verwijderd.`,
  showCustomers: "De klanten tonen",
};

function count(n: number, one: string, other: string): string {
  return `${n.toLocaleString()} ${n === 1 ? one : other}`;
}

export const brandsTexts: Texts<typeof en> = { en, nl };
