// Address rules: when two addresses are equal under the rule of each type, and which ones must stay different.
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type AddressRule,
  builtinTypes,
  findType,
  inferType,
  normaliseAddress,
} from "../../src/endpoints/channel.ts";
import { seed } from "../../../server/test/support/random-seed.ts";

const read = (rule: AddressRule, sent: string) => {
  const got = normaliseAddress(rule, sent);
  return "fault" in got ? null : got.normalised;
};

const same: [AddressRule, string, string][] = [
  ["email", "Ada@Example.ORG", "ada@example.org"],
  ["email", "  ada@example.org ", "ada@example.org"],
  ["email", "ADA+tag@example.org", "ada+tag@example.org"],
  ["email", "a.d.a@example.org", "a.d.a@example.org"],
  ["email", `${"x".repeat(64)}@example.org`, `${"x".repeat(64)}@example.org`],
  ["email", "ada@bücher.example", "ada@xn--bcher-kva.example"],
  ["email", "ada@BÜCHER.example", "ada@xn--bcher-kva.example"],
  ["email", "ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"],
  ["email", "ada@faß.example", "ada@xn--fa-hia.example"],
  ["email", "ada@例え.テスト", "ada@xn--r8jz45g.xn--zckzah"],
  ["email", "ÄDA@example.org", "äda@example.org"],
  ["email", "a\u0308da@example.org", "äda@example.org"],
  ["email", "o'brien@example.org", "o'brien@example.org"],
  ["phone", "+4930123456", "+4930123456"],
  ["phone", " +1 ", "+1"],
  ["phone", "+123456789012345", "+123456789012345"],
  ["twitter", "@Ada_L", "ada_l"],
  ["twitter", "Ada L", "ada l"],
  ["twitter", "ADA", "ada"],
  ["facebook", "Ada.Lovelace-1", "ada.lovelace-1"],
  ["facebook", "100004", "100004"],
  ["plain", "  Room 7 ", "Room 7"],
  ["plain", "e\u0301", "é"],
  ["plain", "A", "A"],
  ["plain", "😀".repeat(255), "😀".repeat(255)],
];

test.each(same)("as %s, %j is compared as %j, and so is that", (rule, sent, normalised) => {
  expect(normaliseAddress(rule, sent)).toEqual({ address: sent.trim(), normalised });
  expect(read(rule, normalised)).toBe(normalised);
});

const refused: Record<AddressRule, string[]> = {
  email: [
    "",
    "ada",
    "@example.org",
    "ada@",
    "a@b@c.de",
    "ada@example",
    "ada@.org",
    "ada@example.",
    "a da@example.org",
    "ada@exam ple.org",
    "ada@127.0.0.1",
    "ada@[127.0.0.1]",
    "ada@example.org:25",
    "ada@example.org/x",
    "ada@exa%6dple.org",
    "a\u00a0b@example.org",
    "a\u0007@example.org",
    `${"x".repeat(65)}@example.org`,
    `a@${`${"x".repeat(60)}.`.repeat(5)}org`,
    "ada@example.org\nbcc:x@y.z",
    "ada@0x7f.1",
    "ada\u3000@example.org",
    "ada@exam\u00adple",
    "ada@①.org\u0000",
  ],
  phone: [
    "",
    "4930",
    "+",
    "+49 30",
    "+49-30",
    "++49",
    "0049",
    "+1234567890123456",
    "+４９",
    "+49a",
    "tel:+49",
    "+49;ext=1",
    "+٤٩",
  ],
  twitter: ["", "@", "a-b", "a.b", "@@a", "ädä", "a@b", "ａｄａ", "\u212Aelly"],
  facebook: ["", "a b", "a/b", "https://facebook.com/ada", "ädä", "a@b", "\u0130x"],
  plain: ["", " ", "\t", "x".repeat(256), "a\0b", "a\u0001", "a\ud800", "a\nb"],
};

test.each(Object.entries(refused))(
  "as %s, what breaks the rule is refused without being repeated",
  (rule, list) => {
    for (const sent of list) {
      const got = normaliseAddress(rule as AddressRule, sent);
      expect([sent, "fault" in got]).toEqual([sent, true]);
      if (sent.trim().length > 12) expect((got as { fault: string }).fault).not.toContain(sent.trim());
    }
  },
);

