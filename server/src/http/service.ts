/**
 * HTTP dependencies: the interface that the HTTP folder requires of the service, and its own settings. HTTP knows the
 * service only through it.
 */
import type { ChannelType } from "@dossier/api";
import type { Db } from "../db/database.ts";
import type { BackupReport, Caller, ChangeStreamOpener, HealthReport, Secret } from "../domain/context.ts";
import type { Session } from "../domain/key/session.ts";
import type { Log } from "../log.ts";
import type { EgressClient } from "../egress/client.ts";
import type { Health } from "./health.ts";
import type { SharedCounter } from "./rate-limit.ts";
import type { RequestCounters } from "./request-log.ts";
import type { Batcher } from "../domain/batcher.ts";

/** The operations that HTTP requires of the service. */
export interface Service extends Health, RequestCounters {
  db: Db;
  batcher: Batcher;
  egress: EgressClient;
  log: Log;
  secret: Secret;
  /** `hash` is the SHA-256 of the key's text, if it is known already */
  authenticate(key: string, hash?: Buffer): Promise<Caller>;
  authenticateSession(hash: Buffer, id: Buffer): Promise<{ caller: Caller; session: Session }>;
  /** the id of a key that was valid within the cache time */
  recognise(hash: Buffer): number | undefined;
  /** a key with this hash has opened a session, or a session of it was opened again */
  sessionOpened(keyHash: Buffer): void;
  /** the caller of a key's hash, without counting as use of the session with this id; rejects when one has ended */
  lookUpCaller(hash: Buffer, sessionId: Buffer | undefined): Promise<Caller>;
  changeStreams: ChangeStreamOpener & { close(): void };
  invalidateKeys(): void;
  /** resolves when every process of this server has done so */
  invalidateSessions(): Promise<void>;
  authenticateHash(hash: Buffer): Promise<Caller>;
  /** calls the listener whenever a key changes, in this process or another one */
  onKeyChange(listener: () => void): void;
  /** the state of the installation, at most some seconds old */
  readHealth(): Promise<HealthReport>;
  /** the scheduled backups */
  readBackups(): Promise<BackupReport>;
  listTypes(): Promise<readonly ChannelType[]>;
  invalidateTypes(): void;
}

/** The settings that concern HTTP. */
export interface HttpOptions {
  rateLimit: number;
  /** the counter that several processes share */
  countRequest?: SharedCounter;
  /** whether browsers get the console */
  console: boolean;
  keyInQuery: boolean;
  /** whether each request has a line in the log */
  logRequests: boolean;
  /** what becomes of names in a query string that the endpoint does not know */
  unknownQuery: "refuse" | "ignore";
  /** in seconds: after how long without use a session ends; 0: never */
  sessionIdle: number;
  corsOrigins: readonly string[];
  trustedProxies: readonly string[];
  /** concurrent connections of this process; 0: no cap */
  maxConnections: number;
  /** in milliseconds: see {@link ConnectionLimits} */
  drainMs?: number | undefined;
}
