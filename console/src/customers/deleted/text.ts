/** Texts of the list of deleted customers. */
import type { Texts } from "../../text/texts.ts";

const en = {
  title: "Deleted customers",
  lead: "Everything of a deleted customer comes back until the day shown. Then it is erased for good.",
  customer: "Customer",
  brand: "Brand",
  deleted: "Deleted",
  until: "Can come back until",
  by: (who: string) => `by ${who}`,
  none: "Nobody is deleted",
  noneHint: "A deleted customer stands here for 30 days.",
  bootstrap: "the bootstrap administrator",
};

const nl: typeof en = {
  title: "Verwijderde klanten",
  lead: "Alles van een verwijderde klant komt terug tot de getoonde dag. Daarna wordt het voorgoed gewist.",
  customer: "Klant",
  brand: "Merk",
  deleted: "Verwijderd",
  until: "Terug te halen tot",
  by: (who) => `door ${who}`,
  none: "Niemand is verwijderd",
  noneHint: "Een verwijderde klant staat hier 30 dagen.",
  bootstrap: "de eerste beheerder",
};

export const deletedTexts: Texts<typeof en> = { en, nl };
