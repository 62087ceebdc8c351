// Hostile input: 100 KB of text that is slow for naive parsers, through everything that reads input: each field of each
// endpoint, the names of fields, headers, paths, and the input of command line and CRM. The endpoints are read from the
// table.
import {
  api,
  builtinTypes,
  customFieldKey,
  customTypes,
  decode,
  findType,
  isDossierError,
  normaliseAddress,
  rows,
  verifyWebhook,
  parseRetryAfter,
  wireName,
} from "@dossier/api";
import type { FastifyRequest } from "fastify";
import { describe, expect, test } from "vitest";
import { oneLine } from "../../src/cli/output/text-width.ts";
import { mapResult, parseResults } from "../../src/domain/crm/response.ts";
import type { Brand } from "../../src/domain/brand/row.ts";
import { convertValue, parseCustomValue } from "../../src/domain/custom-field/value.ts";
import { readIfMatch, readIdempotencyKey } from "../../src/http/conditional-headers.ts";
import { readCredential } from "../../src/http/credentials.ts";
import { readHead } from "../../src/http/body/part.ts";
import { createRouter } from "../../src/http/router.ts";
import { parseTarget } from "../../src/egress/url-policy.ts";
import { cpuOf } from "../support/cpu-time.ts";

const bar = 10; // milliseconds of CPU: quadratic code takes hundreds
const length = 100_000;

/** Each is repeated to 100 KB, with a mismatch at its end. */
const hostile: Record<string, string> = {
  digits: repeated("1"),
  fractions: repeated("1."),
  exponents: repeated("1e"),
  blanks: `a${repeated(" ")}`,
  lines: `a${repeated("\r\n\t")}`,
  brackets: repeated("["),
  closed: `${repeated("[")}]`,
  quotes: repeated('"'),
  escapes: `"${repeated("\\")}`,
  slashes: repeated("/"),
  ats: repeated("a@"),
  labels: `a@${repeated("a.")}`,
  addresses: `https://${repeated("a.")}`,
  paths: `https://example.org/${repeated("../../")}`,
  "what a URL escapes": repeated("%41"),
  "marks out of order": `a${"\u0301".repeat(length / 2)}${"\u0316".repeat(length / 2)}`,
  "marks out of order by turns": `a${repeated("\u0301\u0316")}`,
  "letters of many": repeated("\ufdfa"),
  syllables: repeated("\u1100\u1161\u11a8"),
  flags: repeated("🇩"),
  "halves of pairs": repeated("\ud800"),
  objects: repeated('{"a":'),
  "one of two words": `false${repeated(" false")}`,
};

function repeated(text: string): string {
  return `${text.repeat(Math.ceil(length / text.length)).slice(0, length)}!`;
}

/** Runs it, whether or not it throws: an error is a valid result of a parser. */
function tryTo(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!isDossierError(error) && !(error instanceof Error && error.constructor.name.startsWith("Crm")))
      throw error;
  }
}

async function dear(read: (text: string) => unknown, longest = length): Promise<string[]> {
  const found: string[] = [];
  for (const [what, whole] of Object.entries(hostile)) {
    const text = whole.slice(-longest);
    const cost = await cpuOf(() => tryTo(() => read(text)), bar);
    if (cost > bar) found.push(`${what}: ${cost.toFixed(1)} ms`);
  }
  return found;
}

const types = builtinTypes;

test.each(rows())("every field of $name is read or refused in milliseconds", async ({ row }) => {
  const names = Object.keys(row.input.shape).flatMap((ours) => {
    if (ours === "custom") return ["custom_x", "x"];
    return ours === "channels"
      ? ["extra_email", "extra_telephone", "extra_phonenumber"]
      : [wireName(row, ours)];
  });
  for (const name of names) {
    const read = (text: string) =>
      decode(
        row,
        [{ name, values: [text, text], list: false }],
        "id" in row.input.shape ? text : undefined,
        types,
      );
    expect([name, await dear(read)]).toEqual([name, []]);
  }
  const pathId = "id" in row.input.shape ? "1" : undefined;
  const pair = (text: string) => [
    { name: "customerChannelType_0", values: [text], list: false },
    { name: "customerChannelValue_0", values: [text], list: false },
  ];
  expect(await dear((text) => decode(row, pair(text), pathId, types))).toEqual([]);
  for (const begin of ["", "custom_", "customerChannelType_", "extra_"]) // of 1 KiB at most (http/limits.test.ts)
    expect([
      begin,
      await dear(
        (text) => decode(row, [{ name: begin + text, values: ["x"], list: false }], pathId, types),
        1024,
      ),
    ]).toEqual([begin, []]);
});

