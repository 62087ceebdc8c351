/** Texts of the rules of a brand: what each means to an agent or a shop. */
import type { Texts } from "../../../text/texts.ts";

const en = {
  names: {
    customFields: "Custom fields that nobody defined",
    takenAddress: "An address that another customer has",
    placeholderIds: "Primary ids that look like none",
    searchByChannel: "Programs may find customers by an address",
    strict: "Refuse names that a call does not know",
  },
  customFields: {
    open: {
      title: "Make them",
      hint: "A shop that sends a new field gets a text field of that name, and agents see it at once.",
    },
    defined: {
      title: "Refuse them",
      hint: "A shop that misspells a field is told so, and nothing is written. Define the fields first.",
    },
  },
  takenAddress: {
    refuse: {
      title: "Refuse the call",
      hint: "Nothing is written, and the shop is told whose address it is.",
    },
    skip: {
      title: "Leave the address out",
      hint: "The rest is written, and the address stays with its customer. The shop is told what was left out.",
    },
  },
  placeholderIds: {
    refuse: {
      title: "Refuse them",
      hint: "A shop that sends “null” or “0” for every guest is stopped before all guests become one customer.",
    },
    allow: {
      title: "Allow them",
      hint: "For shops where “0” or “null” is the id of a real customer.",
    },
  },
  searchByChannelOn:
    "On: a shop without an id of its own sends an address, and its customer is found or made by it.",
  searchByChannelOff: "Off: a shop has to send its primary id, or it makes a new customer.",
  strictOn: "On: a shop that sends a misspelt name is refused, and nothing is written.",
  strictOff: "Off: what a call does not know is left out, and listed in the answer.",
};

const nl: typeof en = {
  names: {
    customFields: "Eigen velden die niemand heeft gedefinieerd",
    takenAddress: "Een adres dat een andere klant heeft",
    placeholderIds: "Primaire id’s die op geen id lijken",
    searchByChannel: "Programma’s mogen klanten vinden met een adres",
    strict: "Namen weigeren die een aanroep niet kent",
  },
  customFields: {
    open: {
      title: "Ze maken",
      hint: "Een winkel die een nieuw veld stuurt, krijgt een tekstveld met die naam, en de balie ziet het meteen.",
    },
    defined: {
      title: "Ze weigeren",
      hint: "Een winkel die een veld verkeerd spelt, hoort dat, en er wordt niets geschreven. Definieer de velden eerst.",
    },
  },
  takenAddress: {
    refuse: {
      title: "De aanroep weigeren",
      hint: "Er wordt niets geschreven, en de winkel hoort van wie het adres is.",
    },
    skip: {
      title: "Het adres weglaten",
      hint: "De rest wordt geschreven, en het adres blijft bij zijn klant. De winkel hoort wat is weggelaten.",
    },
  },
  placeholderIds: {
    refuse: {
      title: "Ze weigeren",
      hint: "Een winkel die voor elke gast “null” of “0” stuurt, wordt gestopt voordat alle gasten één klant worden.",
    },
    allow: {
      title: "Ze toestaan",
      hint: "Voor winkels waar “0” of “null” de id van een echte klant is.",
    },
  },
  searchByChannelOn:
    "Aan: een winkel zonder eigen id stuurt een adres, en zijn klant wordt daarmee gevonden of gemaakt.",
  searchByChannelOff: "Uit: een winkel moet zijn primaire id sturen, anders maakt hij een nieuwe klant.",
  strictOn:
    "Aan: een winkel die een verkeerd gespelde naam stuurt, wordt geweigerd, en er wordt niets geschreven.",
  strictOff: "Uit: wat een aanroep niet kent, wordt weggelaten en in het antwoord genoemd.",
};

export const rulesTexts: Texts<typeof en> = { en, nl };
