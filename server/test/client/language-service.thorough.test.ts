// What an editor says of the client: TypeScript's language service on a small strict project with the packed package. It
// lists every method of the table, and each method, field, error and event has words of its own.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codes, eventTypes, rows } from "@dossier/api";
import ts from "typescript";
import { describe, expect, test, vi } from "vitest";
import { installPackedClient } from "../support/packed-client.ts";

/** The language service is slow on a busy machine. */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const { project } = await installPackedClient();
const file = join(project, "program.ts");
const options: ts.CompilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
  types: [],
};

let text = "";
let version = 0;
const { useCaseSensitiveFileNames, ...system } = ts.sys;
const host: ts.LanguageServiceHost = {
  ...system,
  useCaseSensitiveFileNames: () => useCaseSensitiveFileNames,
  getCompilationSettings: () => options,
  getCurrentDirectory: () => project,
  getDefaultLibFileName: ts.getDefaultLibFilePath.bind(ts),
  getScriptFileNames: () => [file],
  getScriptVersion: (path) => (path === file ? String(version) : "1"),
  getScriptSnapshot: (path) => {
    const content = path === file ? text : ts.sys.readFile(path);
    return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
  },
};
writeFileSync(file, "");
const service = ts.createLanguageService(host);

const opening = `import { codes, createClient, type TimelineItem, type WebhookEvent } from "@dossier/api";
const dossier = createClient({ url: "http://localhost:8080" });
declare const item: TimelineItem;
declare const event: WebhookEvent;
`;

/** What the editor offers where the program has a `|`, and the words of each. */
function offeredAt(program: string): { name: string; words: string; tags: string[] }[] {
  text = `${opening}${program.replace("|", "")}\n`;
  version += 1;
  const at = opening.length + program.indexOf("|");
  const { entries = [] } = service.getCompletionsAtPosition(file, at, {}) ?? {};
  return entries.map(({ name, source, data }) => {
    const details = service.getCompletionEntryDetails(file, at, name, {}, source, {}, data);
    const tags = (details?.tags ?? []).map((tag) => `${tag.name} ${ts.displayPartsToString(tag.text)}`);
    return { name, words: ts.displayPartsToString(details?.documentation), tags };
  });
}

function expectWords(offered: readonly { name: string; words: string }[]): void {
  expect(offered.filter(({ words }) => !/\w+ .*\w{2}/s.test(words)).map(({ name }) => name)).toEqual([]);
}

/** The names of the methods of the table's noun: one for each verb, and one more for each list. */
function methodsOf(noun: string): string[] {
  const verbs = rows().flatMap(({ name, row }) => {
    const verb = name.slice(noun.length + 1);
    const isList = "nextCursor" in ((row.output as { shape?: object }).shape ?? {});
    if (!name.startsWith(`${noun}.`)) return [];
    return isList ? [verb, verb.replace("list", "each").replace("search", "eachSearch")] : [verb];
  });
  return verbs.toSorted();
}

const nouns = [...new Set(rows().map(({ name }) => name.split(".")[0] ?? ""))];

describe("the editor lists every method with its words", () => {
  test("the nouns", () => {
    const offered = offeredAt("dossier.|");
    expect(offered.map(({ name }) => name).toSorted()).toEqual([...nouns, "raw"].toSorted());
    expectWords(offered);
  });

  test.each(nouns)("%s", (noun) => {
    const offered = offeredAt(`dossier.${noun}.|`);
    expect(offered.map(({ name }) => name).toSorted()).toEqual(methodsOf(noun));
    expectWords(offered);
    const withoutExample = offered.filter(({ tags }) => !tags.some((tag) => tag.startsWith("example")));
    expect(withoutExample.map(({ name }) => name)).toEqual([]);
    const raw = offeredAt(`dossier.raw.${noun}.|`);
    expect(raw.map(({ name }) => name).toSorted()).toEqual(methodsOf(noun));
    expectWords(raw);
  });

  test("a method names the errors it can end with", () => {
    const update = offeredAt("dossier.customer.|").find(({ name }) => name === "update");
    const said = update?.tags.filter((tag) => tag.startsWith("throws")).join("\n");
    for (const code of ["channel_taken", "stale_version", "not_found"])
      expect(said).toContain(`\`${code}\`: `);
  });
});

