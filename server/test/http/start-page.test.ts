// The start page: a page for browsers, JSON for programs, both without a key; every link leads somewhere.
import { expect, test } from "vitest";
import { version } from "../../src/version.ts";
import { startTestServer } from "../support/test-server.ts";

const world = await startTestServer();
const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";

const send = (path: string, init: RequestInit = {}) => fetch(world.url + path, init);
const open = (accept: string) => send("/", { headers: { accept } });

test.each([
  [browser, "text/html; charset=utf-8"],
  ["text/html", "text/html; charset=utf-8"],
  ["application/json;q=0.5, text/html", "text/html; charset=utf-8"],
  ["application/json", "application/json; charset=utf-8"],
  ["text/html;q=0.5, application/json", "application/json; charset=utf-8"],
  ["text/html;q=0, */*", "application/json; charset=utf-8"],
  ["*/*", "application/json; charset=utf-8"],
])("Accept: %s gets %s", async (accept, type) => {
  const { status, headers } = await open(accept);
  expect([status, headers.get("content-type"), headers.get("vary")]).toEqual([200, type, "accept"]);
});

test("programs get the name, the release and links that lead somewhere", async () => {
  const { links, ...body } = (await (await open("*/*")).json()) as { links: Record<string, string> };
  expect(body).toMatchObject({ name: "Dossier", version });
  for (const [name, path] of Object.entries(links)) {
    const { status } = await send(name === "api" ? `${path}/session` : path);
    expect([name, status]).toEqual([name, name === "api" ? 401 : 200]);
  }
});

test("the page has nothing inline, names the address of this server, and its links lead somewhere", async () => {
  const answer = await open(browser);
  const [text, { headers }] = [await answer.text(), answer];
  expect(headers.get("content-security-policy")).toBe(
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  );
  expect(text).not.toMatch(/<script|<style|\sstyle=|\son\w+=/);
  expect(text).toContain("It works.");
  expect(text).toContain(`${world.url}/api/v2/customer `);
  const named = [...text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, href = ""]) => href);
  expect(named.length).toBeGreaterThan(6);
  for (const href of named) expect([href, (await send(href)).status]).toEqual([href, 200]);
});

test("a host name with signs of a shell or of HTML is not part of the commands", async () => {
  for (const host of ["$(id).example.org", "<b>.example.org", '"x', "a`b`.example"]) {
    const answer = await world.service.app.inject({ url: "/", headers: { accept: browser, host } });
    if (answer.statusCode === 200) expect(answer.body).toContain("http://localhost:8080/api/v2/customer");
    expect(answer.body).not.toContain(host);
  }
});

test("other methods are refused", async () => {
  const posted = await send("/", { method: "POST" });
  expect([posted.status, await posted.json()]).toEqual([
    405,
    expect.objectContaining({ code: "method_not_allowed" }),
  ]);
  expect((await send("/", { method: "OPTIONS" })).headers.get("allow")).toBe("GET, HEAD, OPTIONS");
  expect((await send("/", { method: "HEAD" })).status).toBe(200);
});
