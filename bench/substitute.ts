/** Substitution of numbers into the placeholders of a request. */
import type { Numbers, Request } from "./workloads.ts";

const placeholder = /\{([nehm])\}/g;

/** The request with these numbers. */
export function substitute(request: Request, numbers: Numbers): Request {
  const fill = (text: string) => text.replace(placeholder, (_, name: keyof Numbers) => String(numbers[name]));
  const { body, path } = request;
  return { ...request, path: fill(path), ...(body === undefined ? {} : { body: fill(body) }) };
}

/** A text split at its placeholders: texts and the names of numbers, in turn. */
export function splitTemplate(text: string): ({ text: string } | { number: keyof Numbers })[] {
  return text
    .split(placeholder)
    .map((piece, at) => (at % 2 === 0 ? { text: piece } : { number: piece as keyof Numbers }))
    .filter((piece) => "number" in piece || piece.text !== "");
}

/** How a load tool draws numbers: `n` is k + 1, `e` is 50 k + 7, `h` is 100 k + 1, with k from 0 to below these. */
export function rangesOf(customers: number): Record<"n" | "e" | "h", number> {
  return { n: customers, e: Math.floor(customers / 50), h: Math.floor(customers / 100) };
}

/** Unused numbers have twelve digits: three of the run, and a count. */
export function firstUnusedNumber(run: number): number {
  return (1000 + (run % 9000)) * 1e8;
}
