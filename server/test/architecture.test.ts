// The architecture (ARCHITECTURE.md), read from the source itself: permitted imports, access to the environment and the
// console, and names. A failure names the file, the line and the rule.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";
import { unwanted } from "./unwanted-words.ts";

/** The folders of the server. A folder imports itself and those on lines below its own, nothing else. */
const rooms = [
  ["cli"],
  ["service"],
  ["http", "demo", "jobs"], // neighbours do not import each other
  ["handlers", "metrics"],
  ["domain"],
  ["egress", "db"],
  ["abort", "backoff", "config", "json-structure", "log", "version"],
];

/** The nouns of server/src/domain, a folder or a file each; `command-order` belongs to `command`. Each imports only from its left. */
const nouns =
  "address · batcher · context · encryption · pagination · list-filter · change-feed · audit · job-queue · outbox · idempotency · command · job-list · brand · key · custom-field · channel-type · customer-fields · search · linking · customer · crm · timeline · ticket · change-stream · webhook · erasure · database-stats · health · backup · secret-rotation".split(
    " · ",
  );

/** npm packages that only one folder may import, types included. */
const rationed: Record<string, RegExp> = {
  fastify: /^http$/,
  "@fastify/": /^http$/,
  pg: /^db$/,
  "prom-client": /^metrics$/,
  undici: /^egress$/,
  "ipaddr.js": /^egress$/,
};

/** Modules and globals that connect to another machine, or resolve a name. */
const outward = {
  modules: /^(node:)?(net|tls|dns|dns\/promises|http|https|http2|dgram)$/,
  globals: ["fetch", "WebSocket", "EventSource", "XMLHttpRequest"],
  /** of these modules, functions that only read text or accept connections */
  harmless: ["BlockList", "isIP", "isIPv4", "isIPv6", "createServer"],
  /** permitted beside the folder `egress`: the command line calls the server that the operator named */
  exceptions: ["server/src/cli/target/url.ts: fetch"],
};

/** Words without meaning: some anywhere, some as the verb at the beginning of a name, some as the noun at its end. */
const empty = {
  anywhere: /^(managers?|helpers?|utils?|utility|utilities|common|impls?)$/,
  first: /^(handle|process)$/,
  last: /^(base|data|infos?|handle|process)$/,
  /** the field's own words, where they say something: a process of the machine, and what the law calls personal data */
  meant: [
    "server-process",
    "ServerProcess",
    "createServerProcess",
    "ServeProcess",
    "process-identity",
    "readProcess",
    "processMetrics",
    "personal-data",
  ],
};

const root = resolve(fileURLToPath(import.meta.url), "../../..");
const api = readSources("api/src");
const server = readSources("server/src");
const pages = readSources("console/src");

test("the server imports the API only by its name, and the API nothing but zod", () => {
  const wrong = [
    ...broken(api, "imports only zod and its own files", (at) =>
      at.imports.filter((name) => name !== "zod" && !resolvedIn("api/src", at, name)),
    ),
    ...broken(server, "imports by relative path only its own files", (at) =>
      at.imports.filter(
        (name) => name.startsWith(".") && !resolvedIn("server/src", at, name) && !isSeed(at, name),
      ),
    ),
    ...broken(readSources("server/seed"), "is data: imports only its own files, and types of the API", (at) =>
      at.imports.filter((name) => name !== "@dossier/api" && !resolvedIn("server/seed", at, name)),
    ),
  ];
  expect(wrong).toEqual([]);
});

test("the console is a client of the API: of this repository it imports `@dossier/api` alone", () => {
  const isForeign = (name: string) => name.startsWith("@dossier/") && name !== "@dossier/api";
  const wrong = broken(pages, "imports only its own files and the API by its name", (at) =>
    at.imports.filter(
      (name) => isForeign(name) || (name.startsWith(".") && !resolvedIn("console/src", at, name)),
    ),
  );
  expect([pages.length > 30, wrong]).toEqual([true, []]);
});

test("inside the server an arrow never turns back", () => {
  const strangers = server.filter((at) => rankOf(roomOf(at.path)) === -1);
  expect(strangers.map((at) => `${at.path}: a new room; give it a place in the list of this test`)).toEqual(
    [],
  );
  const rule = `imports only its own room and those below (${rooms.join(" → ")})`;
  expect(broken(server, rule, (at) => at.imports.filter((name) => turnsBack(at, name)))).toEqual([]);
});

