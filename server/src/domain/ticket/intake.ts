/**
 * Intake: the texts of tickets and messages as they are stored. Invariant: nothing is lost for its form; what is too long
 * is cut, and the response names it.
 */
import { type ChannelType, cleanLine, codePoints } from "@dossier/api";
import { decodeWords } from "postal-mime";
import { type RequestContext, wireNameOf } from "../context.ts";
import { type Party, readParty } from "./party.ts";

/** The maximum length of a line, in code points. */
const maxLine = 255;
/** What is read of a line: encoded words are longer than the text in them. */
const maxRead = 8192;

/** Cuts lines, and remembers by their names in the request which ones. */
export class LineCutter {
  readonly #ctx: RequestContext;
  readonly #cut = new Set<string>();

  constructor(ctx: RequestContext) {
    this.#ctx = ctx;
  }

  /** As much of a text as is stored. */
  fit(field: string, text: string): string {
    if (text.length <= maxLine || codePoints(text) <= maxLine) return text;
    this.#cut.add(wireNameOf(this.#ctx, field));
    return Array.from(text.slice(0, 2 * maxLine))
      .slice(0, maxLine)
      .join("")
      .trimEnd();
  }

  /** A text of an e-mail's head, in which encoded words (RFC 2047) are decoded. */
  fitHeader(field: string, type: ChannelType | undefined, text: string): string {
    const isEncoded = type?.rule === "email" && text.includes("=?");
    return this.fit(field, isEncoded ? cleanLine(decodeWords(text.slice(0, maxRead))) : text);
  }

  /** For the response: the fields that were cut. */
  get truncated(): { truncated?: string[] } {
    return this.#cut.size > 0 ? { truncated: [...this.#cut] } : {};
  }
}

const asSent = (shown: string): Party => ({ shown, name: "", addresses: [] });

/** What was sent of a ticket's parties and title. */
interface SentTicket {
  type: ChannelType;
  direction: "inbound" | "outbound";
  from: string;
  fromName: string;
  to: string;
  title: string;
}

/**
 * Reads the parties and the title of a ticket; only the contact's address is taken out of its header.
 *
 * @param names our names of the fields, where the endpoint has others
 */
export function readTicketTexts(
  cutter: LineCutter,
  { type, direction, from, fromName, to, title }: SentTicket,
  names = { title: "title" },
) {
  const contact = readParty(type, direction === "inbound" ? from : to);
  const [sender, recipient] = direction === "inbound" ? [contact, asSent(to)] : [asSent(from), contact];
  return {
    type,
    direction,
    from: cutter.fit("from", sender.shown),
    fromName: cutter.fitHeader("fromName", type, fromName === "" ? sender.name : fromName),
    to: cutter.fit("to", recipient.shown),
    contact: contact.addresses[0],
    title: cutter.fitHeader(names.title, type, title),
  };
}
