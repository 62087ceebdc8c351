/**
 * Request context: what every domain operation receives before its input: the database, the caller, and the request's
 * version and retry headers. An immutable value, created once per request; code further down looks nothing of it up
 * again.
 */
import { type Api, type ChannelType, DossierError, type Output, type Permission } from "@dossier/api";
import type { Db } from "../db/database.ts";
import type { EgressClient } from "../egress/client.ts";
import type { Batcher } from "./batcher.ts";

/** The source of a value. */
export type Source = "api" | "agent" | "crm" | "import";

/** The key id of what Dossier does itself, which no key has; 0 is the key of DOSSIER_ADMIN_KEY. */
export const systemKeyId = -1;

/** Whose key it is. */
export type KeyKind = "service" | "person";

/** The caller. `brands` is null for a key that sees every brand, now and later. */
export interface Caller {
  keyId: number;
  name: string;
  permissions: ReadonlySet<Permission>;
  brands: readonly number[] | null;
  source: Source;
  /** whose key it is; a program's if left out */
  kind?: KeyKind;
  /** when the key ends; null: never */
  expiresAt?: Date | null;
  /** the credential may open a session and do nothing else */
  opensSessionsOnly?: boolean;
  /** the start link by which the caller came: its hash, and that of its key */
  startLink?: { hash: Buffer; keyHash: Buffer };
  /** documented operations refuse names that they do not know */
  strict?: boolean;
}

/** The provenance stored with a value. A value from the CRM belongs to no key, even if a key requested the lookup. */
export function provenanceOf({ source, keyId }: Caller): [source: Source, keyId: number | null] {
  return [source, source === "crm" ? null : keyId];
}

/** The installation secret, 32 bytes: the current one, and the previous one during a rotation. */
export interface Secret {
  current: Buffer;
  previous?: Buffer | undefined;
}

/** Keyed hashes: the caller's token and fields may contain personal data, what is stored of them must not. */
export interface IdempotencyKeyHashes {
  keyHash: Buffer;
  fingerprint: Buffer;
}

/** The identity of a retry: the same token, for the same key and operation, acts only once. */
export interface IdempotencyKey extends IdempotencyKeyHashes {
  /** the same under the previous secret: responses from before the rotation are stored under these */
  previous?: IdempotencyKeyHashes | undefined;
}

/** The state of the installation, as a running server sees it. */
export type HealthReport = Output<Api["health"]["find"]>["item"];

/** Events that are told together, and the id behind which a reader that has them goes on; none: the stream lives. */
export interface EventBatch {
  id: string;
  events: readonly Output<Api["change"]["watch"]>[];
}

/** A stream for the one who sends it: its batches, each when it is asked for, and its end, whether asked for or not. */
export interface EventStream {
  batches: AsyncIterable<EventBatch>;
  /** aborts when it has ended: nobody waits for a slow reader then */
  ended: AbortSignal;
  close(): void;
}

/** Opens a stream of changes for a request, behind an id. */
export interface ChangeStreamOpener {
  open(
    ctx: RequestContext,
    from: { seconds: number | undefined; after: string | undefined },
  ): Promise<EventStream>;
}

/** The scheduled backups, as a running server sees them. */
export type BackupReport = Output<Api["backup"]["find"]>["item"];

/** One request, as the domain sees it. */
export interface RequestContext {
  db: Db;
  /** shares statements and transactions between calls; inside a transaction `unbatched` */
  batcher: Batcher;
  /** the only client for other machines; never used inside a transaction */
  egress: EgressClient;
  caller: Caller;
  /** the session of the request */
  session?: { id: Buffer; seconds: number; expiresAt: Date; idleSeconds: number } | undefined;
  /** after how many seconds without use a session that is opened ends; 0: never */
  sessionIdle?: number | undefined;
  /** the operation, such as `customer.update`, and the type of its record */
  operation: string;
  entity: string;
  /** signs cursors */
  secret: Secret;
  /** the installation's channel types, at most a second old */
  channelTypes: readonly ChannelType[];
  ifMatch?: number | undefined;
  idempotencyKey?: IdempotencyKey | undefined;
  /** who ran the program that makes the call, as it says; for the audit trail alone */
  clientUser?: string | undefined;
  /** returns the name the caller used for one of our fields, for faults that only the domain can find */
  wireName?: ((ours: string) => string) | undefined;
  /** the health of the installation, in a service that can tell it */
  readHealth?: (() => Promise<HealthReport>) | undefined;
  /** the streams of changes of this process */
  changeStreams?: ChangeStreamOpener | undefined;
  /** the id behind which a stream begins */
  lastEventId?: string | undefined;
  /** looks the caller up again, which counts as no use of its session; rejects when key or session has ended */
  lookUpCaller?: (() => Promise<Caller>) | undefined;
  /** the backups of the installation; undefined outside of a running server */
  readBackups?: (() => Promise<BackupReport>) | undefined;
  /** true when the response is a stored one */
  replayed: boolean;
  /** invalidates this process's cache of keys, so that a change applies here at once */
  invalidateKeys?: (() => void) | undefined;
  /** the same for sessions, in every process of this server; resolves when each has done so */
  invalidateSessions?: (() => Promise<void>) | undefined;
  /** the same for channel types */
  invalidateChannelTypes?: (() => void) | undefined;
}

export interface Call<Input> {
  readonly ctx: RequestContext;
  readonly input: Input;
}

/** Whether the caller may see this brand. */
export function canSeeBrand(caller: Caller, brandId: number): boolean {
  return caller.brands === null || caller.brands.includes(brandId);
}

/** The brand scope as statements take it: null means every brand. */
export function brandScope(caller: Caller): readonly number[] | null {
  return caller.brands;
}

/** Rejects a version other than the one the caller has read. */
export function assertVersion(ctx: RequestContext, version: number): void {
  if (ctx.ifMatch !== undefined && ctx.ifMatch !== version)
    throw new DossierError(
      "stale_version",
      `The customer is now at version ${version}. Read it again and repeat the change.`,
    );
}

/** The name under which a fault of one of our fields is reported. */
export function wireNameOf(ctx: RequestContext, ours: string): string {
  return ctx.wireName?.(ours) ?? ours;
}