describe("fields have their words, in requests and in results", () => {
  const takingFields = rows().filter(({ row }) => Object.keys(row.input.shape).length > 0);
  test.each(takingFields.map(({ name, row }) => [name, Object.keys(row.input.shape)] as const))(
    "the fields of %s",
    (name, fields) => {
      const offered = offeredAt(`void dossier.${name}({ | });`);
      expect(offered.map((one) => one.name).toSorted()).toEqual(fields.toSorted());
      expectWords(offered);
    },
  );

  const answered = rows().filter(({ row }) => !row.stream);
  test.each(answered.map(({ name }) => name))("the result of %s", (name) => {
    const offered = offeredAt(`(await dossier.${name}({} as never)).|`);
    expect(offered.length).toBeGreaterThan(2);
    expect(offered.filter((one) => /_|^type$/.test(one.name))).toEqual([]);
    expectWords(offered);
  });

  test.each(["customer", "ticket"])("the event of a %s that has changed", (type) => {
    const offered = offeredAt(
      `for await (const one of dossier.change.watch()) if (one.type === "${type}") void one.|;`,
    );
    expect(offered.length).toBeGreaterThan(2);
    expectWords(offered);
  });

  test("what is within a result", () => {
    const customer = "(await dossier.customer.find({ id: 7 }))";
    for (const place of [".channels[0]!", ".provenance![0]!"])
      expectWords(offeredAt(`${customer}${place}.|`));
    const names = offeredAt(`${customer}.|`).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["primaryId", "brandId", "custom", "createdAt"]));
    const limits = offeredAt("void dossier.customer.create({ brandId: 1, | });");
    expect(limits.find(({ name }) => name === "firstname")?.words).toContain("At most 255 characters");
    expect(limits.find(({ name }) => name === "primaryId")?.words).toContain("For example `K-17`");
  });
});

test("the items of a timeline and the events of webhooks are told apart by their type", () => {
  const unions = {
    'if (item.type === "event") item.|': ["eventType", "sourceUrl"],
    'if (item.type === "ticket") item.|': ["title", "ticketId"],
    'if (item.type === "message") item.|': ["content", "direction"],
    'if (event.type === "customer.updated") event.data.|': ["fields", "version", "sequence"],
    'if (event.type === "ticket.linked") event.data.|': ["ticketId", "customerId"],
  };
  for (const [program, names] of Object.entries(unions)) {
    const offered = offeredAt(program);
    expect(offered.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
    expectWords(offered);
  }
  expect(offeredAt('if (item.type === "event") item.|').map(({ name }) => name)).not.toContain("title");
  expect(offeredAt('if (event.type === "ticket.linked") event.data.|').map(({ name }) => name)).not.toContain(
    "version",
  );
  expect(
    offeredAt('if (event.type === "|") event;')
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(eventTypes.toSorted());
});

test("every error code has its words", () => {
  const offered = offeredAt("codes.|");
  expect(offered.map(({ name }) => name).toSorted()).toEqual(Object.keys(codes).toSorted());
  expectWords(offered);
  expect(offered.find(({ name }) => name === "channel_taken")?.words).toMatch(/^409: .*What to do: /s);
});

test("every event of webhooks and every option of a call has its words", () => {
  expectWords(offeredAt("void dossier.customer.find({ id: 7 }, { | });"));
  const declared = readFileSync(
    join(project, "node_modules/@dossier/api/dist/client/generated/webhook-events.d.ts"),
    "utf8",
  );
  const documented = declared.match(/\*\/\nexport interface \w+WebhookEvent /g);
  expect(documented).toHaveLength(eventTypes.length);
});
