/** Texts of the parts that pages of the settings share. */
import type { Texts } from "../../text/texts.ts";

const en = {
  more: "Show more",
  all: "all brands",
  allBrands: "All brands",
  someBrands: "Only these",
  brands: "Brands",
  brand: (id: number) => `Brand ${id}`,
  chooseBrand: "Choose at least one brand.",
  key: (id: number) => `Key ${id}`,
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
  more: "Meer tonen",
  all: "alle merken",
  allBrands: "Alle merken",
  someBrands: "Alleen deze",
  brands: "Merken",
  brand: (id) => `Merk ${id}`,
  chooseBrand: "Kies minstens één merk.",
  key: (id) => `Sleutel ${id}`,
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
