// Documentation: each page is served as it is in the folder, with nothing inline and no broken link; every block of
// code is run by CI or listed with the reason why not; tables of settings agree.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { codes } from "@dossier/api";
import { fastify } from "fastify";
import { afterAll, describe, expect, test } from "vitest";
import { settingNames } from "../../../src/config/setting-names.ts";
import { renderMarkdown } from "../../../src/http/docs/markdown.ts";
import { docsRoutes } from "../../../src/http/docs/docs.ts";

const root = resolve(fileURLToPath(import.meta.url), "../../../../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const pages = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
const all = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).filter((name) =>
  name.endsWith(".md"),
);

/** Blocks that CI does not run, by page: how many of which kind, and why. */
const unmarked: Record<string, [language: string, count: number, why: string][]> = {
  "README.md": [["sh", 1, "clones and starts, which CI has done"]],
  "docs/tour.md": [
    ["sh", 1, "clones and starts, which CI has done"],
    ["text", 1, "what the start prints; cli/first-start compares it"],
  ],
  "docs/operations.md": [
    ["sql", 1, "for an administrator of another PostgreSQL"],
    ["sh", 7, "need another PostgreSQL, a stopped server, or start one; a setting"],
    ["nginx", 1, "settings of another program"],
    ["caddy", 1, "settings of another program"],
  ],
  "docs/deploy.md": [
    ["sh", 9, "need root, Docker or systemd, or install packages; cli/package installs the package"],
  ],
  "docs/console.md": [["text", 1, "addresses for a telephone system"]],
  "docs/cookbook.md": [["sh", 1, "for zsh and fish; cli/completion tries them there"]],
  "docs/moving.md": [
    ["sh", 1, "needs an old server"],
    ["text", 1, "what differs there"],
  ],
  "docs/crm.md": [
    ["sh", 1, "starts a server that may ask the demo CRM, which CI has done"],
    ["ts", 1, "a server, which does not end; domain/crm/example.thorough.test.ts runs it"],
    ["php", 1, "needs PHP, which nothing else here does"],
  ],
  "docs/webhooks.md": [
    ["json", 1, "is sent, not answered; what is sent is compared by domain/webhook/event.test.ts"],
  ],
  "docs/errors.md": [
    ["json", Object.keys(codes).length, "compared with what is answered by http/error-response.test.ts"],
  ],
};

