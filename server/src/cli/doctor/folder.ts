/** Data folder checks of the command line: package, owner, format, and the process that holds the lock. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Config } from "../../config.ts";
import { chooseAccount } from "../../db/embedded/account.ts";
import { findPackage } from "../../db/embedded/binaries.ts";
import { clusterPath, hasCluster } from "../../db/embedded/cluster.ts";
import { ignoreErrors } from "../../db/embedded/process-identity.ts";
import { findHolder } from "../../db/embedded/lock.ts";
import { readRuntimeState } from "../../db/embedded/socket.ts";
import {
  checkAdminKeyFile,
  checkDiskSpace,
  checkFolderMode,
  checkSecretFile,
} from "../../service/checks/data-folder.ts";
import { type Finding, ok, wrong } from "../../service/checks/finding.ts";
import { describeError } from "../exit.ts";

/** Checks the folder; `isThere`: it contains a database that can be inspected. */
export async function checkFolder(config: Config): Promise<{ findings: Finding[]; isThere: boolean }> {
  const { dataDir } = config;
  const findings = [packaged()];
  if (!existsSync(dataDir)) {
    const above = existingParent(dataDir);
    findings.push(ok("data", `${dataDir} is not there yet: the first start makes it`), checkDiskSpace(above));
    return { findings, isThere: false };
  }
  findings.push(checkFolderMode(dataDir), owner(config), checkDiskSpace(dataDir), cluster(config));
  const isThere = existsSync(clusterPath(dataDir)) && !findings.some(({ level }) => level === "wrong");
  if (isThere) findings.push(checkSecretFile(dataDir), ...checkAdminKeyFile(dataDir), await state(dataDir));
  return { findings, isThere: isThere && !findings.some(({ level }) => level === "wrong") };
}

function packaged(): Finding {
  try {
    const folder = findPackage();
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string };
    return ok("PostgreSQL", `packaged ${version} for ${process.platform}-${process.arch}`);
  } catch (error) {
    return wrong("PostgreSQL", describeError(error));
  }
}

function existingParent(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : existingParent(dirname(path));
}

function owner({ dataDir, databaseUser }: Config): Finding {
  const uid = statSync(dataDir).uid;
  const own = process.getuid?.() ?? uid;
  if (own !== 0 && uid !== own)
    return wrong(
      "owner",
      `${dataDir} belongs to ${accountName(uid)}, and this is ${accountName(own)}.`,
      `Run Dossier as ${accountName(uid)}, or give it the folder: chown -R ${accountName(own)} ${dataDir}`,
    );
  try {
    const account = chooseAccount(databaseUser, clusterPath(dataDir));
    return ok(
      "owner",
      account.uid === uid
        ? accountName(uid)
        : `${accountName(uid)}; PostgreSQL runs as ${accountName(account.uid)}`,
    );
  } catch (error) {
    return wrong("owner", describeError(error));
  }
}

function cluster({ dataDir }: Config): Finding {
  try {
    if (hasCluster(dataDir))
      return ok(
        "format",
        `PostgreSQL ${readFileSync(join(clusterPath(dataDir), "PG_VERSION"), "latin1").trim()}`,
      );
    return ok("format", "no database yet: the first start makes it");
  } catch (error) {
    return wrong("format", describeError(error));
  }
}

async function state(dataDir: string): Promise<Finding> {
  const holder = await findHolder(dataDir);
  if (!holder) return ok("server", "stopped; its database is opened for this check");
  const since = `process ${holder.pid}, since ${holder.since.toISOString().slice(0, 16).replace("T", " ")}`;
  if (!holder.isLocal)
    return wrong(
      "server",
      `runs in another container or on another machine (${since}).`,
      "Run the doctor there.",
    );
  const url = readRuntimeState(dataDir)?.url;
  return ok(
    "server",
    url === undefined ? `is starting, or a command is running (${since})` : `runs at ${url} (${since})`,
  );
}

/** The name of an account. */
function accountName(uid: number): string {
  const lines = ignoreErrors(() => readFileSync("/etc/passwd", "utf8"))?.split("\n") ?? [];
  return lines.find((one) => one.split(":")[2] === String(uid))?.split(":")[0] ?? `account ${uid}`;
}
