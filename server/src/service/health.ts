/**
 * Health report: the checks of `dossier doctor` that a running server can make, with the state of the whole. Checks are
 * cached and bounded in time, and use the monitoring connection, so that pages may ask often and a busy pool does not
 * count as a fault. Paths below the home folder lose its name, which can be a person's.
 */
import { timeoutOr } from "../abort.ts";
import type { Config } from "../config.ts";
import { parseDatabaseAddress } from "../config/database-address.ts";
import { inspect } from "../db/inspect.ts";
import type { HealthReport } from "../domain/context.ts";
import { version } from "../version.ts";
import { checkBackups } from "./checks/backups.ts";
import { checkAdminKeyFile, checkDiskSpace, checkFolderMode, checkSecretFile } from "./checks/data-folder.ts";
import { checkDatabase } from "./checks/database.ts";
import { type Finding, type Level, wrong } from "./checks/finding.ts";
import { checkMachine, checkSettings, checkWorkers } from "./checks/machine.ts";
import { checkSecret } from "./checks/secret.ts";
import type { Databases } from "./databases.ts";
import { withoutHome } from "./checks/shown-path.ts";
import type { ClusterServices } from "./shared-state.ts";
import { ttlCache } from "./ttl-cache.ts";

export interface HealthDeps {
  config: Config;
  databases: Databases;
  cluster: ClusterServices;
}

/** How long a report is used again, in milliseconds. */
const maxAgeMs = 5_000;
/** The same for sealed secrets: the check opens every one. */
const maxSecretsAgeMs = 300_000;
/** How long the database has for its part, in milliseconds. */
const timeoutMs = 2_500;

/** Reads the health of the installation. */
export function createHealthReader(deps: HealthDeps): () => Promise<HealthReport> {
  const { config, databases } = deps;
  const secrets = ttlCache(maxSecretsAgeMs, () => checkSecret(databases.monitoringDb, config));
  return ttlCache(maxAgeMs, () => createReport(deps, secrets.read)).read;
}

type ReadFindings = () => Promise<Finding[]>;

async function createReport(deps: HealthDeps, readSecrets: ReadFindings): Promise<HealthReport> {
  const { config } = deps;
  const checked_at = new Date().toISOString();
  const database = await timeoutOr(timeoutMs, checkData(deps, readSecrets), unanswered);
  const findings = [
    ...checkMachine(),
    ...(await checkProcesses(deps.cluster)),
    ...checkSettings(config),
    ...(config.databaseUrl === undefined ? checkDataFolder(config.dataDir) : []),
    ...database.findings,
    ...(await checkBackups(config)),
  ];
  const uptime = process.uptime();
  return {
    state: worstState(findings),
    checked_at,
    version,
    node: process.versions.node,
    database: database.version,
    is_embedded: config.databaseUrl === undefined,
    started_at: new Date(Date.now() - 1000 * uptime).toISOString(),
    uptime: Math.floor(uptime),
    checks: findings.map(toWireCheck),
  };
}

interface DataFindings {
  version: string | null;
  findings: Finding[];
}

const unanswered: DataFindings = {
  version: null,
  findings: [wrong("database", "does not answer in time.", "The log of the server says why.")],
};

async function checkData(
  { config, databases }: HealthDeps,
  readSecrets: ReadFindings,
): Promise<DataFindings> {
  const { databaseUrl } = config;
  try {
    const inspection = await inspect(databases.monitoringDb);
    const address = databaseUrl === undefined ? undefined : parseDatabaseAddress(databaseUrl);
    const findings = [...checkDatabase(inspection, address), ...(await readSecrets())];
    return { version: inspection.version, findings };
  } catch {
    return unanswered; // the reason may quote what the database was sent
  }
}

function checkDataFolder(dataDir: string): Finding[] {
  return [
    checkFolderMode(dataDir),
    checkDiskSpace(dataDir),
    checkSecretFile(dataDir),
    ...checkAdminKeyFile(dataDir),
  ];
}

async function checkProcesses({ workersReplaced }: ClusterServices): Promise<Finding[]> {
  if (!workersReplaced) return [];
  return [checkWorkers((await workersReplaced()).silent)];
}

const states = { ok: "ok", warning: "warning", wrong: "error" } as const satisfies Record<Level, string>;

function worstState(findings: readonly Finding[]): HealthReport["state"] {
  const worst = (["wrong", "warning"] as const).find((level) => findings.some((one) => one.level === level));
  return states[worst ?? "ok"];
}

function toWireCheck({ subject, level, found, advice }: Finding): HealthReport["checks"][number] {
  return {
    name: subject,
    state: states[level],
    message: withoutHome(found),
    hint: advice === undefined ? null : withoutHome(advice),
  };
}
