// A copy of the packaged programs where the account that PostgreSQL runs as can reach them.
//
// As others may write in the temporary folder, a copy is used only if it belongs to us, nobody else can write it and
// every file is there at its full size (some systems clean that folder by age); else it is made anew. It comes into
// being under another name and is renamed when whole.
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
import { tryTo } from "../embedded-liveness.ts";
import { describeFullDisk, EmbeddedRefusal } from "./errors.ts";

type Linker = (folder: string) => boolean;

export function copyBinaries(source: string, version: string, account: Account, link: Linker): string {
  const files = listFiles(source);
  const tried = new Set([tmpdir(), "/var/tmp", "/tmp"]);
  for (const base of tried) {
    if (tryTo(() => canReach(base, account)) !== true) continue;
    const copy = join(base, `dossier-postgres-${version}-${account.uid}`);
    const whole = () => isOurs(copy) && isClosedToOthers(copy) && isWhole(copy, source, files) && link(copy);
    if (tryTo(whole) !== true) tryTo(() => makeCopy(copy, source, files, link));
    if (tryTo(whole) === true && tryTo(() => mayRun(copy)) === true) return copy;
  }
  throw new EmbeddedRefusal(
    `PostgreSQL's programs in ${source} cannot be reached by the account it runs as (number ${account.uid}), and ` +
      `could not be copied to any of ${[...tried].join(", ")} (not writable, not allowed to run programs, or taken ` +
      `by somebody else's dossier-postgres-* folder). Install Dossier where that account can read it, or set TMPDIR.` +
      describeFullDisk(tmpdir()),
  );
}

/** What a server needs: no static libraries, no links (they are made anew). */
function listFiles(source: string): string[] {
  return readdirSync(join(source, "native"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".a") && !entry.name.endsWith(".pc"))
    .map((entry) => relative(source, join(entry.parentPath, entry.name)));
}

function isOurs(copy: string): boolean {
  const stats = lstatSync(copy);
  return stats.isDirectory() && stats.uid === process.getuid?.();
}

function isClosedToOthers(copy: string): boolean {
  return (lstatSync(copy).mode & 0o022) === 0;
}

function isWhole(copy: string, source: string, files: string[]): boolean {
  return files.every((file) => lstatSync(join(copy, file)).size === lstatSync(join(source, file)).size);
}

function mayRun(copy: string): boolean {
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
    openToAll(partial);
    link(partial);
    if (tryTo(() => isOurs(copy)) === true) tryTo(() => renameSync(copy, `${partial}.old`));
    renameSync(partial, copy); // fails if somebody was faster; the caller then looks at theirs
  } finally {
    rmSync(partial, { recursive: true, force: true });
    rmSync(`${partial}.old`, { recursive: true, force: true });
  }
}

/** Whatever the umask and the modes of the package were. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const isProgram = entry.isDirectory() || entry.parentPath.endsWith("/bin");
    chmodSync(join(entry.parentPath, entry.name), isProgram ? 0o755 : 0o644);
  }
}
