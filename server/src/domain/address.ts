/** An address as it is compared: its channel type and its normalised form. */
import { type AddressRule, builtinTypeId, normaliseAddress } from "@dossier/api";

export interface Address {
  typeId: number;
  normalised: string;
}

/** An address as a text, to compare and to look up by. */
export type AddressKey = string;

export function addressKey({ typeId, normalised }: Address): AddressKey {
  return `${typeId} ${normalised}`;
}

/** Each address once. */
export function distinctAddresses<A extends Address>(all: readonly A[]): A[] {
  return [...new Map(all.map((one) => [addressKey(one), one])).values()];
}

/** The rules of addresses that are recognised in any text, and the type under which they are kept. */
const recognised: readonly [AddressRule, number][] = [
  ["email", builtinTypeId.email],
  ["phone", builtinTypeId.telephone],
];

const maxTextLength = 1000;
const maxAddresses = 20;

/**
 * The e-mail addresses (under the type e-mail) and telephone numbers (under telephone) that a short text consists of or
 * contains, whatever its channel and however the numbers are written: `Ada <ada@example.org>` contains one, and
 * `tel:+49 (0)30 123-456` is one. At most 20.
 */
export function recognisedAddresses(text: string): Address[] {
  const whole = text.slice(0, maxTextLength);
  const found = [...readParts(whole), ...readParts(compactNumbers(withoutAts(whole)))];
  return distinctAddresses(found).slice(0, maxAddresses);
}

function readParts(text: string): Address[] {
  const parts = text.split(/[\s,;<>()[\]"']+/).map((part) => part.replace(/^(?:mailto|tel|sms):/i, ""));
  return [text, ...parts].flatMap(readAs);
}

/** Without words that have an `@`: the signs between digits of an e-mail address belong to it. */
function withoutAts(text: string): string {
  return text
    .split(" ")
    .filter((word) => !word.includes("@"))
    .join(" ");
}

/** The text with its telephone numbers as a plus and digits, without what people write between these. */
function compactNumbers(text: string): string {
  return text
    .replace(/\p{Cf}+/gu, "")
    .replace(/\(0\)/g, "")
    .replace(/(?<=[\d+])[\s()./\p{Pd}]+(?=\d)/gu, "");
}

function readAs(sent: string): Address[] {
  const text = /^00[1-9][0-9]{6,13}$/.test(sent) ? `+${sent.slice(2)}` : sent;
  if (!/[@+]/.test(text)) return [];
  return recognised.flatMap(([rule, typeId]) => {
    const read = normaliseAddress(rule, text);
    return "fault" in read ? [] : [{ typeId, normalised: read.normalised }];
  });
}
