// `npm run -s licenses`: the licence of every package that an installation runs, from the lock file, grouped.
import { readFileSync } from "node:fs";

const { packages } = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));
const byLicense = new Map();
for (const [path, { dev, link, version, license = "unknown" }] of Object.entries(packages)) {
  if (dev || link || !path.includes("node_modules/")) continue;
  const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
  byLicense.set(license, [...(byLicense.get(license) ?? []), `${name}@${version}`]);
}
for (const [license, names] of [...byLicense].sort(([a], [b]) => a.localeCompare(b)))
  console.log(`${license} (${names.length})\n${names.map((name) => `  ${name}\n`).join("")}`);
