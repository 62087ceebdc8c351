// The cluster folder <dataDir>/postgres: of our major version, owned by the account PostgreSQL runs as, with our
// settings.
//
// It belongs to an unprivileged account while we may be root, so files in it are only ever replaced through a new
// file and a rename; a link planted there leads nowhere.
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
import { tryTo } from "../embedded-liveness.ts";
import { EmbeddedRefusal, refuseUnwritable } from "./errors.ts";
import { writeAccessRules, writeTunedSettings } from "./settings.ts";

const major = "18";

export function clusterPath(dataDir: string): string {
  return join(dataDir, "postgres");
}

export function openDataFolder(dataDir: string): void {
  refuseUnwritable(dataDir, () => {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    readdirSync(dataDir);
  });
}

/** Refuses what another version made, and what is no cluster at all. True: there is one, and it is ours. */
export function hasCluster(dataDir: string): boolean {
  const cluster = clusterPath(dataDir);
  if (!existsSync(cluster)) return false;
  const version = tryTo(() => readFileSync(join(cluster, "PG_VERSION"), "latin1").trim());
  if (version === major) return true;
  if (version === undefined && tryTo(() => readdirSync(cluster).length) === 0) return false;
  if (version === undefined) {
    throw new EmbeddedRefusal(
      `${cluster} is not a PostgreSQL data folder that can be read (no PG_VERSION in it). Move it away, or set ` +
        "DOSSIER_DATA_DIR to another folder.",
    );
  }
  throw new EmbeddedRefusal(
    `The data in ${cluster} was made by PostgreSQL ${version}; this Dossier brings ${major} and cannot read it. Keep ` +
      `the folder as it is and start the release of Dossier that brings PostgreSQL ${version}; or set ` +
      "DOSSIER_DATA_DIR to a new folder, or DATABASE_URL to a database that holds your data.",
  );
}

/** At each start: the machine, our account or its name may have changed. */
export function configureCluster(cluster: string, role: string, ownName: string, account: Account): void {
  refuseUnwritable(cluster, () => giveTo(cluster, account));
  const { hba, ident } = writeAccessRules(role, ownName);
  refuseUnwritable(cluster, () => {
    replaceFile(join(cluster, "pg_hba.conf"), hba, account);
    replaceFile(join(cluster, "pg_ident.conf"), ident, account);
    replaceFile(join(cluster, "dossier.conf"), writeTunedSettings(), account);
  });
}

function giveTo(cluster: string, account: Account): void {
  if (statSync(cluster).uid === account.uid) return;
  if (account.identity.uid === undefined) {
    throw new EmbeddedRefusal(
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
