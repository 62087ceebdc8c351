// The first hour: `node proof/first-hour.mjs [page.md …, default README.md docs/tour.md]`. Clones the repository, and
// types what the pages say into pseudo-terminals, as a new user does: the server starts in one, the commands run in
// another. What each block prints is compared with the page. Counts the commands and seconds to the first customer that
// a search finds. Port 8080 must be free. Loopback only, but for `npm ci`; terminates. The terminal is that of `script`
// (Debian's bsdutils).
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { differenceOf } from "../scripts/block-output.mjs";
import { check, conclude } from "./server.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const pages = process.argv.length > 2 ? process.argv.slice(2) : ["README.md", "docs/tour.md"];
const folder = mkdtempSync(join(tmpdir(), "dossier-first-hour-"));
const prompt = "READY> ";

/** A bash in a pseudo-terminal of 100 columns, without line editing and echo, so that only output is read. */
function openTerminal(cwd) {
  const { DATABASE_URL: _url, ...env } = process.env;
  const child = spawn(
    "script",
    ["--quiet", "--return", "--flush", "--command", "bash --norc --noediting", "/dev/null"],
    { cwd, env: { ...env, TERM: "xterm" }, stdio: ["pipe", "pipe", "inherit"] },
  );
  let shown = "";
  child.stdout.on("data", (part) => (shown += part));
  // A line that was overwritten, such as a progress, is what it was last.
  const plain = (from = 0) =>
    stripVTControlCharacters(shown.slice(from)).replace(/\r+\n/g, "\n").replace(/^.*\r/gm, "");
  const type = (text) => void child.stdin.write(`${text}\n`);
  const until = async (isThere, timeoutMs) => {
    for (const end = Date.now() + timeoutMs; !isThere(plain()); await wait(10))
      if (Date.now() > end) throw new Error(`waited in vain; the terminal shows\n${plain()}`);
  };
  return {
    type,
    until,
    press: (keys) => void child.stdin.write(keys),
    ended: new Promise((done) => child.once("exit", done)),
    /** Types commands and returns what they print. */
    async run(text, timeoutMs = 60_000) {
      const begun = shown.length;
      const mark = `end-${Math.random().toString(36).slice(2)}`;
      type(text);
      type(`echo ${mark}`);
      await until(() => plain(begun).includes(`${mark}\n`), timeoutMs);
      return plain(begun).split(mark)[0].replaceAll(prompt, "");
    },
  };
}

/** The blocks of a page that are typed, with what it shows below them. */
function readBlocks(path) {
  const blocks = [];
  const pattern = /^```(sh|json|text) ci(?: fails)?\n((?:(?!```).*\n)*)```$/gm;
  for (const [, kind, code] of readFileSync(join(root, path), "utf8").matchAll(pattern))
    if (kind === "sh") blocks.push({ path, code: code.trimEnd() });
    else blocks.at(-1).shown = { kind, text: code };
  return blocks;
}

/** How many commands a block has: lines that continue another do not count. */
const countCommands = (code) => code.replaceAll("\\\n", "").split("\n").length;

const clone = join(folder, "dossier");
const desk = openTerminal(folder);
const shell = openTerminal(folder);
let [commands, differences, blocks] = [0, 0, 0];
let found;
try {
  for (const terminal of [desk, shell])
    await terminal.run(`stty -echo cols 100; PS1="${prompt}" PS2=""`, 5_000);
  const begun = performance.now();
  const { status } = spawnSync("git", ["clone", "--quiet", root, clone]);
  check("the repository is cloned", status === 0);
  await desk.run("cd dossier", 5_000);
  await shell.run("cd dossier", 5_000);
  desk.type("npm ci && npm start");
  commands += 3; // git clone, npm ci, npm start
  await desk.until((all) => all.includes("is ready"), 300_000);
  const ready = (performance.now() - begun) / 1000;
  for (const { path, code, shown } of pages.flatMap(readBlocks)) {
    const printed = await shell.run(code);
    blocks += 1;
    commands += countCommands(code);
    if (!found && code.includes("?query=") && printed.includes('"itemTotal":1'))
      found = { seconds: (performance.now() - begun) / 1000, commands };
    const difference = differenceOf(shown?.kind, shown?.text, printed);
    if (!difference) continue;
    differences += 1;
    console.log(`${path}: ${code}\n${difference}`);
  }
  desk.press("\u0003");
  await desk.until((all) => all.includes("stopped"), 30_000);
  check("every block prints what its page shows", differences === 0);
  check("a search finds the first customer", found !== undefined);
  conclude(
    `first hour node=${process.version} blocks=${blocks} commands=${commands} differences=${differences} ready_seconds=${ready.toFixed(1)} found_seconds=${found?.seconds.toFixed(1)} found_commands=${found?.commands}`,
  );
} finally {
  for (const terminal of [desk, shell]) {
    terminal.press("\u0003\nexit\n");
    await Promise.race([terminal.ended, wait(10_000)]);
  }
  rmSync(folder, { recursive: true, force: true });
}
