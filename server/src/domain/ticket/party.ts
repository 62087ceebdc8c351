/**
 * Parties: senders and recipients as the world writes them. Invariant: none is refused. What the rule of the channel type
 * reads is an address to link by; anything else is shown as it was sent and linked to no customer.
 */
import { builtinTypeId, type ChannelType, normaliseAddress, unescapeHtml } from "@dossier/api";
import { type Address, addressParser, type Mailbox } from "postal-mime";

/** A sender or recipient, with everything understood. */
export interface Party {
  /** the address as it is shown: taken out of a sender's header, else as sent */
  shown: string;
  /** the name beside the address; empty: none */
  name: string;
  /** the addresses in the form in which they are compared; none of a withheld one */
  addresses: readonly string[];
}

/** What telephone systems and chats write in place of an address that is withheld. */
const withheld =
  /^[<("'\s]*(?:(?:caller[\s-]?(?:id)?|number|sender|id)\s)?(?:anonym(?:ous|e|o|i)?|unknown|restricted|private|privat|withheld|unavailable|not available|blocked|hidden|unbekannt|inconnu|desconocido|sconosciuto|n\/a|none|null|undefined)(?:\s(?:caller|number|sender|id|user|visitor))?[>)"'\s]*$/i;

const maxWithheldLength = 64;
/** A header of one sender is shorter, and a longer one costs the parser more. */
const maxHeaderLength = 1000;

/** Reads a sender or recipient on a channel type. */
export function readParty(type: ChannelType, sent: string): Party {
  const none = { shown: sent, name: "", addresses: [] };
  if (sent === "" || (sent.length <= maxWithheldLength && withheld.test(sent))) return none;
  if (type.id === builtinTypeId.whatsapp) return readWhatsapp(sent) ?? none;
  if (type.rule === "email" && isHeader(sent)) return readHeader(unescapeHtml(sent)) ?? none;
  const read = normaliseAddress(type.rule, sent);
  return "fault" in read ? none : { shown: sent, name: "", addresses: [read.normalised] };
}

/** Whether a text is more than a bare address. A local part in quotes is none. */
function isHeader(sent: string): boolean {
  return sent.length <= maxHeaderLength && /[<>(),:;[\]\s]/.test(sent);
}

/** WhatsApp writes a number without its plus, and programs around it add their own marks. */
function readWhatsapp(sent: string): Party | undefined {
  const [, digits] =
    /^(?:whatsapp:)?\s*\+?([1-9][0-9]{0,14})(?::[0-9]{1,5})?(?:@(?:s\.whatsapp\.net|c\.us))?$/i.exec(sent) ??
    [];
  const isBareShort = digits !== undefined && digits.length < minBareDigits && !sent.includes("+");
  const read = normaliseAddress("phone", `+${digits ?? ""}`);
  return isBareShort || "fault" in read
    ? undefined
    : { shown: read.address, name: "", addresses: [read.normalised] };
}

/** With its country's code no number is shorter; what is, is a short code. */
const minBareDigits = 7;

/** A `From` or `To` of an e-mail, with the entities of a web page read. One address is taken out; several are shown as they were sent. */
function readHeader(sent: string): Party | undefined {
  const all = parseMailboxes(sent).flatMap(({ address, name }) => {
    if (address === "") return [{ address: undefined, shown: "", name }];
    const read = normaliseAddress("email", address);
    return [{ address: "fault" in read ? undefined : read.normalised, shown: address, name }];
  });
  const addresses = [...new Set(all.flatMap(({ address }) => address ?? []))];
  const [first] = addresses;
  if (first === undefined) return undefined;
  const isOne =
    addresses.length === 1 && all.every(({ address, shown }) => address !== undefined || shown === "");
  if (!isOne) return { shown: sent, name: "", addresses };
  const shown = all.find(({ address }) => address === first)?.shown ?? first;
  // A name with a comma that should have been quoted arrives in pieces, of which only the last has the address.
  const names = all.filter((one, at) => one.address === undefined || at === all.findLastIndex(isAddressed));
  const name = names.flatMap((one) => plainName(one.name) || []).join(", ");
  return { shown, name: name.toLowerCase() === shown.toLowerCase() ? "" : name, addresses };
}

const isAddressed = ({ address }: { address: string | undefined }) => address !== undefined;

function parseMailboxes(sent: string): Mailbox[] {
  const header = sent
    .replace(/\bmailto:/gi, "")
    .replace(/(^|\s)\[([^\s[\]<>@]{1,64}@[^\s[\]<>@]+)\]/g, "$1<$2>"); // as some programs quote senders
  return addressParser(header).flatMap((one: Address) =>
    one.group ? one.group.map((member) => ({ ...member, name: member.name || one.name })) : [one],
  );
}

/** A name without the quotes around it; none if it has no letter or digit. */
function plainName(sent: string): string {
  const name = sent.trim().replace(/^'(.*)'$/s, "$1");
  return /[\p{L}\p{N}]/u.test(name) ? name : "";
}
