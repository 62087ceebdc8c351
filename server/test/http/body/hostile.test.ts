// Hostile bodies: up to 1 MiB of input that is slow for naive parsers, in each encoding. Each is read or rejected for
// little CPU time, and ten at once block no other client.
import { isDossierError } from "@dossier/api";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readForm } from "../../../src/http/body/form.ts";
import { readJson } from "../../../src/http/body/json.ts";
import { readMultipart } from "../../../src/http/body/multipart.ts";
import { cpuOf } from "../../support/cpu-time.ts";
import { startFixtureServer } from "../../support/requests.ts";
import { seed } from "../../support/random-seed.ts";

const world = await startFixtureServer();
const mebibyte = 1024 * 1024;
/** Maximum CPU milliseconds of any body; on a quiet machine the most expensive takes a third of it. */
const bar = 50;

/** As much of a text as fits into 1 MiB, between a beginning and an end. */
const fill = (text: string, begin = "", end = "") =>
  begin + text.repeat(Math.floor((mebibyte - begin.length - end.length) / text.length)) + end;
const named = 'Content-Disposition: form-data; name="a"';
const part = (head: string, content = "x") => `--X\r\n${head}\r\n\r\n${content}\r\n`;
const around = (head = named) => [`--X\r\n${head}\r\n\r\n`, "\r\n--X--"] as const;
const members = (count: number) => Array.from({ length: count }, (_, n) => `"${n.toString(36)}":1`).join(",");

const overFields = /over 200 fields/;
const malformed = /cannot be read/;
const deep = /nested more than 20 levels/;
const invalid = /not valid JSON/;
const many = /over 20000 brackets/;

/** The body, and why it is rejected, or how many fields are read. */
type Hostile = Record<string, [string, RegExp | number]>;

