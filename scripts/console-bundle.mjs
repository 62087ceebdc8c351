// Console bundle: the pages of console/src as hashed files in dist/console, built where its sources have changed. It is
// served from there by the server; a start from the sources builds it in a process of its own, while the API answers.
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const source = join(root, "console", "src");
export const consoleFolder = join(root, "dist", "console");
const inter = join(root, "node_modules", "@fontsource-variable", "inter");

/** Whether the built console is that of these sources. */
export function isConsoleBuilt() {
  const path = join(consoleFolder, "fingerprint");
  return existsSync(path) && readFileSync(path, "utf8") === fingerprint();
}

/** Builds the console, and puts it in place of the one before at once. */
export async function bundleConsole(rolldown) {
  const print = fingerprint();
  mkdirSync(dirname(consoleFolder), { recursive: true });
  const stage = mkdtempSync(`${consoleFolder}-`);
  try {
    const assets = join(stage, "assets");
    mkdirSync(assets);
    const main = await bundleScripts(rolldown, assets);
    const theme = await bundleTheme(rolldown, assets);
    const style = writeHashed(assets, "console.css", readStyles(assets));
    copyFileSync(join(root, "console", "icon.svg"), join(assets, "icon.svg"));
    const page = readFileSync(join(root, "console", "index.html"), "utf8")
      .replace("/assets/console.css", `/assets/${style}`)
      .replace("/assets/theme.js", `/assets/${theme}`)
      .replace("/assets/main.js", `/assets/${main}`);
    writeFileSync(join(stage, "index.html"), page);
    writeFileSync(join(stage, "fingerprint"), print);
    putInPlace(stage);
  } catch (error) {
    rmSync(stage, { recursive: true, force: true });
    throw error;
  }
}

async function bundleScripts(rolldown, assets) {
  const routes = await readRoutes(rolldown);
  const build = await rolldown({
    input: { main: join(source, "main.tsx") },
    cwd: root,
    platform: "browser",
    tsconfig: join(root, "console", "tsconfig.json"),
    resolve: { alias: { "@dossier/api": join(root, "api", "src", "sdk.ts") } },
    transform: { define: { "process.env.NODE_ENV": JSON.stringify("production") } },
    plugins: [{ name: "routes-as-data", load: (id) => (id === routePath ? routes : undefined) }],
    onLog(level, log, report) {
      if (level === "warn" && !log.message.includes("node_modules")) report(level, log);
    },
  });
  const { output } = await build.write({
    dir: assets,
    format: "esm",
    minify: true,
    entryFileNames: "[name]-[hash].js",
    chunkFileNames: "[name]-[hash].js",
  });
  await build.close();
  return output.find((one) => one.isEntry).fileName;
}

/**
 * Replaces the build. A rename onto a folder with content fails, so of two builds of the same sources the second one
 * gives way, and a server never finds the folder half written.
 */
function putInPlace(stage) {
  try {
    renameSync(stage, consoleFolder);
  } catch (error) {
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    if (!isConsoleBuilt()) {
      const old = mkdtempSync(`${consoleFolder}-`);
      renameSync(consoleFolder, join(old, "console"));
      renameSync(stage, consoleFolder);
      rmSync(old, { recursive: true, force: true });
    }
    rmSync(stage, { recursive: true, force: true });
  }
}

/** The theme is a plain script, which runs before the first paint. */
async function bundleTheme(rolldown, assets) {
  const build = await rolldown({ input: join(source, "theme.ts"), cwd: root, platform: "browser" });
  const { output } = await build.generate({ format: "iife", minify: true, codeSplitting: false });
  await build.close();
  return writeHashed(assets, "theme.js", output[0].code);
}

const routePath = join(root, "api", "src", "client", "route.ts");

/** The routes of the client as plain data: the schemas that they are computed from stay out of the page. */
async function readRoutes(rolldown) {
  const build = await rolldown({ input: routePath, cwd: root, platform: "node" });
  const { output } = await build.generate({ format: "esm", codeSplitting: false });
  await build.close();
  const { routes } = await import(
    `data:text/javascript;base64,${Buffer.from(output[0].code).toString("base64")}`
  );
  return `export const routes = ${JSON.stringify(routes)};`;
}

/** The styles in the order of index.css, with the fonts that they name as files beside them. */
function readStyles(assets) {
  const folder = join(source, "styles");
  const imports = [...readFileSync(join(folder, "index.css"), "utf8").matchAll(/@import "([a-z-]+\.css)";/g)];
  const own = imports.map(([, name]) => readFileSync(join(folder, name), "utf8")).join("\n");
  const faces = readFileSync(join(inter, "opsz.css"), "utf8")
    .replaceAll("Inter Variable", "Inter")
    .replaceAll(/url\(\.\/files\/([a-z0-9-]{1,80}\.woff2)\)/g, (_, name) => {
      const content = readFileSync(join(inter, "files", name));
      const hashed = hashName(name, content);
      copyFileSync(join(inter, "files", name), join(assets, hashed));
      return `url(/assets/${hashed})`;
    });
  return `${own}\n${faces}`.replaceAll(/\/\*[^]*?\*\//g, "").replaceAll(/\n\s*/g, "\n");
}

function hashName(name, content) {
  const hash = createHash("sha256").update(content).digest("base64url").slice(0, 8);
  return name.replace(/\.(?=[^.]+$)/, `-${hash}.`);
}

function writeHashed(folder, name, text) {
  const hashed = hashName(name, text);
  writeFileSync(join(folder, hashed), text);
  return hashed;
}

/** A hash of everything that the console is built from. */
function fingerprint() {
  const hash = createHash("sha256");
  const files = [
    "scripts/console-bundle.mjs",
    "package-lock.json",
    "console/icon.svg",
    "console/index.html",
    "console/package.json",
    "console/tsconfig.json",
    ...sources("console/src"),
    ...sources("api/src"),
  ];
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update("\0");
  return hash.digest("hex");
}

function sources(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}
