/** Numbers put into the places that a request has for them. */
import type { Numbers, Request } from "./workloads.ts";

const place = /\{([nehm])\}/g;

/** The request with these numbers in it. */
export function fillIn(request: Request, numbers: Numbers): Request {
  const fill = (text: string) => text.replace(place, (_, name: keyof Numbers) => String(numbers[name]));
  const { body, path } = request;
  return { ...request, path: fill(path), ...(body === undefined ? {} : { body: fill(body) }) };
}

/** A text cut at its places: texts and the names of numbers, in turn. */
export function piecesOf(text: string): ({ text: string } | { number: keyof Numbers })[] {
  return text
    .split(place)
    .map((piece, at) => (at % 2 === 0 ? { text: piece } : { number: piece as keyof Numbers }))
    .filter((piece) => "number" in piece || piece.text !== "");
}

/** How a load tool draws numbers: `n` is k + 1, `e` is 50 k + 7, `h` is 100 k + 1, with k from 0 to below these. */
export function rangesOf(customers: number): Record<"n" | "e" | "h", number> {
  return { n: customers, e: Math.floor(customers / 50), h: Math.floor(customers / 100) };
}

/** Numbers never used before have twelve digits: a run's own three, and a count. */
export function firstFresh(run: number): number {
  return (1000 + (run % 9000)) * 1e8;
}
