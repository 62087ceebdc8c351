// SSRF corpus: URLs that must not be followed (twelve classes; texts that are no URLs are in the tests), and URLs that
// must. For every field that takes a URL: none of the first may lead to a connection, all of the second must. Nothing
// here is ever sent anywhere: the test resolves the names.

/** A URL that must not be followed. */
export interface Forbidden {
  /** the number of its class */
  kind: number;
  url: string;
  /** the addresses of its name; without them the text alone is reason enough to reject it on saving */
  answers?: readonly string[];
}

/** A URL that must be followed, and the addresses of its name. */
export interface Good {
  url: string;
  host: string;
  answers: readonly string[];
}

/** Every special range, by its first and last address and its significant ones. */
const quads =
  `0.0.0.0 0.0.0.1 0.255.255.255 10.0.0.0 10.0.0.1 10.255.255.255 100.64.0.0 100.100.100.200 100.127.255.255
  127.0.0.0 127.0.0.1 127.0.0.2 127.1.2.3 127.255.255.255 169.254.0.0 169.254.169.254 169.254.170.2 169.254.255.255
  172.16.0.0 172.17.0.1 172.31.255.255 192.0.0.0 192.0.0.8 192.0.0.192 192.0.0.255 192.0.2.0 192.0.2.255 192.88.99.0
  192.88.99.1 192.88.99.255 192.168.0.0 192.168.1.1 192.168.255.255 198.18.0.0 198.19.255.255 198.51.100.0
  198.51.100.255 203.0.113.0 203.0.113.255 224.0.0.0 224.0.0.251 239.255.255.250 239.255.255.255 240.0.0.0 250.1.2.3
  255.255.255.254 255.255.255.255 168.63.129.16 192.31.196.1 192.52.193.1 192.175.48.1`.split(/\s+/);

/** Those that are spelled, wrapped and resolved in every way. */
const targets =
  "127.0.0.1 127.0.0.2 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.100.100.200 0.0.0.0 168.63.129.16".split(
    " ",
  );

/** IPv6 addresses that are not public themselves. */
const sixes =
  `:: ::1 ::2 fd00::1 fd00:ec2::254 fc00::1 fdff:ffff::1 fe80::1 fe80::a9fe:a9fe febf::1 fec0::1 feff::1 ff00::1
  ff02::1 ff05::2 2001:db8::1 2001:db8:ffff::1 3fff::1 3fff:fff::1 100::1 100:0:0:1::1 2001:2::1 2001:10::1 2001:20::1
  2001:30::1 2001:100::1 2001:1ff:ffff::1 5f00::1 4000::1 8000::1 c000::1 e000::1 1fff::1 200::1 64:ff9b:1::1
  2001:3::1 2001:4:112::1 2620:4f:8000::1`.split(/\s+/);

function bytesOf(quad: string): number[] {
  return quad.split(".").map(Number);
}

/** Ways to write one IPv4 address, all of which the URL parser understands. */
function spellings(quad: string): string[] {
  const bytes = bytesOf(quad);
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const digits = (zero: number, one: number) =>
    quad.replace(/\d/g, (digit) => String.fromCodePoint(digit === "0" ? zero : one + Number(digit) - 1));
  return [
    String(whole),
    `0x${whole.toString(16)}`,
    `0X${whole.toString(16).toUpperCase().padStart(12, "0")}`,
    `0${whole.toString(8)}`,
    bytes.map((byte) => `0x${byte.toString(16)}`).join("."),
    bytes.map((byte) => `0${byte.toString(8).padStart(3, "0")}`).join("."),
    `${a}.0x${b.toString(16)}.0${c.toString(8)}.${d}`,
    `${a}.${b}.${c * 256 + d}`,
    `${a}.${(b * 256 + c) * 256 + d}`,
    `0x${a.toString(16)}.${(b * 256 + c) * 256 + d}`,
    quad.replace(/\d/g, (digit) => `%3${digit}`),
    quad.replaceAll(".", "%2e"),
    digits(0x24ea, 0x2460),
    digits(0xff10, 0xff11),
    quad.replaceAll(".", "。"),
    quad.replaceAll(".", "．"),
    `${quad}.`,
  ];
}

/** IPv6 addresses that contain an IPv4 one. */
function wraps(quad: string): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = bytesOf(quad);
  const [high, low] = [(a << 8) | b, (c << 8) | d];
  const hex = (word: number) => word.toString(16);
  const [g, h] = [hex(high), hex(low)];
  return [
    `::ffff:${quad}`,
    `::ffff:${g}:${h}`,
    `0:0:0:0:0:FFFF:${g}:${h}`,
    `::${g}:${h}`,
    `::ffff:0:${g}:${h}`,
    `64:ff9b::${g}:${h}`,
    `64:ff9b:1::${g}:${h}`,
    `64:ff9b:1:${g}:${hex(c)}:${hex(d << 8)}::`,
    `2002:${g}:${h}::1`,
    `2001:0:5db8:d70e::${hex(high ^ 0xffff)}:${hex(low ^ 0xffff)}`,
    `2001:0:${g}:${h}::a247:28f1`,
  ];
}