test("look-alikes stay different mailboxes", () => {
  for (const [one, other] of [
    ["admin@example.org", "adm\u0131n@example.org"],
    ["admin@example.org", "ADM\u0130N@example.org"],
    ["ada@example.org", "аda@example.org"],
    ["strasse@example.org", "straße@example.org"],
    ["office@example.org", "oﬃce@example.org"],
    ["s@example.org", "\u017F@example.org"],
    ["a@example.org", "ａ@example.org"],
    ["σς@example.org", "σσ@example.org"],
  ] as const)
    expect([other, read("email", other) === read("email", one)]).toEqual([other, false]);
  expect(read("email", "\u212Aelly@example.org")).toBe("kelly@example.org"); // canonically the same letter
  expect(read("email", "ada@ｅxample.org")).toBe("ada@example.org"); // a domain is compared as the resolver reads it
});

test("an accepted text is accepted again, and is compared alike in any ASCII case", () => {
  const part = fc.string({ unit: fc.constantFrom(..."aZ09._-+'ößÄ"), minLength: 1, maxLength: 20 });
  const label = fc.string({ unit: fc.constantFrom(..."aZ9üß"), minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(part, label, label, (local, host, top) => {
      const normalised = read("email", `${local}@${host}.${top}`);
      if (normalised === null) return;
      expect(read("email", normalised)).toBe(normalised);
      expect(
        read(
          "email",
          `${local}@${host}.${top}`.replace(/[a-z]/g, (one) => one.toUpperCase()),
        ),
      ).toBe(normalised);
    }),
    { seed: seed(), numRuns: 300 },
  );
  const rules: AddressRule[] = ["email", "phone", "twitter", "facebook", "plain"];
  fc.assert(
    fc.property(fc.constantFrom(...rules), fc.string({ unit: "binary", maxLength: 40 }), (rule, sent) => {
      const normalised = read(rule, sent);
      if (normalised !== null) expect(read(rule, normalised)).toBe(normalised);
    }),
    { seed: seed(), numRuns: 1000 },
  );
});

test("a type is known by its number, its name in any case, and its nicknames", () => {
  const known: [string, number][] = [
    ["1", 1],
    ["email", 1],
    ["E-Mail", 1],
    [" Telephone ", 2],
    ["phone", 2],
    ["phoneNumber", 2],
    ["2", 2],
    ["08", 8],
    ["livechat", 8],
    ["FACEBOOK", 3],
  ];
  for (const [sent, id] of known) expect([sent, findType(builtinTypes, sent)?.id]).toEqual([sent, id]);
  for (const sent of [
    "",
    "0",
    "9",
    "-1",
    "1.0",
    "mail",
    "constructor",
    "__proto__",
    "toString",
    "te\u0301lephone",
    "1e0",
    "١",
  ])
    expect([sent, findType(builtinTypes, sent)]).toEqual([sent, undefined]);
  expect(findType([{ id: 1, channel_id: 40, name: "email", rule: "email" }], "40")?.id).toBe(1);
});

test("an address shows its type by an @, or by + and digits", () => {
  for (const [sent, id] of [
    ["a@b.de", 1],
    ["@ada", 1],
    ["+4930", 2],
    [" +49 ", 2],
    ["4930", undefined],
    ["ada", undefined],
    ["+49x", undefined],
    ["", undefined],
  ] as const)
    expect([sent, inferType(builtinTypes, sent)?.id]).toEqual([sent, id]);
});

test("an international domain stays one however often addresses are read", () => {
  const domains = ["ö.de", "ß.de", "æ.no", "münchen.de"];
  for (let i = 0; i < 100_000; i += 1) normaliseAddress("email", `ada@${domains[i % 4]}`);
  for (const domain of domains)
    expect(normaliseAddress("email", `ada@${domain}`)).not.toHaveProperty("fault");
});

test("a built-in type keeps its documented names when it is called something else", () => {
  const types = builtinTypes.map((type) => (type.id === 2 ? { ...type, name: "Telefon" } : type));
  for (const name of ["telephone", "phone", "TELEFON", "2"]) expect(findType(types, name)?.id).toBe(2);
  const composed = [...types, { id: 100, channel_id: 100, name: "Caf\u00e9", rule: "plain" as const }];
  expect(findType(composed, "cafe\u0301")?.id).toBe(100);
});
