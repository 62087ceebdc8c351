/**
 * Retry-After (RFC 9110, 10.2.3): seconds, or a date. Only the three date formats of HTTP count as one, because
 * `Date.parse` also takes "-5" and "soon 5" for dates.
 */

const dateFormats = [
  /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
];

/**
 * The seconds that a `Retry-After` header asks to wait: 0 for a past date, undefined for a missing header or any other
 * text. `now` is the moment of the response, in milliseconds since 1970. The result has no upper bound: set one.
 *
 * @example
 * parseRetryAfter("120", Date.now()); // 120
 * parseRetryAfter("Thu, 01 Jan 1970 00:01:00 GMT", 0); // 60
 * parseRetryAfter("soon", Date.now()); // undefined
 */
export function parseRetryAfter(header: string | null | undefined, now: number): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d{1,15}(\.\d{1,15})?$/.test(text)) return Number(text);
  if (!dateFormats.some((format) => format.test(text))) return undefined;
  const seconds = (Date.parse(text.endsWith("GMT") ? text : `${text} GMT`) - now) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}
