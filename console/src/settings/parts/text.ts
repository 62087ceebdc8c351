/** Texts of the parts that pages of the settings share. */
import type { Texts } from "../../text/texts.ts";

const en = {
  shown: (n: number, total: number, isCapped: boolean) =>
    `${n.toLocaleString("en")} of ${total.toLocaleString("en")}${isCapped ? "+" : ""}`,
  all: "all brands",
  allBrands: "All brands",
  someBrands: "Only these",
  brands: "Brands",
  brand: (id: number) => `Brand ${id}`,
  chooseBrand: "Choose at least one brand.",
  key: (id: number) => `Key ${id}`,
  kinds: {
    customer: "Customer",
    ticket: "Ticket",
    brand: "Brand",
    key: "Key",
    webhook: "Webhook",
    "channel type": "Channel type",
    "custom field": "Custom field",
    delivery: "Delivery",
    job: "Job",
    session: "Session",
  },
  never: "never yet",
  justNow: "a minute ago",
  copy: "Copy",
  copyAgain: "Copy again",
  copied: "Copied. Close this once it is where it belongs.",
  notCopied: "The browser did not allow to copy. Select the text and copy it.",
  haveIt: "I have it: hide it",
  typeName: (name: string) => `Type ${name} to go on`,
};

const nl: typeof en = {
  shown: (n, total, isCapped) =>
    `${n.toLocaleString("nl")} van ${total.toLocaleString("nl")}${isCapped ? "+" : ""}`,
  all: "alle merken",
  allBrands: "Alle merken",
  someBrands: "Alleen deze",
  brands: "Merken",
  brand: (id) => `Merk ${id}`,
  chooseBrand: "Kies minstens één merk.",
  key: (id) => `Sleutel ${id}`,
  kinds: {
    customer: "Klant",
    ticket: "Ticket",
    brand: "Merk",
    key: "Sleutel",
    webhook: "Webhook",
    "channel type": "Kanaalsoort",
    "custom field": "Eigen veld",
    delivery: "Bezorging",
    job: "Werk",
    session: "Sessie",
  },
  never: "nog nooit",
  justNow: "een minuut geleden",
  copy: "Kopiëren",
  copyAgain: "Nog eens kopiëren",
  copied: "Gekopieerd. Sluit dit zodra hij is waar hij hoort.",
  notCopied: "De browser stond kopiëren niet toe. Selecteer de tekst en kopieer die.",
  haveIt: "Ik heb hem: verbergen",
  typeName: (name) => `Typ ${name} om door te gaan`,
};

export const partsTexts: Texts<typeof en> = { en, nl };