const multiparts: Hostile = {
  "empty parts": [fill("--X\r\n\r\n\r\n"), overFields],
  "delimiters that go on": [fill("--XX\r\n"), overFields],
  "a line that begins as a delimiter": [fill("y", ...around()).replace("yyyy", "\r\n--XX"), malformed],
  "nothing but delimiters": [fill("\r\n--X"), overFields],
  "10,000 parts": [`${part(named).repeat(10_000)}--X--`, overFields],
  "100,000 empty parts": [`${"--X\r\n\r\n".repeat(100_000)}--X--`, overFields],
  "200 large fields": [`${part(named, "é".repeat(2500)).repeat(200)}--X--`, 200],
  "large heads": [`${part(`${named}; x=${"y".repeat(80_000)}`).repeat(12)}--X--`, malformed],
  "heads as large as they may be": [
    `${part(`${named}; x=${"y".repeat(16_000)}`).repeat(64)}--X--`,
    malformed,
  ],
  "escaped quotes": [`${part(`${named}; x="${'\\"'.repeat(8000)}"`).repeat(16)}--X--`, 16],
  "thousands of parameters": [`${part(`${named}${";b=c".repeat(4000)}`).repeat(16)}--X--`, 16],
  "thousands of headers": [`${part(`${named}\r\n${"b:c\r\n".repeat(3000)}`).repeat(16)}--X--`, 16],
  "long file names": [`${part(`${named}; filename="${"a/".repeat(4000)}"`).repeat(32)}--X--`, 32],
  "a quote without an end": [fill('"', `--X\r\n${named}; filename="`, "\r\n--X--"), malformed],
  "a head without an end": [fill("y", `--X\r\n${named}; x=`), malformed],
  "a preamble": [fill("\r\n", "", `${part(named)}--X--`), 1],
  "an epilogue": [fill(part(named), `${part(named)}--X--\r\n`), 1],
  "a value of line ends": [fill("\r\n", ...around()), 1],
  "a value of almost delimiters": [fill("\r\n--", ...around()), 1],
  "a file of almost delimiters": [fill("\r\n--", ...around(`${named}; filename="f"`)), 1],
  "a part that is no field": [fill("y", ...around("X: y")), 0],
  "parts in an East Asian charset": [
    `${part(`${named}\r\nContent-Type: text/plain; charset=gb18030`, "\x84\x31\xa4\x37".repeat(1200)).repeat(200)}--X--`,
    200,
  ],
  "one part in UTF-16": [fill("\xd8", ...around(`${named}\r\nContent-Type: text/plain; charset=utf-16`)), 1],
  "one part in base64": [fill("YWE=", ...around(`${named}\r\nContent-Transfer-Encoding: base64`)), 1],
  "one part in quoted-printable": [
    fill("=C3=A9", ...around(`${named}\r\nContent-Transfer-Encoding: quoted-printable`)),
    1,
  ],
  "soft line ends": [fill("= ", ...around(`${named}\r\nContent-Transfer-Encoding: quoted-printable`)), 1],
  "a part of JSON lists": [fill("[", ...around(`${named}\r\nContent-Type: application/json`)), deep],
  "parts of long JSON lists": [
    `${part(`${named}\r\nContent-Type: application/json`, `[${"1,".repeat(5000)}1]`).repeat(90)}--X--`,
    overFields,
  ],
  "200 charsets": [
    `${part(`${named}\r\nContent-Type: text/plain; charset=${"x".repeat(900)}`).repeat(200)}--X--`,
    200,
  ],
  "large files": [`${part(`${named}; filename="f"`, "y".repeat(70_000)).repeat(14)}--X--`, 14],
};

const objects: Hostile = {
  "120,000 members": [`{${members(120_000)}}`, overFields],
  "170,000 equal names": [`{${'"a":1,'.repeat(170_000)}"a":1}`, overFields],
  "200 equal names": [`{${`"a":"${"\\n".repeat(2000)}",`.repeat(199)}"a":1}`, 200],
  "a list of 500,000": [`{"a":[${"1,".repeat(500_000)}1]}`, overFields],
  "lists without an end": ["[".repeat(mebibyte), deep],
  "names without an end": ['{"a":'.repeat(200_000), deep],
  "a list 5,000 deep": [`{"firstname":${"[".repeat(5000)}${"]".repeat(5000)}}`, deep],
  "an object of 90,000 members": [`{"a":{${members(90_000)}}}`, many],
  "an object of 9,900 long members": [
    `{"a":{${members(9900).replaceAll(":1", `${"x".repeat(80)}:1`)}}}`,
    invalid,
  ],
  "lists in a list": [`{"a":[[${"1,".repeat(500_000)}1]]}`, many],
  "escapes of NUL": [`{"a":1,"a":"${"\\u0000".repeat(170_000)}"}`, 2],
  "escaped quotes": [`{"a":1,"a":"${'\\"'.repeat(500_000)}"}`, 2],
  "nothing but quotes": ['"'.repeat(mebibyte), invalid],
  "nothing but commas": [fill(",", "{", "}"), many],
  "nothing but colons": [fill(":", '{"a"', "}"), many],
  "nothing but blanks": [" ".repeat(mebibyte), invalid],
  "a number of a million digits": [fill("1", '{"a":', "}"), 1],
  "a name of a million letters": [fill("a", '{"', '":1}'), 1],
};

const forms: Hostile = {
  "131,000 escaped pairs": ["%61=%62&".repeat(131_000), overFields],
  "250,000 pairs": ["a=1&".repeat(mebibyte / 4), overFields],
  "nothing but separators": ["&".repeat(mebibyte), 0],
  "200 escaped values": [`a=${"%c3%a9".repeat(870)}&`.repeat(200), 200],
  "one escaped value": [fill("%61", "a="), 1],
  "escapes that are none": [fill("%", "a="), 1],
  "blanks as signs": [fill("+", "a="), 1],
  "bytes that are no UTF-8": [fill("\xff", "a="), 1],
};

const encodings = {
  multipart: {
    hostile: multiparts,
    type: "multipart/form-data; boundary=X",
    read: (body: Buffer) => readMultipart(body, "multipart/form-data; boundary=X"),
  },
  JSON: { hostile: objects, type: "application/json", read: (body: Buffer) => readJson(body.toString()) },
  form: {
    hostile: forms,
    type: "application/x-www-form-urlencoded",
    read: (body: Buffer) => readForm(body.toString("latin1")),
  },
};

/** The number of fields read, or the reason of the rejection. */
function outcomeOf(read: () => unknown[]): string | number {
  try {
    return read().length;
  } catch (error) {
    if (isDossierError(error) && error.code === "invalid_request") return error.message;
    throw error;
  }
}

describe.each(Object.entries(encodings))("%s", (_encoding, { hostile, read }) => {
  test.each(Object.entries(hostile))("of %s costs little", async (_what, [text, wanted]) => {
    const body = Buffer.from(text, "latin1");
    const outcome = outcomeOf(() => read(body));
    if (typeof wanted === "number") expect(outcome).toBe(wanted);
    else expect(outcome).toMatch(wanted);
    expect(await cpuOf(() => outcomeOf(() => read(body)), bar)).toBeLessThan(bar);
  });
});

test("multipart: fields come back as they were sent, whatever stands between the delimiters", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", "é", "字", '"', "\\", "\r\n", "--", "-", "\r\n--", "=", ";", " "),
  });
  const padding = fc.constantFrom("", " ", "\t ");
  const name = text.map((one) => one.replace(/[\r\n]/g, ""));
  const fields = fc.array(fc.tuple(name, text, padding), { maxLength: 6 });
  const escaped = (one: string) => one.replace(/["\\]/g, "\\$&");
  fc.assert(
    fc.property(fields, text, text, (all, preamble, epilogue) => {
      const parts = all.map(
        ([key, value, blanks]) =>
          `--é b${blanks}\r\ncontent-DISPOSITION: form-data; name="${escaped(key)}"\r\n\r\n${value}\r\n`,
      );
      const body = Buffer.from(`${preamble}\r\n${parts.join("")}--é b--\r\n${epilogue}`);
      const read = readMultipart(body, 'multipart/form-data; charset=x; Boundary="é b"');
      expect(read).toEqual(all.map(([key, value]) => ({ name: key, value, list: false })));
    }),
    { seed: seed(), numRuns: 2000 },
  );
});

