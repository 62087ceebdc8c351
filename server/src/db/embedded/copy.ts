// A copy of the packaged programs that the account of PostgreSQL can read.
//
// Others may write in the temporary folder, so a copy is used only if it belongs to us, is writable for us alone and
// has every file at its full size (some systems clean that folder by age); otherwise it is made again. It is made under
// another name and renamed when complete.
import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { type Account, canReach } from "./account.ts";
import { ignoreErrors } from "./process-identity.ts";
import { describeFullDisk, EmbeddedPostgresError } from "./errors.ts";

type Linker = (folder: string) => boolean;

export function copyBinaries(source: string, version: string, account: Account, link: Linker): string {
  const files = listFiles(source);
  const tried = new Set([tmpdir(), "/var/tmp", "/tmp"]);
  for (const base of tried) {
    if (ignoreErrors(() => canReach(base, account)) !== true) continue;
    const copy = join(base, `dossier-postgres-${version}-${account.uid}`);
    const isUsable = () =>
      isOurs(copy) && isWriteProtected(copy) && isComplete(copy, source, files) && link(copy);
    if (ignoreErrors(isUsable) !== true) ignoreErrors(() => makeCopy(copy, source, files, link));
    if (ignoreErrors(isUsable) === true && ignoreErrors(() => isExecutable(copy)) === true) return copy;
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL's programs in ${source} cannot be reached by the account it runs as (number ${account.uid}), and ` +
      `could not be copied to any of ${[...tried].join(", ")} (not writable, not allowed to run programs, or taken ` +
      `by somebody else's dossier-postgres-* folder). Install Dossier where that account can read it, or set TMPDIR.` +
      describeFullDisk(tmpdir()),
  );
}

/** What a server needs: no static libraries, no links (they are made again). */
function listFiles(source: string): string[] {
  return readdirSync(join(source, "native"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".a") && !entry.name.endsWith(".pc"))
    .map((entry) => relative(source, join(entry.parentPath, entry.name)));
}

function isOurs(copy: string): boolean {
  const stats = lstatSync(copy);
  return stats.isDirectory() && stats.uid === process.getuid?.();
}

function isWriteProtected(copy: string): boolean {
  return (lstatSync(copy).mode & 0o022) === 0;
}

function isComplete(copy: string, source: string, files: string[]): boolean {
  return files.every((file) => lstatSync(join(copy, file)).size === lstatSync(join(source, file)).size);
}

function isExecutable(copy: string): boolean {
  accessSync(join(copy, "native", "bin", "postgres"), constants.X_OK); // fails on a noexec file system
  return true;
}

function makeCopy(copy: string, source: string, files: string[], link: Linker): void {
  const partial = mkdtempSync(`${copy}.partial-`);
  try {
    const folders = new Set(files.map((file) => dirname(file)));
    for (const folder of folders) mkdirSync(join(partial, folder), { recursive: true });
    for (const file of files)
      copyFileSync(join(source, file), join(partial, file), constants.COPYFILE_FICLONE);
    makeWorldReadable(partial);
    link(partial);
    if (ignoreErrors(() => isOurs(copy)) === true) ignoreErrors(() => renameSync(copy, `${partial}.old`));
    renameSync(partial, copy); // fails if another start was faster; the caller then checks that copy
  } finally {
    rmSync(partial, { recursive: true, force: true });
    rmSync(`${partial}.old`, { recursive: true, force: true });
  }
}

/** Ignores the umask and the modes in the package. */
function makeWorldReadable(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const isProgram = entry.isDirectory() || entry.parentPath.endsWith("/bin");
    chmodSync(join(entry.parentPath, entry.name), isProgram ? 0o755 : 0o644);
  }
}