const names =
  `localhost LOCALHOST localhost. LocalHost. a.localhost a.b.LOCALHOST. localhost.localdomain ip6-localhost
  ip6-loopback broadcasthost metadata metadata.google.internal METADATA.google.internal. metadata.goog
  metadata.tencentyun.com instance-data instance-data.ec2.internal computemetadata kubernetes
  kubernetes.default.svc.cluster.local host.docker.internal gateway.docker.internal host.containers.internal db postgres
  redis crm router printer.local printer.LOCAL. nas.lan fritz.home server.corp server.intranet a.home.arpa
  1.0.0.127.in-addr.arpa a.private x.internal abc.onion loca\u00adlhost loca\u200blhost ｌｏｃａｌｈｏｓｔ localho\u017ft
  ⓛⓞⓒⓐⓛⓗⓞⓢⓣ %6c%6f%63%61%6c%68%6f%73%74 localhost%2e xn--a a..example.org .example.org -a.example.org a-.example.org
  a.-b.example.org exa$mple.org exa!mple.org a.b.c.1x 1.2.3.4.5.com1 example.c0m`
    .split(/\s+/)
    .concat(`${"a".repeat(64)}.example.org`, `${"a.".repeat(127)}org`, `${"abcdefgh.".repeat(40)}org`);

/** Texts that parsers disagree about, or with another scheme, port or user than they seem to have. */
const texts =
  `https://user@HOST/ https://user:pass@HOST/ https://:pass@HOST/ https://a@b@HOST/ https://HOST@10.0.0.1/
  https://HOST%40@10.0.0.1/ https://HOST:443@10.0.0.1/ https://HOST\\@10.0.0.1/ https:\\\\10.0.0.1/ https:\\\\HOST/
  https:/10.0.0.1/ https:10.0.0.1 https:///10.0.0.1/ https:////10.0.0.1/ https:///HOST/ https:/HOST/ https:HOST
  https://HOST#@10.0.0.1/ https://HOST/#fragment https://HOST/# https://HOST/?a=1#b https://10.0.0.1#@HOST/
  https://10.0.0.1?@HOST/ https://10.0.0.1/@HOST/ https://10.0.0.1;@HOST/ https://10.0.0.1%2f@HOST/
  https://10.0.0.1%00.HOST/ https://10.0.0.1%0d%0a.HOST/ https://10.0.0.1%20.HOST/ https://%31%30.0.0.1/
  https://%2531%2530.0.0.1/ https://HOST%2f@10.0.0.1/ https://HOST%5c@10.0.0.1/ HTTPS://10.0.0.1/ HtTpS://LOCALHOST/
  https://HOST:0/ https://HOST:22/ https://HOST:25/ https://HOST:80/ https://HOST:444/ https://HOST:5432/
  https://HOST:6379/ https://HOST:8080/ https://HOST:8443/ https://HOST:11211/ https://HOST:65535/ https://HOST:65536/
  https://HOST:99999999/ https://HOST:-1/ https://HOST:4e2/ https://HOST:443:443/ https://HOST:port/ http://HOST/
  http://HOST:443/ HTTP://HOST/ https:// https://? https://# https:///?a https://[ https://[] https://[:: https://::1/
  https://[::1 https://[::1]:x/ https://[::1%25lo]/ https://[fe80::1%25eth0]/ https://[fe80::1%eth0]/
  https://[::ffff:10.0.0.1.]/ https://[v1.a]/ https://[0x7f.1]/ https://[1.2.3.4]/ https://256.256.256.256/
  https://4294967296/ https://0x100000000/ https://1.2.3.4.5/ https://10.0.0.0x/ https://10.0.0.08/ //10.0.0.1/ //HOST/
  /path path HOST 10.0.0.1 10.0.0.1:443 ?query #fragment`
    .split(/\s+/)
    .map((text) => text.replace(/\bHOST\b/g, "shop.example.org"))
    .concat(
      ["", " ", "\0", "https://10.0.0.1\t/", "ht\ntps://shop.example.org/", "https://shop.exam\tple.org/"],
      [" https://shop.example.org/", "https://shop.example.org/ ", "https://shop.example.org/a b"],
      [
        "https://shop.example.org/\r\nHost: 10.0.0.1",
        "https://shop.example.org\u2028/",
        "\u0001https://10.0.0.1/",
      ],
      [
        "https://shop.example.org/\u0085",
        "https://\u3000shop.example.org/",
        "https://shop.example.org\u00a0/",
      ],
      [`https://shop.example.org/${"a".repeat(8192)}`, `https://${"a".repeat(9000)}.org/`],
    );

const schemes =
  `file:///etc/passwd file://10.0.0.1/x file:/etc/passwd ftp://10.0.0.1/ ftps://shop.example.org/ gopher://127.0.0.1:6379/_INFO
  dict://127.0.0.1:11211/stats ldap://10.0.0.1/ tftp://10.0.0.1/x sftp://10.0.0.1/ jar:https://shop.example.org!/x
  netdoc:///etc/passwd data:text/plain,x data:,x blob:https://shop.example.org/1 javascript:alert(1) about:blank
  ws://shop.example.org/ wss://shop.example.org/ http+unix://%2Fvar%2Frun%2Fdocker.sock/info unix:/run/postgresql
  https+unix://%2Frun%2Fx/ mailto:a@example.org view-source:https://shop.example.org/ httpss://shop.example.org/
  xhttps://shop.example.org/ php://input expect://id`.split(/\s+/);

