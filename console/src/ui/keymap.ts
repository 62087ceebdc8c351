/**
 * Keymap: every key of the console, once, with its act and where it acts. Handlers are found by act, and the list of keys
 * and the hints beside acts are made from it. Invariant: at one place a key has one act.
 */
import type { Permission } from "@dossier/api";

/**
 * A page, or a part of several. A `list` has rows to move among: `links` lead to pages, `opens` open a menu, a dialog or
 * more of the row. `record` is a customer or a ticket. In `stream` and `note` the focus has to be inside, which handles its
 * keys itself.
 */
export type Place =
  | "everywhere"
  | "list"
  | "links"
  | "opens"
  | "record"
  | "customers"
  | "customer"
  | "tickets"
  | "ticket"
  | "call"
  | "form"
  | "system"
  | "stream"
  | "note";

interface KeyEntry {
  /** `n`, `/`, `ctrl+k`, `alt+n`, `g c` (one after the other); more than one: each does it */
  keys: readonly string[];
  /** more than one act alike: the key says which */
  isRange?: true;
  places: readonly Place[];
  /** the act is there for keys with all of these */
  needs?: readonly Permission[];
}

export const keymap = {
  search: { keys: ["/"], places: ["everywhere"], needs: ["CUSTOMER_READ"] },
  palette: { keys: ["ctrl+k"], places: ["everywhere"] },
  goCustomers: { keys: ["g c"], places: ["everywhere"], needs: ["CUSTOMER_READ"] },
  goTickets: { keys: ["g t"], places: ["everywhere"], needs: ["TICKET_READ"] },
  goSettings: { keys: ["g s"], places: ["everywhere"] },
  undo: { keys: ["u", "ctrl+z"], places: ["everywhere"] },
  help: { keys: ["?"], places: ["everywhere"] },
  down: { keys: ["ArrowDown", "j"], places: ["list"] },
  up: { keys: ["ArrowUp", "k"], places: ["list"] },
  first: { keys: ["Home"], places: ["list"] },
  last: { keys: ["End"], places: ["list"] },
  open: { keys: ["Enter"], places: ["links", "opens"] },
  openTab: { keys: ["ctrl+Enter"], places: ["links"] },
  newCustomer: { keys: ["n", "alt+n"], places: ["customers", "call"], needs: ["CUSTOMER_CUD"] },
  copyNumber: { keys: ["alt+c"], places: ["customers"] },
  choose: { keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"], isRange: true, places: ["call"] },
  back: { keys: ["Escape"], places: ["record", "call"] },
  previous: { keys: ["["], places: ["record"] },
  next: { keys: ["]"], places: ["record"] },
  addEvent: { keys: ["e"], places: ["customer"], needs: ["CUSTOMER_CUD"] },
  addChannel: { keys: ["a"], places: ["customer"], needs: ["CUSTOMER_CUD"] },
  askCrm: { keys: ["r"], places: ["customer"], needs: ["CUSTOMER_CUD"] },
  copyMenu: { keys: ["c"], places: ["customer"] },
  moreActions: { keys: ["."], places: ["customer"] },
  show: { keys: ["1", "2", "3", "4", "5"], isRange: true, places: ["customer"] },
  goToDay: { keys: ["j"], places: ["customer"] },
  nextItem: { keys: ["PageDown"], places: ["stream"] },
  previousItem: { keys: ["PageUp"], places: ["stream"] },
  link: { keys: ["l"], places: ["tickets", "ticket"], needs: ["TICKET_UPDATE", "CUSTOMER_READ"] },
  write: { keys: ["w"], places: ["ticket"], needs: ["MESSAGE_CREATE"] },
  keep: { keys: ["ctrl+Enter"], places: ["note"] },
  save: { keys: ["ctrl+s"], places: ["form"] },
  checkAgain: { keys: ["r"], places: ["system"] },
} as const satisfies Record<string, KeyEntry>;

export type Act = keyof typeof keymap;

export const acts = Object.entries(keymap) as [Act, KeyEntry][];

const signs: Record<string, string> = {
  ArrowDown: "↓",
  ArrowUp: "↑",
  Enter: "↵",
  Escape: "Esc",
  PageDown: "PgDn",
  PageUp: "PgUp",
  ctrl: "Ctrl",
  alt: "Alt",
};

/** The ways to press the keys of an act, each as the keys in order: `[["N"], ["Alt", "N"]]`. */
export function waysOf(act: Act): string[][] {
  const { keys, isRange }: KeyEntry = keymap[act];
  const ways = keys.map((key) =>
    key.split(/[+ ](?=.)/).map((one) => signs[one] ?? (one.length === 1 ? one.toUpperCase() : one)),
  );
  return isRange ? [[ways[0]?.[0] ?? "", "…", ways.at(-1)?.[0] ?? ""]] : ways;
}
