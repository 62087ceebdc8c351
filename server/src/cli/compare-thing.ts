/**
 * When two answers say the same: what a migration must keep (names, primary id, addresses, custom fields, what
 * happened and in which order), and nothing that a server gives out itself (ids, versions, numbers of channel types).
 */
import type { Page, Thing } from "./compare-server.ts";

/** What is not the same, in one field of an answer. */
export interface Unlike {
  field: string;
  old: string;
  new: string;
}

const none = "none";

/** A value as text; whether a number was sent as one is not a difference. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The addresses of a customer, whatever form its channels have. */
export function addressesOf(one: Thing): string[] {
  const { channels } = one;
  if (typeof channels !== "object" || channels === null) return [];
  const values = Object.values(channels as Record<string, unknown>).flat();
  const texts = values.map((channel) => {
    if (typeof channel !== "object" || channel === null) return textOf(channel);
    const { address, value } = channel as Thing;
    return textOf(address ?? value);
  });
  return texts.filter((text) => text !== "");
}

/** The name of an address's channel type, where the answer tells it. */
function typesOf(one: Thing): Map<string, string> {
  const channels = Array.isArray(one.channels) ? (one.channels as unknown[]) : [];
  const told = channels.flatMap((channel) => {
    const { address, value, channel_name: name } = (channel ?? {}) as Thing;
    return typeof name === "string"
      ? [[textOf(address ?? value), name.toLowerCase()] as [string, string]]
      : [];
  });
  return new Map(told);
}

/** The names under which a customer's fields are told. */
const fixed = ["firstname", "lastname"];

const customOf = (one: Thing) => Object.keys(one).filter((name) => name.startsWith("custom_"));

/** Two customers. The custom fields of the new one count only where the old server shows any: not all do. */
export function compareCustomers(old: Thing, now: Thing): Unlike[] {
  const tellsAll = "version" in old || customOf(old).length > 0;
  const names = new Set([...fixed, ...customOf(old), ...(tellsAll ? customOf(now) : [])]);
  const fields = [...names].flatMap((field) => unlike(field, textOf(old[field]), textOf(now[field])));
  return [...fields, ...compareChannels(old, now)];
}

function unlike(field: string, old: string, now: string): Unlike[] {
  return old === now ? [] : [{ field, old: old || none, new: now || none }];
}

function compareChannels(old: Thing, now: Thing): Unlike[] {
  const [before, after] = [addressesOf(old), addressesOf(now)];
  const [was, is] = [typesOf(old), typesOf(now)];
  const lost = before.filter((address) => !after.includes(address));
  const added = after.filter((address) => !before.includes(address));
  const moved = before.flatMap((one) => {
    const [old, now] = [was.get(one), is.get(one)];
    return old && now && old !== now ? [{ field: `channel of ${one}`, old, new: now }] : [];
  });
  return [
    ...lost.map((address) => ({ field: "channels", old: address, new: none })),
    ...added.map((address) => ({ field: "channels", old: none, new: address })),
    ...moved,
  ];
}

/** What an item of a timeline says, with its time where both tell one. */
function storyOf(item: Thing, timed: boolean): string {
  const text = textOf(item.description ?? item.message ?? item.content ?? item.title);
  const kind = textOf(item.event_type ?? item.type);
  const at = new Date(textOf(item.created_at));
  const time = timed && !Number.isNaN(at.getTime()) ? `${at.toISOString()} ` : "";
  return `${time}${kind ? `${kind}: ` : ""}${text}`;
}

/** Two timelines, as far as the first page goes. */
export function compareTimelines(old: Page, now: Page): Unlike[] {
  const timed = [...old.items, ...now.items].every((item) => "created_at" in item);
  const [before, after] = [old, now].map(({ items }) => items.map((item) => storyOf(item, timed))) as [
    string[],
    string[],
  ];
  const totals = unlike("items in all", String(old.total), String(now.total));
  const lost = without(before, after).map((item) => ({ field: "item", old: item, new: none }));
  const added = without(after, before).map((item) => ({ field: "item", old: none, new: item }));
  if (lost.length + added.length > 0) return [...totals, ...lost, ...added];
  const at = before.findIndex((item, place) => item !== after[place]);
  return at < 0
    ? totals
    : [...totals, { field: `order, place ${at + 1}`, old: before[at] ?? none, new: after[at] ?? none }];
}

/** What stands in the one list and not in the other, as often as it does. */
function without(one: readonly string[], other: readonly string[]): string[] {
  const left = [...other];
  return one.filter((text) => {
    const at = left.indexOf(text);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
