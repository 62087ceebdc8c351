// `npm run client-types`: generates api/src/client/generated from the endpoint table: the interfaces of the client and of
// its `raw`, with a doc comment on every method, field, error and event, and the names of the fields of responses in both
// spellings. `npm run check` compares.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { comment, sentences } from "./client-types/comments.mjs";
import { methodsBlock, nounFiles, nounsOf, recordBlocks } from "./client-types/noun-files.mjs";
import { NounTypes } from "./client-types/noun-types.mjs";
import { SchemaTypes } from "./client-types/schema-types.mjs";
import { Spelling } from "./client-types/spelling.mjs";
import { timelineTypes, webhookTypes } from "./client-types/unions.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const folder = join(root, "api", "src", "client", "generated");

/** The types written by hand that generated ones mention, and their modules. */
const byHand = {
  CallOptions: "../options.ts",
  ChangeEvent: "../watch.ts",
  ListOptions: "../options.ts",
  Page: "../../envelope.ts",
  RawChangeEvent: "../watch.ts",
  RawItem: "../../envelope.ts",
  RawPage: "../../envelope.ts",
  RawResult: "../../envelope.ts",
  Result: "../../envelope.ts",
  WatchOptions: "../options.ts",
  ChannelInput: "../../input-values.ts",
  CustomValue: "../../input-values.ts",
  NoFields: "../../input-values.ts",
};

/** The generated files, by their paths below the folder. */
export async function clientTypes() {
  const source = await loadSource();
  const document = source.openapi();
  const components = document.components.schemas;
  const table = source.rows();
  const reader = new NounTypes(undefined, source, document);
  const schemas = [...table.map((one) => reader.responseOf(one)), { $ref: "/WebhookPayload" }];
  const spelling = new Spelling(source, components, schemas);
  const words = wordsOf(source);
  const types = new SchemaTypes(spelling, components, Object.entries(words), source.exampleOf);
  const nouns = new NounTypes(types, source, document);
  const files = new Map([
    ["words", { blocks: wordBlocks(words) }],
    ["error-codes", { blocks: [errorBlock(source, spelling)] }],
    ["webhook-events", { blocks: webhookTypes(types, source) }],
    ["timeline", { blocks: timelineTypes(types, source) }],
    ["raw/timeline", { blocks: recordBlocks("TimelineItem", types, true) }],
    ...nounsOf(table).flatMap((noun) => {
      const endpoints = table.filter(({ name }) => name.startsWith(`${noun}.`));
      return [false, true].flatMap((raw) => nounFiles(noun, endpoints, nouns, types, source, raw));
    }),
    ["methods", { blocks: [methodsBlock(table, source, false)] }],
    ["raw/methods", { blocks: [methodsBlock(table, source, true)] }],
  ]);
  const texts = withImports(files);
  texts.set("types.ts", exportsOf([...files.keys()]));
  texts.set("names.ts", namesFile(spelling));
  return format(texts);
}

/** The closed sets of words that have a name. */
function wordsOf({ permissions, outcomes, ticketStatuses, timelineItemTypes, eventTypes, customTypes }) {
  return {
    Permission: permissions,
    Outcome: outcomes,
    TicketStatus: ticketStatuses,
    TimelineItemType: timelineItemTypes,
    EventType: eventTypes,
    CustomFieldType: customTypes,
  };
}

const wordTexts = {
  Permission: "One permission of a key.",
  Outcome: "The effect of an operation on its record.",
  TicketStatus: "One state of a ticket.",
  TimelineItemType: "One type of timeline item.",
  EventType: "One event type of webhooks.",
  CustomFieldType: "What the values of a custom field are.",
};

function wordBlocks(words) {
  return Object.entries(words).map(([name, values]) => ({
    name,
    text: [
      comment([wordTexts[name], `@example\nconst one: ${name} = ${JSON.stringify(values[0])};`]),
      `export type ${name} =`,
      ...values.map((value) => `  | ${JSON.stringify(value)}`),
    ]
      .join("\n")
      .concat(";"),
  }));
}