const requestWith = (headers: Record<string, string>, url = "/") =>
  ({ headers, raw: { url, headers }, method: "GET" }) as unknown as FastifyRequest;
const secret = { current: Buffer.alloc(32) };
const route = createRouter();
const brand = { id: 1, crm_field_map: {}, custom_fields: "open" } as unknown as Brand;
const field = { id: 1, brand_id: 1, name: "x", name_key: "x", label: "x", options: ["gold"] };

/**
 * Headers and paths: Node rejects more than 16 KiB of them in all (http/limits.test.ts), and so does multipart
 * (http/body/hostile.test.ts).
 */
const short: Record<string, (text: string) => unknown> = {
  "If-Match": (text) => readIfMatch(api.customer.update, requestWith({ "if-match": text })),
  "Idempotency-Key": (text) =>
    readIdempotencyKey(api.customer.create, requestWith({ "idempotency-key": text }), {}, secret),
  Authorization: (text) => readCredential(requestWith({ authorization: `Bearer ${text}` }), true, secret),
  "another scheme": (text) => readCredential(requestWith({ authorization: text }), true, secret),
  "a cookie": (text) =>
    readCredential(requestWith({ cookie: `dossier_session=${text};${text}` }), true, secret),
  "a key in the query": (text) => readCredential(requestWith({}, `/?apiKey=${text}`), true, secret),
  "a path": (text) => route("GET", `/api/v2/customer/${text}`),
  "a Retry-After": (text) => parseRetryAfter(text, 0),
  "the head of a part": (text) => readHead(`\r\nContent-Disposition: form-data; name="${text}`),
  "a header of a part": (text) => readHead(`\r\n${text}: ${text}`),
};

const readers: Record<string, (text: string) => unknown> = {
  "a channel type": (text) => findType(types, text),
  "a custom field's name": customFieldKey,
  ...Object.fromEntries(
    [...new Set(builtinTypes.map(({ rule }) => rule))].map((rule) => [
      `an address (${rule})`,
      (text: string) => normaliseAddress(rule, text),
    ]),
  ),
  ...Object.fromEntries(
    customTypes.flatMap((type) => [
      [`a custom value (${type})`, (text: string) => parseCustomValue({ ...field, type }, text)],
      [`a stored value that becomes a ${type}`, (text: string) => convertValue({ ...field, type }, text)],
    ]),
  ),
  "the address of a webhook or a CRM": (text) => parseTarget(text, new Set()),
  "a line for the terminal": oneLine,
  "a CRM's answer": (text) => parseResults(brand, { status: 200, body: Buffer.from(text) }),
  "a CRM's values": (text) =>
    mapResult(brand, types, [
      {
        primary_id: text,
        firstname: text,
        email: text,
        custom_x: text,
        [`custom_${text}`]: text,
        channels: [{ type: text, value: text }],
      },
    ]),
};

describe("what else is read", () => {
  test.each(Object.entries(readers))("%s takes milliseconds", async (_what, read) => {
    expect(await dear(read)).toEqual([]);
  });

  test.each(Object.entries(short))("%s takes milliseconds", async (_what, read) => {
    expect(await dear(read, 16 * 1024)).toEqual([]);
  });

  test("a delivery of a webhook takes milliseconds", async () => {
    for (const text of Object.values(hostile)) {
      const headers = { "webhook-id": text, "webhook-timestamp": text, "webhook-signature": text };
      const cost = await cpuOf(() => verifyWebhook("whsec_AAAA", headers, text).catch(() => undefined), bar);
      expect(cost).toBeLessThan(bar);
    }
  });
});
