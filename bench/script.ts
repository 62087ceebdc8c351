/**
 * Translates recorded statements into a pgbench script. The same request is recorded with two sets of numbers; equal
 * values are constants, different ones must follow from the numbers or from a row that an earlier statement returned.
 * Anything else is an error, so that no script does other work than Dossier did.
 */
import type { RecordedStatement, Step } from "./record.ts";
import type { Numbers } from "./workloads.ts";

/** A script, and its constants for pgbench. */
export interface Script {
  text: string;
  constants: Record<string, string>;
}

interface Recording {
  steps: Step[];
  numbers: Numbers;
}

const setNumbers = `\\set n random(0, :ranges_n - 1) + 1
\\set e 50 * random(0, :ranges_e - 1) + 7
\\set h 100 * random(0, :ranges_h - 1) + 1
\\set count :count + 1
\\set m :fresh + 1000000 * :client_id + :count
`;

/** Writes the script of an operation recorded twice. `id` separates the constants of several scripts. */
export function scriptOf(id: string, one: Recording, other: Recording): Script {
  if (one.steps.length !== other.steps.length)
    throw new Error("the two recordings have not the same statements");
  const constants: Record<string, string> = {};
  const answered = new Set<number>();
  const lines = one.steps.map((step, at) => {
    const counterpart = other.steps[at];
    if (typeof step === "string" || typeof counterpart !== "object") {
      if (step !== counterpart || typeof step !== "string")
        throw new Error("the two recordings have not the same transactions");
      return `${step.toUpperCase()};`;
    }
    if (step.text !== counterpart.text)
      throw new Error(`${step.name} is ${counterpart.name} in the other recording`);
    if (/[^:]:[A-Za-z]/.test(step.text))
      throw new Error(`${step.name} holds what pgbench takes for a variable`);
    const written = step.values.map((value, n) => {
      const pair = { one: value, other: counterpart.values[n] };
      if (JSON.stringify(pair.one) === JSON.stringify(pair.other))
        return constant(`${id}_${at}_${n}`, value, constants);
      const found = traceValue(pair, { one, other, at });
      if (!found) throw new Error(`${step.name}: nothing says where $${n + 1} comes from`);
      if (found.answered !== undefined) answered.add(found.answered);
      return found.text;
    });
    return step.text.replace(/\$(\d+)/g, (_, n: string) => written[Number(n) - 1] ?? "NULL");
  });
  const ended = lines.map((line, at) => {
    if (line.endsWith(";")) return line;
    return answered.has(at) ? `${line} \\gset r${at}_` : `${line};`;
  });
  return { text: `${setNumbers}${ended.join("\n")}\n`, constants };
}

/** Passed as a variable, so that PostgreSQL sees a parameter, as it does from Dossier. */
function constant(name: string, value: unknown, constants: Record<string, string>): string {
  if (value === null || value === undefined) return "NULL";
  if (value === "") return "''"; // pgbench accepts no empty variable
  constants[name] = textOf(value);
  return `:${name}`;
}

interface Pair {
  one: unknown;
  other: unknown;
}

interface ValueContext {
  one: Recording;
  other: Recording;
  at: number;
}

/** An expression, and the statement whose row it uses. */
interface ValueSource {
  text: string;
  answered?: number;
}

function traceValue(pair: Pair, place: ValueContext): ValueSource | undefined {
  if (Array.isArray(pair.one) && Array.isArray(pair.other)) return traceArray(pair.one, pair.other, place);
  const row = fromRow(pair, place);
  if (row) return { text: `:${row.name}`, answered: row.answered };
  const pieces = fromNumbers(pair, place);
  if (!pieces) return undefined;
  const [only] = pieces;
  if (pieces.length === 1 && only?.startsWith(":")) return { text: only.replace("::text", "") };
  return { text: `(${pieces.join(" || ")})` };
}