test("every prepared statement has a name of its own: a session refuses a second one under the same name", () => {
  const names = server.flatMap(({ path }) =>
    [...readFileSync(join(root, path), "utf8").matchAll(/name: "(\w+)",\s+text:/g)].map((match) => match[1]),
  );
  expect(names.length).toBeGreaterThan(50);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

test("only http imports Fastify, only db imports pg, only metrics prom-client, only egress undici", () => {
  const wrong = Object.entries(rationed).flatMap(([name, allowed]) =>
    broken(
      server.filter((at) => !allowed.test(roomOf(at.path))),
      "may not import this package",
      (at) => at.imports.filter((from) => from === name || (name.endsWith("/") && from.startsWith(name))),
    ),
  );
  expect(wrong).toEqual([]);
});

test("only egress opens a connection to another machine", () => {
  const others = server.filter((at) => roomOf(at.path) !== "egress");
  const wrong = others.flatMap((at) => at.outward.map((what) => `${at.path}: ${what}`));
  expect(wrong.sort()).toEqual(outward.exceptions);
});

test("nouns of the domain import only from their left", () => {
  const domain = server.filter((at) => roomOf(at.path) === "domain");
  const strangers = domain.filter((at) => !nouns.includes(nounOf(at.path)));
  expect(strangers.map((at) => `${at.path}: a new noun; give it a place in the order of this test`)).toEqual(
    [],
  );
  const wrong = broken(domain, `imports only from its left (${nouns.join(" · ")})`, (at) =>
    at.imports.filter((name) => {
      const target = resolvedIn("server/src/domain", at, name);
      return target !== undefined && nouns.indexOf(nounOf(target)) > nouns.indexOf(nounOf(at.path));
    }),
  );
  expect(wrong).toEqual([]);
});

test("no two files import each other in a loop, types included", () => {
  const sources = [...api, ...server, ...pages];
  const targets = new Map(
    sources.map((at) => [
      at.path,
      at.imports.flatMap(
        (name) =>
          ["api/src", "server/src", "console/src"].map((part) => resolvedIn(part, at, name)).find(Boolean) ??
          [],
      ),
    ]),
  );
  const ended = new Set<string>();
  const loops: string[] = [];
  const visit = (path: string, way: readonly string[]): void => {
    const at = way.indexOf(path);
    if (at >= 0) loops.push([...way.slice(at), path].join(" → "));
    if (at >= 0 || ended.has(path)) return;
    for (const target of targets.get(path) ?? []) visit(target, [...way, path]);
    ended.add(path);
  };
  for (const { path } of sources) visit(path, []);
  expect(loops).toEqual([]);
});

test("ARCHITECTURE.md shows the same order of nouns", () => {
  expect(readFileSync(join(root, "ARCHITECTURE.md"), "utf8")).toContain(nouns.join(" · "));
});

test("only config reads the environment, only cli and log reach the console", () => {
  const environment = server.filter((at) => !/^server\/src\/(config|db\/embedded\/[^/]*)\.ts$/.test(at.path));
  const wrong = [
    ...broken(environment, "may not read the environment", (at) => at.uses(/^process\.env$/)),
    ...broken(
      server.filter((at) => !["cli", "log"].includes(roomOf(at.path))),
      "may not write to the console",
      (at) => at.uses(/^(console\.\w+|process\.(stdout|stderr))$/),
    ),
    ...broken(api, "may not know the machine", (at) => at.uses(/^(process|console)\./)),
  ];
  expect(wrong).toEqual([]);
});

test("every package is declared where it is imported", () => {
  const wrong = Object.entries({ api, server, console: pages }).flatMap(([workspace, sources]) => {
    const manifest = JSON.parse(readFileSync(join(root, workspace, "package.json"), "utf8")) as Manifest;
    const declared = Object.keys(manifest.dependencies);
    return broken(sources, `is not among the dependencies of ${workspace}/package.json`, (at) =>
      at.imports.filter((name) => !/^(\.|node:)/.test(name) && !declared.includes(packageOf(name))),
    );
  });
  expect(wrong).toEqual([]);
});

test("exported names and files follow the naming rules", () => {
  const files = [...api, ...server, ...readSources("api/test"), ...readSources("server/test")];
  const wrong = files.flatMap((at) => {
    const name = basename(at.path).replace(/((\.thorough)?\.test)?\.ts$/, "");
    return [
      ...(/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) ? [] : [`${at.path}: file names are kebab-case`]),
      ...(name === "index" && at.path !== "api/src/index.ts" ? [`${at.path}: no index files`] : []),
      ...[name, ...at.exports]
        .filter(saysNothing)
        .map((name) => `${at.path}: "${name}" does not say what it is`),
    ];
  });
  expect(wrong).toEqual([]);
});

test("files are named in the words of the glossary", () => {
  const wrong = [...api, ...server].flatMap(({ path }) =>
    path
      .replace(/^(api|server)\/src\//, "")
      .split(/[^a-z0-9]+/)
      .flatMap((word) => (word in unwanted ? [`${path}: "${word}"; better: ${unwanted[word]}`] : [])),
  );
  expect(wrong).toEqual([]);
});

test("exported names and metrics use the field's words", () => {
  const words = (name: string) =>
    name
      .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
      .toLowerCase()
      .split(/[^a-z0-9]+/);
  const metrics = server
    .filter(({ path }) => path.startsWith("server/src/metrics/"))
    .flatMap(({ path }) => readFileSync(join(root, path), "utf8").match(/dossier_\w+/g) ?? []);
  expect(metrics.length).toBeGreaterThan(40);
  const named = [
    ...[...api, ...server].flatMap(({ path, exports }) => exports.map((name) => ({ path, name }))),
    ...metrics.map((name) => ({ path: "metrics", name })),
  ];
  const wrong = named.flatMap(({ path, name }) =>
    words(name).flatMap((word) =>
      word in unwanted ? [`${path}: "${name}"; better: ${unwanted[word]}`] : [],
    ),
  );
  expect(wrong).toEqual([]);
});

interface Manifest {
  dependencies: Record<string, string>;
}

interface Source {
  path: string;
  imports: string[];
  exports: string[];
  /** What it uses of the modules that reach other machines. */
  outward: string[];
  /** The property accesses (`process.env.HOME`) that match. */
  uses(pattern: RegExp): string[];
}

function readSources(folder: string): Source[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => readSource(`${folder}/${name}`));
}

function readSource(path: string): Source {
  const tree = ts.createSourceFile(
    path,
    readFileSync(join(root, path), "utf8"),
    ts.ScriptTarget.ES2023,
    true,
  );
  const accesses: string[] = [];
  const imports: string[] = [];
  const reaching: string[] = [];
  const visit = (node: ts.Node): void => {
    reaching.push(...outwardUses(node));
    if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node))
      accesses.push(node.getText());
    const from = importedFrom(node);
    if (from && ts.isStringLiteral(from)) imports.push(from.text);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return {
    path,
    imports,
    exports: tree.statements.flatMap(exportedNames),
    outward: reaching,
    uses: (pattern) => accesses.filter((text) => pattern.test(text)),
  };
}

