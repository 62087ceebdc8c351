/** Field types of times. */
import { fieldType } from "./field.ts";

/** The maximum length of an instant; it allows any useful number of fractional digits. */
const maxInstantLength = 64;
const minInstant = Date.parse("0001-01-01T00:00:00Z");
const maxInstant = Date.parse("9999-12-31T23:59:59.999Z");

/**
 * RFC 3339, and what programs print that has no other meaning: no seconds and the name of the zone in brackets (Java), a
 * blank before the distance, and `UTC` (Ruby).
 */
const instantPattern =
  /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(?:(:\d\d)(?:[.,](\d+))?)?(?: ?(?:[Zz]|UTC|GMT)| ?([+-]\d\d)(?::?(\d\d))?)(?:\[[\w/+-]{1,40}\])?$/;

/** A `+` that was not percent-encoded arrives as a blank; a distance without a sign has no other meaning. */
const withLostPlus = (text: string) => text.replace(/ (?=\d\d:\d\d(?:\[|$))/, "+");

/** A moment, exact to a microsecond; what is finer is cut off. */
interface Moment {
  date: Date;
  /** in UTC, with six digits of its second's fraction */
  text: string;
}

/** Reads a time with its distance from UTC, which may lack its colon or its minutes. */
function readMoment(text: string, fault: (message: string) => undefined): Moment | undefined {
  const match = text.length <= maxInstantLength ? instantPattern.exec(withLostPlus(text)) : null;
  const [, day = "", time = "", seconds = ":00", fraction = "", hours, minutes = "00"] = match ?? [];
  const zone = hours === undefined ? "Z" : `${hours}:${minutes}`;
  const digits = fraction.slice(0, 6).padEnd(6, "0");
  const date = new Date(`${day}T${time}${seconds}.${digits.slice(0, 3)}${zone}`);
  if (!match || !isCalendarDay(text) || Number.isNaN(date.getTime()))
    return fault(
      "must be a time with its distance from UTC, such as 2026-11-23T18:00:00Z or 2026-11-23T19:00:00+01:00",
    );
  if (date.getTime() < minInstant || date.getTime() > maxInstant)
    return fault("must be a time in the years 0001 to 9999 of UTC");
  return { date, text: date.toISOString().replace("Z", `${digits.slice(3)}Z`) };
}

const dateTime = { type: "string", format: "date-time" };

/** An instant; the client may pass a `Date`. It is within the years that RFC 3339 and the database can both represent in UTC, cut to milliseconds. */
export const instant = fieldType<Date, Date | string>(
  dateTime,
  (text, fault) => readMoment(text, fault)?.date,
);
/** The same where its absence would do more than was meant: empty text is a fault too. */
export const protectiveInstant = fieldType<Date, Date | string>(
  dateTime,
  (text, fault) => readMoment(text, fault)?.date,
  "invalid",
);
/** The same as text in UTC, cut to microseconds. */
export const preciseInstant = fieldType<string, Date | string>(
  dateTime,
  (text, fault) => readMoment(text, fault)?.text,
);

/** Whether the calendar has this day: `Date` turns 30 February into 2 March. */
function isCalendarDay(text: string): boolean {
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10));
}