function errorBlock({ codes, codeTexts }, spelling) {
  const members = Object.entries(codes).map(([code, status]) => {
    const { means, why, do: remedy } = codeTexts[code];
    const parts = [sentences(`${status}: ${means}`), sentences(why), `What to do: ${remedy}`];
    const words = parts.map((part) => spelling.describe(part));
    return `${comment(words, "  ")}\n  readonly ${code}: ${status};`;
  });
  return {
    name: "ErrorCodes",
    text: [
      comment([
        "Every error code, with its HTTP status.",
        '@example\nconst conflict: ErrorCodes["channel_taken"] = 409;',
      ]),
      "export interface ErrorCodes {",
      ...members,
      "}",
    ].join("\n"),
  };
}

const byText = (a, b) => (a < b ? -1 : 1);

const opening = "// Written by `npm run client-types` from the endpoint table.\n";

/** The texts of the files, each with its imports. */
function withImports(files) {
  const home = new Map(Object.entries(byHand));
  for (const [path, { blocks }] of files) for (const { name } of blocks) home.set(name, `${path}.ts`);
  const texts = new Map();
  for (const [path, { blocks }] of files) {
    const body = blocks.map(({ text }) => text).join("\n\n");
    const code = body.replace(/\/\*\*[^]*?\*\//g, "").replace(/"[^"]*"/g, "");
    const imports = new Map();
    for (const name of new Set(code.match(/\b[A-Z]\w*\b/g))) {
      const from = home.get(name);
      if (from === undefined || from === `${path}.ts`) continue;
      const target = relative(dirname(path), from);
      const module = target.startsWith(".") ? target : `./${target}`;
      imports.set(module, [...(imports.get(module) ?? []), name]);
    }
    const lines = [...imports]
      .sort(([a], [b]) => byText(a, b))
      .map(([module, names]) => `import type { ${names.sort(byText).join(", ")} } from "${module}";`);
    texts.set(`${path}.ts`, [opening + lines.join("\n"), body].join("\n\n").concat("\n"));
  }
  return texts;
}

function exportsOf(paths) {
  const lines = paths.sort(byText).map((path) => `export type * from "./${path}.ts";`);
  return `${opening}\n${lines.join("\n")}\n`;
}

function namesFile({ names, containers }) {
  const sorted = Object.fromEntries([...names].sort(([a], [b]) => byText(a, b)));
  return [
    opening,
    "/** Our name of each field of a response that the wire names otherwise. */",
    `export const ourNames: Readonly<Record<string, string>> = ${JSON.stringify(sorted, null, 2)};`,
    "",
    "/** The fields, as the wire names them, whose values hold such fields. */",
    `export const containers: ReadonlySet<string> = /* @__PURE__ */ new Set(${JSON.stringify([...containers].sort(byText))});`,
    "",
  ].join("\n");
}

/** The texts as the formatter writes them. */
function format(texts) {
  mkdirSync(join(root, ".cache"), { recursive: true });
  const place = mkdtempSync(join(root, ".cache", "client-types-"));
  try {
    for (const [path, text] of texts) {
      mkdirSync(dirname(join(place, path)), { recursive: true });
      writeFileSync(join(place, path), text);
    }
    const biome = join(root, "node_modules", ".bin", "biome");
    const { status, stderr } = spawnSync(biome, ["format", "--write", "--vcs-enabled=false", place], {
      cwd: root,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(stderr);
    return new Map([...texts.keys()].map((path) => [path, readFileSync(join(place, path), "utf8")]));
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** The sources, bundled, because Node 20 reads no TypeScript. */
async function loadSource() {
  const file = join(root, ".cache", "client-types.mjs");
  const input = join(root, "scripts", "client-types", "source.mjs");
  const build = await rolldown({ input, cwd: root, platform: "node" });
  const { output } = await build.generate({ format: "esm" });
  await build.close();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, output[0].code);
  return import(`${pathToFileURL(file).href}?${Date.now()}`);
}

/** The committed files that are not what the table says, those that are missing, and those that are no more. */
export async function staleClientTypes() {
  const made = await clientTypes();
  const committed = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  const wrong = [...made].filter(
    ([path, text]) => !committed.includes(path) || readFileSync(join(folder, path), "utf8") !== text,
  );
  return [...wrong.map(([path]) => path), ...committed.filter((path) => !made.has(path))];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const made = await clientTypes();
  rmSync(folder, { recursive: true, force: true });
  for (const [path, text] of made) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  console.log(`${made.size} files`);
}
