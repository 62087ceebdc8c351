// PostgreSQL's settings for a private server on this machine.
//
// Three layers: settings for safety and privacy are on the command line, where nothing in the data folder can override
// them; those that fit the machine are in dossier.conf, written at each start; an operator may override the latter with
// ALTER SYSTEM, which we never touch.
import { totalmem } from "node:os";

/** Durable, reachable only through the socket, and with a log that contains neither statements nor values. */
export function listFixedSettings(socketFolder: string): Record<string, string> {
  return {
    listen_addresses: "",
    unix_socket_directories: socketFolder,
    unix_socket_permissions: "0700",
    fsync: "on",
    full_page_writes: "on",
    synchronous_commit: "on",
    logging_collector: "off",
    log_destination: "stderr",
    // LOG ranks above ERROR here: starts, recoveries and crashes are logged, failing statements are not. "terse" omits
    // DETAIL lines (the duplicate key, the query of a crashed backend).
    log_min_messages: "log",
    log_error_verbosity: "terse",
    log_min_error_statement: "panic",
    log_statement: "none",
    log_min_duration_statement: "-1",
    log_min_duration_sample: "-1",
    log_autovacuum_min_duration: "-1",
    log_lock_waits: "off",
    log_checkpoints: "off",
    log_parameter_max_length: "0",
    log_parameter_max_length_on_error: "0",
    log_line_prefix: "%m [%p] ",
  };
}

export function writeTunedSettings(memory: number = findMemory()): string {
  const megabytes = Math.floor(memory / 2 ** 20);
  const buffers = clamp(megabytes / 16, 64, 512);
  const settings: Record<string, string> = {
    cluster_name: "dossier",
    timezone: "UTC",
    log_timezone: "UTC",
    max_connections: "100",
    // For solid state disks: the default of 4 makes the planner sort whole histories (219 against 5,527 pages/s).
    random_page_cost: "1.1",
    jit: "off",
    shared_buffers: `${buffers}MB`,
    effective_cache_size: `${clamp(megabytes / 2, 128, 1 << 20)}MB`,
    work_mem: `${clamp(megabytes / 512, 2, 16)}MB`,
    maintenance_work_mem: `${clamp(megabytes / 64, 16, 256)}MB`,
    max_wal_size: megabytes < 2048 ? "256MB" : "1GB",
    min_wal_size: "64MB",
    // Nothing is replicated from here, and few scans are long: these processes would be idle.
    max_logical_replication_workers: "0",
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'`);
  return `# Written by Dossier at every start. To override a line: ALTER SYSTEM SET ...\n${lines.join("\n")}\n`;
}

/** The container's limit, if it has one. */
function findMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

function clamp(value: number, low: number, high: number): number {
  return Math.floor(Math.min(Math.max(value, low), high));
}

/**
 * Peer authentication only: the kernel identifies the client, and only our own account (and root) may be the database's
 * role.
 */
export function writeAccessRules(role: string, ownName: string): { hba: string; ident: string } {
  const names = [...new Set([ownName, "root"])];
  return {
    hba: "# Written by Dossier at every start.\nlocal all all peer map=dossier\n",
    ident: `# Written by Dossier at every start.\n${names.map((name) => `dossier "${name}" "${role}"\n`).join("")}`,
  };
}
