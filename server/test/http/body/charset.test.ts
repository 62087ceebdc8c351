// Charsets, transfer encodings and JSON parts: the same text arrives whatever legal encoding a client chose, and what
// cannot be read is refused, never stored as its encoding.
import { describe, expect, test } from "vitest";
import { startFixtureServer, uniqueName } from "../../support/requests.ts";

const world = await startFixtureServer();
const brandId = await world.newBrand();
const form = "application/x-www-form-urlencoded";

async function send(type: string, body: Buffer) {
  return world.raw("POST", "/customer", { raw: { type, body } });
}

/** The first name that a request left behind. */
async function nameAfter(type: string, body: (id: string) => Buffer): Promise<string | number> {
  const answer = await send(type, body(uniqueName()));
  if (answer.status !== 200) return answer.status;
  return (await world.admin.customer.find({ id: answer.body.id })).item.firstname;
}

const latin1 = (text: string) => Buffer.from(text, "latin1");
const part = (name: string, head: string, content: Buffer | string) =>
  Buffer.concat([
    Buffer.from(`--b\r\nContent-Disposition: form-data; name="${name}"\r\n${head}\r\n`),
    typeof content === "string" ? Buffer.from(content) : content,
    Buffer.from("\r\n"),
  ]);
const multipart = (id: string, ...parts: Buffer[]) =>
  Buffer.concat([
    part("brand_id", "", String(brandId)),
    part("primary_id", "", id),
    ...parts,
    Buffer.from("--b--"),
  ]);

const labels: [label: string, bytes: Buffer, text: string][] = [
  ["ISO-8859-1", latin1("Zo\xeb"), "Zoë"],
  ['"iso-8859-1"', latin1("Zo\xeb"), "Zoë"],
  ["latin1", latin1("Zo\xeb"), "Zoë"],
  ["windows-1252", latin1("O\x92Neil"), "O’Neil"],
  ["ISO-8859-15", latin1("\xbdil"), "œil"],
  ["ISO-8859-2", latin1("\xa3ukasz"), "Łukasz"],
  ["windows-1251", latin1("\xc0\xed\xed\xe0"), "Анна"],
  ["KOI8-R", latin1("\xe1\xce\xce\xc1"), "Анна"],
  ["ISO-8859-7", latin1("\xc1\xed\xed\xe1"), "Αννα"],
  ["Shift_JIS", latin1("\x8eR\x93c"), "山田"],
  ["EUC-KR", latin1("\xb1\xe8"), "김"],
  ["GBK", latin1("\xd5\xc5"), "张"],
  ["big5", latin1("\xb1i"), "張"],
  ["us-ascii", Buffer.from("Ada"), "Ada"],
  ["UTF-8", Buffer.from("Zoë"), "Zoë"],
  ["UTF8", Buffer.from("Zoë"), "Zoë"],
];