/** The text of an array, built from its elements. */
function traceArray(one: unknown[], other: unknown[], place: ValueContext): ValueSource | undefined {
  if (one.length !== other.length) return undefined;
  const found = one.map((element, n): ValueSource | undefined => {
    const pair = { one: element, other: other[n] };
    if (pair.one === pair.other) return { text: quote(textOf([element]).slice(1, -1)) };
    const row = fromRow(pair, place);
    const inner = row ? [`:${row.name}::text`] : fromNumbers(pair, place);
    if (!inner) return undefined;
    const mark = typeof element === "string" ? [`'"'`] : [];
    const text = [...mark, ...inner, ...mark].join(" || ");
    return row ? { text, answered: row.answered } : { text };
  });
  if (found.includes(undefined)) return undefined;
  const all = found as ValueSource[];
  const answered = new Set(all.flatMap((element) => element.answered ?? []));
  if (answered.size > 1) return undefined;
  const type = one.every((element) => typeof element === "number") ? "bigint[]" : "text[]";
  const text = `('{' || ${all.map((element) => element.text).join(" || ',' || ")} || '}')::${type}`;
  const [from] = answered;
  return from === undefined ? { text } : { text, answered: from };
}

/** A column of the only row that an earlier statement returned, the latest first. */
function fromRow({ one: value, other: counterpart }: Pair, { one, other, at }: ValueContext) {
  for (let n = at - 1; n >= 0; n -= 1) {
    const [here, there] = [one.steps[n], other.steps[n]].map((step) => onlyRow(step));
    if (!here || !there) continue;
    const column = Object.keys(here).find((key) => here[key] === value && there[key] === counterpart);
    if (column) return { name: `r${n}_${column}`, answered: n };
  }
  return undefined;
}

function onlyRow(step: Step | undefined): RecordedStatement["rows"][number] | undefined {
  return typeof step === "object" && step.rows.length === 1 ? step.rows[0] : undefined;
}

const names = ["m", "n", "e", "h"] as const;
const minDigits = 4; // shorter ends of a number are not searched for

/** Texts and numbers, in turn, of which both values are composed in the same way. */
function fromNumbers(pair: Pair, { one, other }: ValueContext): string[] | undefined {
  const [a, b] = [cut(textOf(pair.one), one.numbers), cut(textOf(pair.other), other.numbers)];
  return JSON.stringify(a) === JSON.stringify(b) ? a : undefined;
}

/** The text in expressions: quoted texts, `:n::text`, or the last digits of a number. */
function cut(text: string, numbers: Numbers): string[] {
  const tail = cutTail(text, numbers);
  if (tail) return tail;
  for (const name of names) {
    const digits = String(numbers[name]);
    for (let length = digits.length; length >= minDigits; length -= 1) {
      const at = text.indexOf(digits.slice(-length));
      if (at < 0) continue;
      const piece = length === digits.length ? `:${name}::text` : `right(:${name}::text, ${length})`;
      const [before, after] = [text.slice(0, at), text.slice(at + length)];
      return [...cutRest(before, numbers), piece, ...cutRest(after, numbers)];
    }
  }
  return [quote(text)];
}

/** The term of a telephone number's tail, with the digit before the tail behind its third (domain/search/terms.ts). */
function cutTail(text: string, numbers: Numbers): string[] | undefined {
  const [, head, before, rest = ""] = /^t(\d{3})(\d)(\d*)$/.exec(text) ?? [];
  if (head === undefined || before === undefined) return undefined;
  const digitsOf = (end: string) => names.find((one) => String(numbers[one]).endsWith(end));
  const inside = digitsOf(before + head + rest);
  const name = inside ?? digitsOf(head + rest); // the digit before it may precede the number
  if (name === undefined) return undefined;
  const tail = `right(:${name}::text, ${head.length + rest.length})`;
  const own = inside ? `left(right(:${name}::text, ${1 + head.length + rest.length}), 1)` : quote(before);
  return ["'t'", `left(${tail}, 3)`, own, `substr(${tail}, 4)`];
}

function cutRest(text: string, numbers: Numbers): string[] {
  return text === "" ? [] : cut(text, numbers);
}

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** A value as pg sends it. */
function textOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return `\\x${value.toString("hex")}`;
  if (Array.isArray(value)) return `{${value.map(element).join(",")}}`;
  return typeof value === "string" ? value : JSON.stringify(value);
}

function element(value: unknown): string {
  if (value === null) return "NULL";
  return typeof value === "string" ? `"${value.replace(/["\\]/g, "\\$&")}"` : textOf(value);
}
