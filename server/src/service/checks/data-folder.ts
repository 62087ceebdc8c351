/** Data folder checks that a running server can make too: permissions, free space, and the files of secrets. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { freeMegabytes } from "../../db/embedded/errors.ts";
import { AdminKeyFileError, adminKeyPath, readAdminKey } from "../admin-key-file.ts";
import { type Finding, ok, warning, wrong } from "./finding.ts";

const lowSpaceMb = 1024;
const minSpaceMb = 128;

/** Checks who can look into the folder. */
export function checkFolderMode(dataDir: string): Finding {
  const stat = statSync(dataDir);
  if (!stat.isDirectory())
    return wrong("data", `${dataDir} is a file.`, "Name a folder with DOSSIER_DATA_DIR.");
  const bits = (stat.mode & 0o777).toString(8).padStart(3, "0");
  if ((stat.mode & 0o077) === 0) return ok("data", `${dataDir}, mode ${bits}`);
  return warning(
    "data",
    `${dataDir} has mode ${bits}: other accounts can look into it.`,
    `chmod 700 ${dataDir}`,
  );
}

/** Checks the free space of the disk that holds the folder. */
export function checkDiskSpace(folder: string): Finding {
  const free = freeMegabytes(folder);
  const found =
    free === Infinity ? "not reported by this file system" : `${(free / 1024).toFixed(1)} GB free`;
  if (free < minSpaceMb)
    return wrong("space", `only ${free} MB free.`, "Make room: a full disk stops every write.");
  if (free < lowSpaceMb)
    return warning("space", `${free} MB free.`, "Make room, or move DOSSIER_DATA_DIR to a larger disk.");
  return ok("space", found);
}

/** Checks who can read the installation's secret. */
export function checkSecretFile(dataDir: string): Finding {
  const file = join(dataDir, "secret");
  if (!existsSync(file)) return ok("secret", "none yet: the first start makes it");
  const { mode } = statSync(file);
  if ((mode & 0o077) === 0) return ok("secret", "kept beside the data, for its owner only");
  return warning("secret", `${file} can be read by other accounts.`, `chmod 600 ${file}`);
}

/** Checks the file with the first administrator key, while there is one. */
export function checkAdminKeyFile(dataDir: string): Finding[] {
  try {
    if (readAdminKey(dataDir) === undefined) return [];
    return [ok("admin key", `in ${adminKeyPath(dataDir)}, for its owner only, until \`dossier key forget\``)];
  } catch (error) {
    if (!(error instanceof AdminKeyFileError)) throw error;
    return [warning("admin key", error.fault, error.advice)];
  }
}
