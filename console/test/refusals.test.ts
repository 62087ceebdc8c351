// Refusals in Dutch: a sentence for every code that a call of the console can be answered with, and for no other; what the
// server says of a field or a value stays.
import { type Code, openapi, rows } from "@dossier/api/table";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { en, type Text } from "../src/text/en.ts";
import { nl } from "../src/text/nl.ts";
import { refusalsNl } from "../src/text/refusals-nl.ts";

const source = join(import.meta.dirname, "..", "src");
const code = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => readFileSync(join(source, name), "utf8"))
  .join("\n");

/** The operations that the console calls: `customer.find`; `key.each` reads `key.list`, `ticket[…]` both its lists. */
function operationsCalled(): string[] {
  const names = rows().map(({ name }) => name);
  const called = [...code.matchAll(/(?:\bapi|\))\.(\w+)\.(\w+)\(/g)].map(
    ([, noun, verb = ""]) => `${noun}.${verb.replace(/^each/, "list")}`,
  );
  const listed = /api\.ticket\[/.test(code) ? ["ticket.list", "ticket.search"] : [];
  return [...new Set([...called, ...listed])].filter((name) => names.includes(name));
}

interface Answer {
  $ref?: string;
  content?: { "application/json"?: { schema: { allOf?: { properties?: { code?: { enum: Code[] } } }[] } } };
}

/** The codes of the errors of an operation, as the document declares them. */
function codesOf(name: string): Code[] {
  const document = openapi() as unknown as {
    paths: Record<string, Record<string, { operationId?: string; responses: Record<string, Answer> }>>;
    components: { responses: Record<string, Answer> };
  };
  const id = name.replace(/\.([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
  const answers = Object.values(operations.find(({ operationId }) => operationId === id)?.responses ?? {});
  return answers.flatMap((answer) => {
    const { content } = answer.$ref
      ? (document.components.responses[answer.$ref.split("/").at(-1) ?? ""] ?? {})
      : answer;
    return (content?.["application/json"]?.schema.allOf ?? []).flatMap(
      ({ properties }) => properties?.code?.enum ?? [],
    );
  });
}

test("every code that a call of the console can be answered with has its sentence, and no other", () => {
  const called = operationsCalled();
  expect(called.length).toBeGreaterThan(45);
  const wanted = new Set([...called.flatMap(codesOf), "network_failed", "timed_out"]);
  expect(wanted.size).toBeGreaterThan(20);
  expect(Object.keys(refusalsNl).sort()).toEqual([...wanted].sort());
});

test("a refusal is said in Dutch, with what the server names; in English in the server's words", () => {
  const taken = (text: Text) =>
    text.failure.refused("channel_taken", "already in use by customer 7", "This address is taken.");
  const denied = (text: Text) =>
    text.failure.refused("permission_missing", undefined, "This key lacks the permission SETTINGS_CRUD.");
  const missing = (text: Text) => text.failure.refused("not_found", undefined, "There is no such customer.");
  const said = (text: Text) => [taken, denied, missing].map((refusal) => refusal(text));
  expect(said(nl)).toEqual([
    "Dit adres is al van een andere klant van dit merk: already in use by customer 7",
    "Deze sleutel mag dit niet: This key lacks the permission SETTINGS_CRUD.",
    "Dit bestaat niet, of deze sleutel ziet het niet.",
  ]);
  expect(said(en)).toEqual([
    "already in use by customer 7",
    "This key lacks the permission SETTINGS_CRUD.",
    "There is no such customer.",
  ]);
});