describe.each(["README.md", ...pages.map((name) => `docs/${name}`)])("%s", (path) => {
  const text = read(path);
  const fences = [...text.matchAll(/^```(.*)$/gm)].map(([, info = ""]) => info);
  const opening = fences.filter((_, at) => at % 2 === 0);

  test("has each block of code marked for CI, or listed with a reason", () => {
    expect(fences.length % 2).toBe(0);
    const counts = new Map<string, number>();
    for (const info of opening)
      if (!/^(sh|ts|json|text) ci$|^sh ci (fails|serves)$/.test(info))
        counts.set(info, (counts.get(info) ?? 0) + 1);
    const listed = (unmarked[path] ?? []).map(([language, count]) => [language, count]);
    expect(Object.fromEntries(counts)).toEqual(Object.fromEntries(listed));
  });

  test("shows an output only behind a block that runs", () => {
    for (const [at, info] of opening.entries())
      if (/^(json|text) ci$/.test(info)) expect(opening[at - 1]).toMatch(/^(sh|ts) ci/);
  });

  test("names no record in a command by a number that the server has given", () => {
    const commands = [...text.matchAll(/^```sh.*\n((?:(?!```).*\n)*)```$/gm)].map(([, code]) => code ?? "");
    for (const command of commands) {
      expect(command).not.toMatch(/\/api\/v2\/(?!brand\/1\b)\S*\/\d+\b/);
      expect(command).not.toMatch(/-[dF] ['"]?(?!brand_?id|channel_id)\w*_?id=\d+\b/i);
      expect(command).not.toMatch(/\bcall \w+\.\w+ \d+\b|\bkey revoke \d+\b/);
    }
  });
});

/** The rows of the table of settings. */
function tableOf(path: string): string[][] {
  return [...read(path).matchAll(/^\| `([A-Z_]+)` +\| (.*) \|$/gm)].map(([, name = "", rest = ""]) => [
    name,
    ...rest.split(" | ").map((cell) => cell.trim()),
  ]);
}

describe("settings", () => {
  test.each(["README.md", "docs/operations.md"])("are all in %s, in their order", (path) => {
    expect(tableOf(path).map(([name]) => name)).toEqual(settingNames);
  });
  test("mean the same in both", () => {
    expect(tableOf("docs/operations.md")).toEqual(tableOf("README.md"));
  });
});

const addressOf = (name: string) => `/docs/${name.replace(/\.md$/, "")}`;

describe("served", () => {
  const app = fastify({ routerOptions: { caseSensitive: false, ignoreTrailingSlash: true } });
  docsRoutes(app);
  afterAll(() => app.close());

  test.each(all)("%s: a page with nothing inline", async (name) => {
    const answer = await app.inject({ url: addressOf(name) });
    expect([answer.statusCode, answer.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    const policy = String(answer.headers["content-security-policy"]);
    expect(policy).toContain("script-src 'self'; style-src 'self';");
    const outside = answer.body.replace(/<(pre|code)\b.*?<\/\1>/gs, "");
    expect(outside).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|javascript:/);
    expect(answer.body).toContain(`<h1 id=`);
    expect(/^# (.+)$/m.exec(read(`docs/${name}`))).not.toBeNull();
  });

  test.each(all)("%s: no link leads nowhere", async (name) => {
    const url = addressOf(name);
    const { body } = await app.inject({ url });
    const named = [...body.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, href = ""]) => href);
    for (const href of named.filter((one) => !/^https?:/.test(one))) {
      const [path = "", anchor] = href.split("#");
      const target = path === "" || path === url ? body : undefined;
      if (path !== "/openapi.json" && target === undefined) {
        const answer = await app.inject({ url: path });
        expect([href, answer.statusCode]).toEqual([href, 200]);
        if (anchor) expect([href, answer.body.includes(`id="${anchor}"`)]).toEqual([href, true]);
      } else if (anchor) expect([href, body.includes(`id="${anchor}"`)]).toEqual([href, true]);
    }
  });

  test.each([
    ["desk.example.org", "http://desk.example.org/api/v2/"],
    ["127.0.0.1:18080", "http://127.0.0.1:18080/api/v2/"],
    ["[::1]:8081", "http://[::1]:8081/api/v2/"],
  ])("with the address of the server in the examples, for the host %s", async (host, address) => {
    const { body } = await app.inject({ url: "/docs/tour", headers: { host } });
    expect(body).toContain(address);
    expect(body).not.toContain("localhost:8080");
  });

  test.each(['a"><script>x()</script>', "a b", "a;$(id)", "a`id`", "a/b", "a@b"])(
    "with nothing of a host that is no plain name: %s",
    async (host) => {
      const { body } = await app.inject({ url: "/docs/tour", headers: { host } });
      expect(body).toContain("http://localhost:8080/api/v2/");
      expect(body).not.toContain(host);
    },
  );

  test("with the address of each of many clients, whatever others asked for meanwhile", async () => {
    const hosts = Array.from({ length: 150 }, (_, n) => `desk${n}.example.org`);
    for (let round = 0; round < 2; round += 1) {
      const answers = await Promise.all(
        hosts.map((host) => app.inject({ url: "/docs/tour", headers: { host } })),
      );
      expect(answers.map(({ body }) => /http:..desk\d+\.example\.org/.exec(body)?.[0])).toEqual(
        hosts.map((host) => `http://${host}`),
      );
      expect(new Set(answers.map(({ headers }) => headers["etag"])).size).toBe(hosts.length);
    }
  });

  test("the search has every section of every page, and every operation, with an address that is there", async () => {
    const found = (await app.inject({ url: "/docs/search.json" })).json<Record<string, string>[]>();
    const bodies = new Map<string, string>();
    for (const { href = "", page, heading, text } of found) {
      const [path = "", id = ""] = href.split("#");
      if (!bodies.has(path)) bodies.set(path, (await app.inject({ url: path })).body);
      expect([href, bodies.get(path)?.includes(` id="${id}"`)]).toEqual([href, true]);
      expect([typeof page, typeof heading, typeof text]).toEqual(["string", "string", "string"]);
    }
    expect([...bodies.keys()].sort()).toEqual([...all.map(addressOf), "/docs/api"].sort());
    const words = found.find(({ href }) => href === "/docs/operations#the-erasure-log")?.text;
    expect(words).toContain("every revoked key is put into the erasure log before it is answered");
    expect(words).not.toMatch(/\*\*|`/);
  });

  test("the table of contents names every page and every decision", () => {
    const index = read("docs/index.md");
    for (const name of all.filter((one) => one !== "index.md")) expect(index).toContain(`(${name})`);
  });

  test.each([
    "/docs/../README",
    "/docs/..%2fREADME",
    "/docs/tour.md",
    "/docs/images/../tour",
    "/docs/images",
  ])("nothing at %s", async (url) => {
    const { statusCode, body } = await app.inject({ url });
    expect([200, 404]).toContain(statusCode);
    if (statusCode === 200) expect(body).toContain("<title>A tour of ten minutes"); // the path was resolved
  });
});

test("a page brings no markup of its own", () => {
  const { html } = renderMarkdown(
    '# A <b>b</b>\n\n<script>x()</script>\n\nc <img src=x onerror=y()> [d](javascript:z())\n\n![e](f" onload="g)',
    (href) => (href.startsWith("javascript:") ? undefined : href),
  );
  expect(html).not.toMatch(/<script|<img src=x|<b>|javascript:|" onload/);
});

test("headings are linked as on GitHub", () => {
  const { headings } = renderMarkdown(
    "# A\n\n## 6. A key of one's own\n\n## `x_y` & z\n\n## A",
    (href) => href,
  );
  expect(headings.map(({ id }) => id)).toEqual(["a", "6-a-key-of-ones-own", "x_y--z", "a-1"]);
});

test("code is highlighted, and no less escaped; each block can be scrolled by keyboard and says what it is", () => {
  const { html } = renderMarkdown('```sh ci\necho "<b>" # c\n```\n\n```text\na <i> b\n```', (href) => href);
  expect(html).toContain('<span class="hljs-comment"># c</span>');
  expect(html).toContain("&lt;b&gt;");
  expect(html).toContain("a &lt;i&gt; b");
  expect(html).not.toMatch(/<b>|<i>/);
  for (const [tag] of html.matchAll(/<pre[^>]*>/g))
    expect(tag).toMatch(/tabindex="0" role="group" aria-label="\w+"/);
});
