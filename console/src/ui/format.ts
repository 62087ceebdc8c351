/** Dates, times and values, in the reader's language and zone. */
import type { CustomValue } from "@dossier/api";
import type { Text } from "../text/en.ts";

const dayMs = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function format(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(language, options);
  formats.set(key, made);
  return made;
}

/** The language that dates are written in: the browser's own variant of the page's language. */
function localeOf(): string {
  const { lang } = document.documentElement;
  return navigator.languages.find((tag) => tag.startsWith(lang)) ?? lang;
}

export const clock = (at: string | Date) =>
  format(localeOf(), { hour: "numeric", minute: "2-digit" }).format(new Date(at));

/** The number of a day in the reader's zone. */
export function dayOf(at: string | Date): number {
  const date = new Date(at);
  return Math.floor((date.getTime() - date.getTimezoneOffset() * 60_000) / dayMs);
}

/** A day as a heading: "Today", "Friday 13 November", with the year where it is another. */
export function dayName(at: string | Date, text: Text): { name: string; beside: string } {
  const date = new Date(at);
  const ago = dayOf(new Date()) - dayOf(date);
  const sameYear = date.getFullYear() === new Date().getFullYear();
  const long = format(localeOf(), {
    weekday: "long",
    day: "numeric",
    month: "long",
    ...(sameYear ? {} : { year: "numeric" }),
  }).format(date);
  if (ago === 0) return { name: text.words.today, beside: long };
  if (ago === 1) return { name: text.words.yesterday, beside: long };
  return { name: long, beside: ago > 1 ? relative(ago) : "" };
}

/** How long ago, in the largest unit that fits. */
function relative(days: number): string {
  const words = new Intl.RelativeTimeFormat(localeOf(), { numeric: "auto" });
  if (days < 7) return words.format(-days, "day");
  if (days < 31) return words.format(-Math.round(days / 7), "week");
  if (days < 365) return words.format(-Math.round(days / 30.4), "month");
  return words.format(-Math.floor(days / 365), "year");
}

/** A moment in few letters: the time today, the weekday this week, else the date. */
export function shortTime(at: string | Date, text: Text): string {
  const ago = dayOf(new Date()) - dayOf(at);
  const date = new Date(at);
  if (ago === 0) return clock(at);
  if (ago === 1) return text.words.yesterday;
  if (ago > 0 && ago < 7)
    return format(localeOf(), { weekday: "short", day: "numeric", month: "short" }).format(date);
  const year = date.getFullYear() === new Date().getFullYear() ? {} : ({ year: "numeric" } as const);
  return format(localeOf(), { day: "numeric", month: "short", ...year }).format(date);
}

export const longDate = (at: string | Date) =>
  format(localeOf(), { day: "numeric", month: "long", year: "numeric" }).format(new Date(at));

/** The exact moment, with the zone and in UTC, for a title. */
export function exactTime(at: string | Date): string {
  const date = new Date(at);
  const here = format(localeOf(), { dateStyle: "full", timeStyle: "long" }).format(date);
  return `${here} · ${date.toISOString()}`;
}

/** The value of a custom field for reading. */
export function valueText(value: CustomValue, text: Text): string {
  if (typeof value === "boolean") return value ? text.customer.yes : text.customer.no;
  if (typeof value === "number") return value.toLocaleString(localeOf());
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return longDate(`${value}T12:00:00`);
  return value;
}

/** A name such as `loyalty_tier` as words, where a field has no label. */
export function words(name: string): string {
  const spaced = name.replaceAll(/[_-]+/g, " ").trim();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