test("multipart: a body cut at any byte is refused, and every prefix of a delimiter inside a value is kept", () => {
  const value = "x\r\n-\r\n--\r\n--b\r\n--bo";
  const body = Buffer.from(`--bound\r\n${named}\r\n\r\n${value}\r\n--bound--`);
  const type = "multipart/form-data; boundary=bound";
  expect(readMultipart(body, type)).toEqual([{ name: "a", value, list: false }]);
  for (let cut = 0; cut < body.length; cut += 1)
    expect([cut, outcomeOf(() => readMultipart(body.subarray(0, cut), type))]).toEqual([
      cut,
      expect.stringMatching(malformed),
    ]);
});

test.each<[string, string, unknown[]]>([
  ["a name in RFC 5987", "name*=utf-8''%C3%A9", [{ name: "é", value: "x", list: false }]],
  ["a name without quotes", "name = a ", [{ name: "a", value: "x", list: false }]],
  ["a folded head", '\r\n\tname="a"', [{ name: "a", value: "x", list: false }]],
  ["a list", 'name="a[]"', [{ name: "a", value: "x", list: true }]],
  ["__proto__", 'name="__proto__"', [{ name: "__proto__", value: "x", list: false }]],
  ["no name", "", []],
  [
    "a name that is no UTF-8",
    'name="\xff"',
    [{ name: "\ufffd", value: "x", list: false, fault: "is not valid UTF-8" }],
  ],
  [
    "UTF-7",
    'name="a"\r\nContent-Type: text/plain; charset=utf-7',
    [{ name: "a", value: "", list: false, fault: "is in a charset that cannot be read: send it as UTF-8" }],
  ],
  [
    "UTF-8 by another name",
    'name="a"\r\nContent-Type: text/plain; charset="UTF8"',
    [{ name: "a", value: "x", list: false }],
  ],
])("multipart: a field with %s", (_what, parameters, wanted) => {
  const body = Buffer.from(`${part(`Content-Disposition: form-data; ${parameters}`)}--X--`, "latin1");
  expect(readMultipart(body, "multipart/form-data; boundary=X")).toEqual(wanted);
});

test("ten hostile bodies at once of a key that may only read are each refused, and others are answered meanwhile", async () => {
  const key = await world.keyFor(["CUSTOMER_READ"]);
  const dear = [
    ["multipart", "empty parts"],
    ["multipart", "delimiters that go on"],
    ["multipart", "large files"],
    ["JSON", "120,000 members"],
    ["JSON", "170,000 equal names"],
    ["JSON", "a list 5,000 deep"],
    ["form", "131,000 escaped pairs"],
    ["form", "250,000 pairs"],
  ] as const;
  for (const [encoding, what] of dear) {
    const { type, hostile } = encodings[encoding];
    const body = Buffer.from(hostile[what]![0], "latin1");
    const ten = async () => {
      const sent = Array.from({ length: 10 }, () =>
        world.raw("POST", "/customer/SearchByPrimaryExternalID", { key, raw: { type, body } }),
      );
      const other = await fetch(`${world.url}/livez`);
      expect([what, other.status]).toEqual([what, 200]);
      const statuses = (await Promise.all(sent)).map(({ status }) => status);
      expect([what, statuses]).toEqual([what, Array(10).fill(400)]);
    };
    expect(await cpuOf(ten, 1000)).toBeLessThan(1000); // includes sending and receiving 10 MiB in this very process
  }
});
