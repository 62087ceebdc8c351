// The cluster folder <dataDir>/postgres: of our major version, owned by the account that PostgreSQL runs as, with our
// settings.
//
// It belongs to an unprivileged account while we may be root, so a file in it is only replaced by a new file and a
// rename: a planted link has no effect.
import {
  chmodSync,
  closeSync,
  existsSync,
  fchownSync,
  lchownSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Account } from "./account.ts";
import { ignoreErrors } from "./process-identity.ts";
import { EmbeddedPostgresError, wrapFsErrors } from "./errors.ts";
import { writeAccessRules, writeTunedSettings } from "./settings.ts";

const major = "18";

export function clusterPath(dataDir: string): string {
  return join(dataDir, "postgres");
}

export function ensureDataFolder(dataDir: string): void {
  wrapFsErrors(dataDir, () => {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    readdirSync(dataDir);
  });
}

/** Returns whether there is a cluster of ours; throws if another version made it, or if it is no cluster. */
export function hasCluster(dataDir: string): boolean {
  const cluster = clusterPath(dataDir);
  if (!existsSync(cluster)) return false;
  const version = ignoreErrors(() => readFileSync(join(cluster, "PG_VERSION"), "latin1").trim());
  if (version === major) return true;
  if (version === undefined && ignoreErrors(() => readdirSync(cluster).length) === 0) return false;
  if (version === undefined) {
    throw new EmbeddedPostgresError(
      `${cluster} is not a PostgreSQL data folder that can be read (no PG_VERSION in it). Move it away, or set ` +
        "DOSSIER_DATA_DIR to another folder.",
    );
  }
  throw new EmbeddedPostgresError(
    `The data in ${cluster} was made by PostgreSQL ${version}; this Dossier brings ${major} and cannot read it. Keep ` +
      `the folder as it is and start the release of Dossier that brings PostgreSQL ${version}; or set ` +
      "DOSSIER_DATA_DIR to a new folder, or DATABASE_URL to a database that holds your data.",
  );
}

/** Runs at each start: the machine, our account or its name may have changed. */
export function configureCluster(cluster: string, role: string, ownName: string, account: Account): void {
  wrapFsErrors(cluster, () => chownTo(cluster, account));
  const { hba, ident } = writeAccessRules(role, ownName);
  wrapFsErrors(cluster, () => {
    replaceFile(join(cluster, "pg_hba.conf"), hba, account);
    replaceFile(join(cluster, "pg_ident.conf"), ident, account);
    replaceFile(join(cluster, "dossier.conf"), writeTunedSettings(), account);
  });
}

function chownTo(cluster: string, account: Account): void {
  if (statSync(cluster).uid === account.uid) return;
  if (account.identity.uid === undefined) {
    throw new EmbeddedPostgresError(
      `${cluster} belongs to another account (number ${statSync(cluster).uid}): start Dossier as that one or as root, ` +
        "or change the folder's owner.",
    );
  }
  for (const entry of readdirSync(cluster, { recursive: true, withFileTypes: true })) {
    lchownSync(join(entry.parentPath, entry.name), account.uid, account.gid);
  }
  lchownSync(cluster, account.uid, account.gid);
  chmodSync(cluster, 0o700);
}

export function replaceFile(path: string, text: string, account: Account): void {
  rmSync(`${path}.new`, { force: true });
  const file = openSync(`${path}.new`, "wx", 0o600);
  try {
    writeSync(file, text);
    fchownSync(file, account.uid, account.gid);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
}
