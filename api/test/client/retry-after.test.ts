// Retry-After: seconds or one of the three date formats of HTTP; anything else asks for nothing.
import { expect, test } from "vitest";
import { parseRetryAfter } from "../../src/index.ts";

const now = Date.UTC(1994, 10, 6, 8, 49, 0);

test.each([
  ["0", 0],
  ["120", 120],
  [" 17 ", 17],
  ["1.5", 1.5],
  ["1994", 1994],
  ["999999999999999", 999_999_999_999_999],
  ["Sun, 06 Nov 1994 08:49:37 GMT", 37],
  ["Sunday, 06-Nov-94 08:49:37 GMT", 37],
  ["Sun Nov  6 08:49:37 1994", 37],
  ["Sun, 06 Nov 1994 08:48:00 GMT", 0],
  ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
  ["Fri, 31 Dec 9999 23:59:59 GMT", (Date.UTC(9999, 11, 31, 23, 59, 59) - now) / 1000],
])("%j asks to wait for %d s", (header, seconds) => {
  expect(parseRetryAfter(header, now)).toBe(seconds);
});

test.each([
  null,
  undefined,
  "",
  "  ",
  "-5",
  "+5",
  "5 minutes",
  "soon 5",
  "tomorrow",
  "1e9",
  "0x10",
  "Infinity",
  "NaN",
  "9".repeat(400),
  "1994-11-06",
  "Sun, 99 Nov 1994 08:49:37 GMT",
  "Sun, 06 Foo 1994 08:49:37 GMT",
  "Sun, 06 Nov 1994 08:49:37 GMT, 5",
])("%j asks for nothing", (header) => {
  expect(parseRetryAfter(header, now)).toBeUndefined();
});

test("a date means nothing while the moment of the response is unknown; seconds do", () => {
  expect(parseRetryAfter("Sun, 06 Nov 1994 08:49:37 GMT", Number.NaN)).toBeUndefined();
  expect(parseRetryAfter("7", Number.NaN)).toBe(7);
});