/** The module named by an import, a re-export, an import() or an import type. */
function importedFrom(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return node.arguments[0];
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return node.argument.literal;
  return undefined;
}

/** The values a node imports from a module that reaches other machines, or the global of that sort that it names. */
function outwardUses(node: ts.Node): string[] {
  if (ts.isIdentifier(node) && outward.globals.includes(node.text)) {
    const isOwnName = ts.isPropertyAssignment(node.parent) || ts.isPropertySignature(node.parent);
    return isOwnName && node.parent.name === node ? [] : [node.text];
  }
  const from = importedFrom(node);
  if (!from || !ts.isStringLiteral(from) || !outward.modules.test(from.text)) return [];
  if (ts.isImportTypeNode(node)) return [];
  if (!ts.isImportDeclaration(node)) return [from.text];
  const clause = node.importClause;
  if (clause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
  const bindings = clause?.namedBindings;
  if (!bindings || !ts.isNamedImports(bindings) || clause.name) return [from.text];
  return bindings.elements
    .filter((one) => !one.isTypeOnly && !outward.harmless.includes((one.propertyName ?? one.name).text))
    .map((one) => `${from.text} ${one.getText()}`);
}

function exportedNames(node: ts.Statement): string[] {
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
  if (!modifiers.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)) return [];
  if (ts.isVariableStatement(node)) return node.declarationList.declarations.map((one) => one.name.getText());
  const { name } = node as ts.DeclarationStatement;
  return name ? [name.getText()] : [];
}

function broken(sources: Source[], rule: string, find: (at: Source) => string[]): string[] {
  return sources.flatMap((at) => find(at).map((what) => `${at.path}: ${rule}: ${what}`));
}

/** The target of a relative import, if it is inside the folder. */
function resolvedIn(folder: string, at: Source, name: string): string | undefined {
  if (!name.startsWith(".")) return undefined;
  const target = relative(root, resolve(root, at.path, "..", name));
  return target.startsWith(`${folder}/`) ? target : undefined;
}

/** Only the module that seeds the demo data knows its content. */
function isSeed(at: Source, name: string): boolean {
  return roomOf(at.path) === "demo" && resolvedIn("server/seed", at, name) !== undefined;
}

function turnsBack(at: Source, name: string): boolean {
  const target = resolvedIn("server/src", at, name);
  if (target === undefined) return false;
  const [from, to] = [roomOf(at.path), roomOf(target)];
  return from !== to && rankOf(to) <= rankOf(from);
}

function roomOf(path: string): string {
  return path.replace("server/src/", "").replace(/(\/.*|\.ts)$/, "");
}

function rankOf(room: string): number {
  return rooms.findIndex((line) => line.includes(room));
}

function nounOf(path: string): string {
  const name = path.replace("server/src/domain/", "").replace(/(\/.*|\.ts)$/, "");
  return nouns.find((noun) => name === noun || name.startsWith(`${noun}-`)) ?? name;
}

function packageOf(name: string): string {
  return name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
}

function saysNothing(name: string): boolean {
  if (empty.meant.includes(name)) return false;
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return (
    words.some((word) => empty.anywhere.test(word)) ||
    empty.first.test(words[0] ?? "") ||
    empty.last.test(words.at(-1) ?? "")
  );
}