describe("a label decides", () => {
  test.each(labels)("%s", async (label, bytes, text) => {
    const head = `Content-Type: text/plain; charset=${label}\r\nContent-Transfer-Encoding: 8bit\r\n`;
    expect(
      await nameAfter("multipart/form-data; boundary=b", (id) =>
        multipart(id, part("firstname", head, bytes)),
      ),
    ).toBe(text);
    const whole = `multipart/form-data; boundary=b; charset=${label}`;
    expect(await nameAfter(whole, (id) => multipart(id, part("firstname", "", bytes)))).toBe(text);
    const named = part("_charset_", "", label.replaceAll('"', ""));
    expect(
      await nameAfter("multipart/form-data; boundary=b", (id) =>
        multipart(id, part("firstname", "", bytes), named),
      ),
    ).toBe(text);
    const escaped = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
    for (const value of [escaped, bytes.toString("latin1")])
      expect(
        await nameAfter(`${form};charset=${label}`, (id) =>
          latin1(`brand_id=${brandId}&primary_id=${id}&firstname=${value}`),
        ),
      ).toBe(text);
    expect(
      await nameAfter(form, (id) =>
        latin1(
          `_charset_=${label.replaceAll('"', "")}&brand_id=${brandId}&primary_id=${id}&firstname=${escaped}`,
        ),
      ),
    ).toBe(text);
    expect(
      await nameAfter(`application/json; charset=${label}`, (id) =>
        Buffer.concat([
          latin1(`{"brand_id":${brandId},"primary_id":"${id}","firstname":"`),
          bytes,
          latin1('"}'),
        ]),
      ),
    ).toBe(text);
  });

  test("UTF-16, with a mark or without, and ASCII that is only labelled so", async () => {
    const json = (id: string) => JSON.stringify({ brand_id: brandId, primary_id: id, firstname: "Zoë" });
    const little = (text: string) => Buffer.from(text, "utf16le");
    for (const [label, encode] of [
      ["utf-16le", little],
      ["utf-16", (text: string) => little(`\ufeff${text}`)],
      ["utf-16", (text: string) => little(`\ufeff${text}`).swap16()],
      ["utf-16be", (text: string) => little(text).swap16()],
      ["utf-16", (text: string) => Buffer.from(text)],
    ] as const)
      expect([
        label,
        await nameAfter(`application/json; charset=${label}`, (id) => encode(json(id))),
      ]).toEqual([label, "Zoë"]);
    const sent = (id: string) => `brand_id=${brandId}&primary_id=${id}&firstname=Zo%C3%AB`;
    expect(await nameAfter(`${form}; charset=utf-16`, (id) => little(sent(id)))).toBe("Zoë");
    expect(await nameAfter(`${form}; charset=utf-16`, (id) => Buffer.from(sent(id)))).toBe("Zoë");
  });

  test("under a label that programs put there unasked, bytes of UTF-8 are UTF-8 where the type has no charset", async () => {
    const sent = (id: string) => Buffer.from(`brand_id=${brandId}&primary_id=${id}&firstname=Zo%C3%AB`);
    for (const label of ["us-ascii", "ISO-8859-1", "no-such-charset", "utf-8, utf-8"])
      expect([label, await nameAfter(`${form}; charset=${label}`, sent)]).toEqual([label, "Zoë"]);
    const head = "Content-Type: text/plain; charset=us-ascii\r\n";
    expect(
      await nameAfter("multipart/form-data; boundary=b", (id) =>
        multipart(id, part("firstname", head, "Zoë")),
      ),
    ).toBe("Zoë");
  });

  test("the names of fields are read in the charset of their part", async () => {
    const body = multipart(
      uniqueName(),
      latin1(
        '--b\r\nContent-Disposition: form-data; name="custom_gr\xf6\xdfe"\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nx\r\n',
      ),
    );
    const answer = await send("multipart/form-data; boundary=b", body);
    expect(answer.body).not.toMatchObject({ code: "invalid_request" });
    expect(answer.text).not.toContain("UTF-8");
  });
});