/** Addresses that a name server's answers mix with others. */
const publics = ["93.184.215.14", "2606:2800:21f:cb07::1"];

function resolved(): Forbidden[] {
  const inner = [
    ...targets,
    ...targets.flatMap(wraps),
    "::1",
    "fd00::1",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
  ];
  const lists = [
    ...inner.map((address) => [address]),
    ...[...targets, "::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1"].flatMap((address) => [
      [...publics, address],
      [address, ...publics],
      [publics[0] ?? "", address, publics[1] ?? ""],
    ]),
    [],
    [""],
    ["127.1"],
    ["0x7f.0.0.1"],
    ["2130706433"],
    ["localhost"],
    ["93.184.215.14 "],
    ["93.184.215.14/8"],
    ["93.184.215.14:443"],
    ["[2606:2800:21f:cb07::1]"],
    Array.from({ length: 1000 }, (_, at) => `93.184.${at >> 8}.${at & 255}`),
  ];
  return lists.map((answers, at) => ({ kind: 7, url: `https://name-${at}.attacker.example.net/`, answers }));
}

/** Public wildcard names, which resolve to the address in their text. */
const wildcards =
  "127.0.0.1.nip.io 10.0.0.1.sslip.io localtest.me lvh.me 169-254-169-254.nip.io kubernetes.default"
    .split(" ")
    .map((name): Forbidden => ({ kind: 4, url: `https://${name}/`, answers: ["127.0.0.1"] }));

const brackets = (address: string) => `https://[${address}]/`;
const plain = (host: string) => `https://${host}/`;

export const forbidden: readonly Forbidden[] = [
  ...quads.map((quad) => ({ kind: 1, url: plain(quad) })),
  ...quads.map((quad) => ({ kind: 1, url: `http://${quad}:8080/latest/meta-data` })),
  ...targets.flatMap(spellings).map((host) => ({ kind: 2, url: plain(host) })),
  ...sixes.map((address) => ({ kind: 3, url: brackets(address) })),
  ...targets.flatMap(wraps).map((address) => ({ kind: 3, url: brackets(address) })),
  ...names.map((name) => ({ kind: 4, url: plain(name) })),
  ...wildcards,
  ...texts.map((url) => ({ kind: 5, url })),
  ...schemes.map((url) => ({ kind: 6, url })),
  ...resolved(),
];

/** On each side of the special ranges, and elsewhere. */
const publicQuads =
  `1.0.0.0 1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 93.184.215.14 100.63.255.255 100.128.0.0 126.255.255.255
  128.0.0.1 168.63.129.15 168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.1 192.88.98.1
  192.88.100.1 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 203.0.112.1 203.0.114.1 223.255.255.255`.split(
    /\s+/,
  );
const publicSixes =
  "2001:200::1 2001:4860:4860::8888 2003::1 2400:cb00::1 2606:4700::1111 2a00:1450::1 2c0f::1 3ffe::1".split(
    " ",
  );

const publicNames =
  `shop.example.org EXAMPLE.org example.org. crm.example.co.uk xn--mnchen-3ya.example münchen.example пример.example
  例え.example a.b.c.d.e.f.example.org 1.example.org 1-2-3.example.org _dmarc.example.org my_crm.example.org
  localhost.example.org internal.example.org local.example.org notlocalhost.com mylocal.net internal-crm.io
  hooks.zapier.example`
    .split(/\s+/)
    .concat(`${"a".repeat(63)}.example.org`);

function goodOf(url: string, answers: readonly string[] = ["93.184.215.14"]): Good {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  return { url, host, answers };
}

export const good: readonly Good[] = [
  ...publicNames.map((name) => goodOf(plain(name))),
  ...publicQuads.map((quad) => goodOf(plain(quad), [])),
  ...publicSixes.map((address) => goodOf(brackets(address), [])),
  goodOf("https://shop.example.org:443/"),
  goodOf("HTTPS://shop.example.org/Customers?q=a%20b&c=%0d%0a&d=%00"),
  goodOf("https://shop.example.org/a/../b/%2e%2e/c?address=%40host%23%2F%2F"),
  goodOf("https://shop.example.org/@user/https://10.0.0.1/?to=http://localhost/"),
  goodOf("https://ten.example.org/", publicQuads),
  goodOf("https://six.example.org/", publicSixes),
  goodOf("https://both.example.org/", ["2606:4700::1111", "1.1.1.1"]),
  goodOf("https://nat64.example.org/", ["64:ff9b::5db8:d70e", "93.184.215.14"]),
  goodOf("https://mapped.example.org/", ["::ffff:93.184.215.14"]),
];

if (good.length < 60) throw new Error(`only ${good.length} good URLs`);
