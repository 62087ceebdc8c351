/** A number as telephone systems write it: signs between digits are dropped, `00` in front is a plus. */
export function readNumber(written: string): string {
  const bare = written
    .trim()
    .replace(/^(tel|sip|callto):/i, "")
    .replace(/@.*$/, "");
  const digits = bare.replaceAll(/[^0-9+]/g, "");
  return digits.startsWith("00") ? `+${digits.slice(2)}` : digits;
}