const heads: [what: string, head: string, content: Buffer | string, wanted: string | number][] = [
  ["base64", "Content-Transfer-Encoding: base64\r\n", "Wm/Dqw==", "Zoë"],
  ["base64 in lines", "content-transfer-encoding: BASE64\r\n", "Wm/D\r\nqw==\r\n", "Zoë"],
  ["base64 without padding", "Content-Transfer-Encoding: base64\r\n", "Wm/Dqw", "Zoë"],
  [
    "base64 of Latin-1",
    "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: base64\r\n",
    "Wm/r",
    "Zoë",
  ],
  ["what is no base64", "Content-Transfer-Encoding: base64\r\n", "Wm/D*w==", 400],
  ["base64 cut short", "Content-Transfer-Encoding: base64\r\n", "Wm/Dq", 400],
  ["base64 of half a letter", "Content-Transfer-Encoding: base64\r\n", "Wm/D", 400],
  ["quoted-printable", "Content-Transfer-Encoding: quoted-printable\r\n", "Zo=C3=AB", "Zoë"],
  [
    "quoted-printable, folded",
    "Content-Transfer-Encoding: Quoted-Printable\r\n",
    "Z=\r\no=c3= \r\n=ab",
    "Zoë",
  ],
  ["what is no quoted-printable", "Content-Transfer-Encoding: quoted-printable\r\n", "Zo=C", 400],
  ["binary", "Content-Transfer-Encoding: binary\r\n", "Zoë", "Zoë"],
  ["7bit", "Content-Transfer-Encoding: 7bit\r\n", "Ada", "Ada"],
  ["an unknown transfer encoding", "Content-Transfer-Encoding: x-uuencode\r\n", "Ada", 400],
  ["a JSON string", "Content-Type: application/json\r\n", '"Zo\\u00eb"', "Zoë"],
  ["a JSON string with a charset", "Content-Type: application/json; charset=UTF-8\r\n", '"Zoë"', "Zoë"],
  ["JSON by its suffix", "Content-Type: application/vnd.api+json\r\n", '"Zoë"', "Zoë"],
  ["JSON by its older name", "Content-Type: Text/JSON; charset=utf-8\r\n", '"Zoë"', "Zoë"],
  ["what is only called like JSON", "Content-Type: application/json-seq\r\n", '"Zoë"', '"Zoë"'],
  ["JSON null", "Content-Type: application/json\r\n", "null", ""],
  ["JSON that is none", "Content-Type: application/json\r\n", "Zoë", 400],
  ["a JSON object", "Content-Type: application/json\r\n", '{"a":"b"}', 400],
  ["a JSON list", "Content-Type: application/json\r\n", '["a","b"]', 400],
  [
    "two charsets, of which the first counts",
    "Content-Type: text/plain; charset=utf-8; charset=latin1\r\n",
    "Zoë",
    "Zoë",
  ],
  ["a blank before the colon", "Content-Type : text/plain; charset=latin1\r\n", latin1("Zo\xeb"), "Zoë"],
  ["an unknown charset, in UTF-8", "Content-Type: text/plain; charset=x-unheard-of\r\n", "Zoë", "Zoë"],
  ["an unknown charset", "Content-Type: text/plain; charset=x-unheard-of\r\n", latin1("Zo\xeb"), 400],
  ["UTF-7", "Content-Type: text/plain; charset=utf-7\r\n", "Zo+AOs-", 400],
  ["HZ", "Content-Type: text/plain; charset=hz-gb-2312\r\n", "~{VPND~}", 400],
  ["no label and no UTF-8", "", latin1("Zo\xeb"), 400],
];

test.each(heads)("a part with %s", async (_what, head, content, wanted) => {
  expect(
    await nameAfter("multipart/form-data; boundary=b", (id) =>
      multipart(id, part("firstname", head, content)),
    ),
  ).toBe(wanted);
});

test("numbers, booleans and objects in JSON parts are read as in a JSON body", async () => {
  const json = "Content-Type: application/json\r\n";
  const answer = await send(
    "multipart/form-data; boundary=b",
    Buffer.concat([
      part("brand_id", json, String(brandId)),
      part("primary_id", json, '"RF-17"'),
      part("extra_email", json, '"rf17@example.org"'),
      part("noSync", json, "true"),
      Buffer.from("--b--"),
    ]),
  );
  expect(answer.status).toBe(200);
  const { item } = await world.admin.customer.find({ id: answer.body.id });
  expect([item.external_primary_id, item.channels[0]?.address]).toEqual(["RF-17", "rf17@example.org"]);
});

test.each([
  ["padding after the delimiters", " \t", ""],
  ["a preamble and an epilogue", "", "This is a message in MIME.\r\n"],
])("a body with %s loses no part", async (_what, padding, around) => {
  const id = uniqueName();
  const body = multipart(id, part("extra_email", "", `${id}@example.org`))
    .toString()
    .replaceAll("--b\r\n", `--b${padding}\r\n`);
  const answer = await send(
    'Multipart/Form-Data; charset=utf-8; BOUNDARY="b"',
    Buffer.from(`${around}\r\n${body}${padding}\r\n${around}`),
  );
  const { item } = await world.admin.customer.find({ id: answer.body.id });
  expect(item.channels.length).toBe(1);
});

test("a body that no charset reads is 415, and one that its charset does not have is 400", async () => {
  for (const [type, body, status] of [
    [`${form}; charset=utf-7`, Buffer.from("brand_id=1"), 415],
    [`${form}; charset=x-unheard-of`, latin1("firstname=Zo\xeb"), 415],
    ["application/json; charset=x-unheard-of", latin1('{"firstname":"Zo\xeb"}'), 415],
    ["application/json; charset=shift_jis", latin1('{"brand_id":1,"firstname":"\x81"}'), 400],
    [`${form}; charset=euc-jp`, latin1("brand_id=1&firstname=%8f%ff"), 400],
    [form, latin1("brand_id=1&firstname=%eb"), 400],
  ] as const)
    expect([type, (await send(type, body)).status]).toEqual([type, status]);
});
