/**
 * Access to a server by URL: its key from options or environment; else, for the server of this machine's data folder,
 * from the folder's file admin-key. Invariant: that key is sent to no other program: a living server must hold the
 * folder, and calls go to the address at which that server itself listens, whatever `localhost` resolves to.
 */
import { findHolder } from "../../db/embedded/lock.ts";
import { readRuntimeState } from "../../db/embedded/socket.ts";
import { readCliConfig, readDataDir } from "../../config.ts";
import { isLoopback } from "../../config/database-address.ts";
import { readAdminKey } from "../../service/admin-key-file.ts";
import { readKey, type TargetOptions } from "./target.ts";

/** A URL, and the key of its server. */
export interface Access {
  url: string;
  key: string;
}

/** The access to the server at this URL; undefined if there is no key for it. @throws AdminKeyFileError */
export async function findAccess(url: string, options: TargetOptions): Promise<Access | undefined> {
  const key = readKey(options);
  if (key !== undefined) return { url, key };
  if (readCliConfig().hasDatabase) return undefined;
  const dataDir = readDataDir();
  const ours = await findServer(dataDir);
  if (ours === undefined || !isSame(url, ours)) return undefined;
  const local = readAdminKey(dataDir);
  return local === undefined ? undefined : { url: ours, key: local };
}

/** The URL of the server that runs on the data folder. */
async function findServer(dataDir: string): Promise<string | undefined> {
  const { url, pid } = readRuntimeState(dataDir) ?? {};
  const holder = await findHolder(dataDir);
  return holder?.isLocal && holder.pid === pid ? url : undefined;
}

/** Whether a URL names that server; `localhost` may be any of this machine's loopback addresses. */
function isSame(url: string, ours: string): boolean {
  const [asked, own] = [new URL(url), new URL(ours)];
  if (asked.protocol !== own.protocol || asked.port !== own.port || asked.pathname !== own.pathname)
    return false;
  if (asked.hostname === own.hostname) return true;
  return asked.hostname === "localhost" && isLoopback(own.hostname.replace(/^\[|\]$/g, ""));
}
