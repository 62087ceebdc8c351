// Every public name and every method of the client has a doc comment with an example, and the examples compile. Each is a
// module of its own that imports the package's names and declares `dossier` as a client, unless it has imports itself.
// (Of what is generated, types without an example have a comment on each field: language-service.thorough.test.ts.)
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const root = resolve(fileURLToPath(import.meta.url), "../../..");
const index = join(root, "api/src/index.ts");
const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile.bind(ts.sys)) as {
  config: { compilerOptions: object };
};
const { options } = ts.convertCompilerOptionsFromJson(
  { ...config.compilerOptions, verbatimModuleSyntax: false },
  root,
);
const program = ts.createProgram([index], options);
const names = exportsOf(program);

test("every public name has an example", () => {
  expect(names.length).toBeGreaterThan(50);
  const without = names.filter(({ examples, isGenerated }) => !isGenerated && examples.length === 0);
  expect(without.map(({ name }) => name)).toEqual([]);
});

test("every method of the client has an example", () => {
  const { methods } = names.find(({ name }) => name === "Methods")!;
  expect(methods.length).toBeGreaterThan(60);
  expect(methods.filter(({ examples }) => examples.length === 0).map(({ name }) => name)).toEqual([]);
});

test("the examples compile, and those of the pages", () => {
  expect(pages.map(({ examples }) => examples.length)).toEqual([1, 1]);
  const sources = new Map(
    [...names, ...names.flatMap(({ methods }) => methods), ...pages].flatMap(({ name, examples }) =>
      examples.map((text, at) => [join(root, `api/test/example-${name}-${at}.ts`), moduleOf(text)] as const),
    ),
  );
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (path, language) => {
    const text = sources.get(path);
    return text === undefined ? read(path, language) : ts.createSourceFile(path, text, language);
  };
  const exists = host.fileExists.bind(host);
  host.fileExists = (path) => sources.has(path) || exists(path);
  const examples = ts.createProgram({ rootNames: [...sources.keys()], options, host, oldProgram: program });
  const wrong = [...sources.keys()].flatMap((path) => {
    const file = examples.getSourceFile(path);
    return [...examples.getSyntacticDiagnostics(file), ...examples.getSemanticDiagnostics(file)].map(
      ({ messageText }) =>
        `${path.slice(root.length + 1)}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
    );
  });
  expect(wrong).toEqual([]);
});

/** The pages that contain programs. */
const pages = ["README.md", "api/README.md"].map((path) => {
  const programs = readFileSync(join(root, path), "utf8").matchAll(/```ts(?: ci)?\n([^]*?)```/g);
  return { name: path.replaceAll(/\W/g, "-"), examples: Array.from(programs, ([, text]) => text ?? "") };
});

interface Example {
  name: string;
  examples: string[];
}

interface Name extends Example {
  isGenerated: boolean;
  /** of the client's interface: the methods of its nouns */
  methods: Example[];
}

/** The exports of the package, with the examples of their doc comments. */
function exportsOf(from: ts.Program): Name[] {
  const checker = from.getTypeChecker();
  const module = checker.getSymbolAtLocation(from.getSourceFile(index)!)!;
  return checker.getExportsOfModule(module).map((symbol) => {
    const alias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
    const target = alias ? checker.getAliasedSymbol(symbol) : symbol;
    const { declarations = [] } = target;
    return {
      name: symbol.name,
      examples: declarations.flatMap(examplesOf),
      isGenerated: declarations.every((one) => one.getSourceFile().fileName.includes("/generated/")),
      methods: symbol.name === "Methods" ? methodsOf(checker, target) : [],
    };
  });
}

/** The methods of the nouns of a client, with their examples. */
function methodsOf(checker: ts.TypeChecker, client: ts.Symbol): Example[] {
  const nouns = checker.getDeclaredTypeOfSymbol(client).getProperties();
  return nouns.flatMap((noun) =>
    checker
      .getTypeOfSymbol(noun)
      .getProperties()
      .map((verb) => ({
        name: `${noun.name}-${verb.name}`,
        examples: (verb.declarations ?? []).flatMap(examplesOf),
      })),
  );
}

function examplesOf(declaration: ts.Declaration): string[] {
  const comments = ts.getJSDocCommentsAndTags(declaration).map((comment) => comment.getFullText());
  return comments.flatMap((comment) => {
    const lines = comment.replace(/^\/\*\*|\*\/$/g, "").split("\n");
    const text = lines.map((line) => line.replace(/^\s*\* ?/, "")).join("\n");
    return text.split(/^@(?=\w)/m).flatMap((tag) => (tag.startsWith("example") ? [tag.slice(7).trim()] : []));
  });
}

function moduleOf(example: string): string {
  if (/^import /m.test(example)) return example;
  const imports = `import { ${names.map(({ name }) => name).join(", ")} } from "@dossier/api";`;
  const client = /\bdossier: Client\b/.test(example) ? "" : "declare const dossier: Client;";
  return `${imports}\n${client}\n${example}\nexport {};\n`;
}
