/**
 * Preparing: from the text of a record to an entry that only lacks its place. It is most of the work
 * of a record and needs nothing of the log, so it can be done in another thread.
 */
import type { UnixMillis } from '../../base/brand.js';
import type { ChirographError } from '../../base/errors.js';
import type { HexDigest } from '../../base/hex-digest.js';
import type { SecretRef, SecretScope } from '../../base/secret-scope.js';
import type { ClaimAuthor } from '../../identities/claim-signature.js';
import type { FileContent } from '../../records/file-content.js';
import type { PreparedEntry } from '../../records/prepared-entry.js';
import type { TypeClasses } from '../../records/record-scopes.js';
import type { SchemaMode, SchemaSettings } from '../../schemas/schema-document.js';
import type { SchemaFault } from '../../schemas/schemas-error.js';
import type { RecordText } from './record-request.js';

/** What all records of a batch have in common. */
export interface PreparationContext {
  /** Handle of the tenant. */
  readonly tenant: string;
  /** Name of the ledger. */
  readonly ledger: string;
  readonly author: string;
  /** UTC month in which they will be recorded. */
  readonly month: string;
  /** The tenant's, 32 bytes: for `idempotencyTag`. */
  readonly idempotencyKey: Uint8Array;
  /** How it is now: a class that a later policy gives is for later records. */
  readonly typeClasses: TypeClasses;
  /** What signatures of claims are judged by. */
  readonly claims: ClaimContext;
  /** Of the tenant's vault (`Vault.edition`). What was found in another one is never used. */
  readonly vaultEdition: number;
  /** Whether other nodes keep the ledger too, and may lack rows that a commit of this one has carried. */
  readonly isShared: boolean;
}

export interface ClaimContext {
  /** What the author is; null of one that is no identity. */
  readonly author: ClaimAuthor | null;
  readonly now: UnixMillis;
  /** When the last entry was recorded that one of these stands behind: a clock before it is behind. */
  readonly recordedAt: UnixMillis;
}

export interface SchemaCheck extends Pick<SchemaSettings, 'unknownTypes'> {
  readonly mode: Exclude<SchemaMode, 'off'>;
  /** Another one whenever a schema of the ledger has changed. */
  readonly epoch: number;
}

export interface PreparationBatch extends PreparationContext {
  /** How payloads are checked against the schemas of the ledger; null where none is. */
  readonly schemas: SchemaCheck | null;
  /** Of one record, in bytes. */
  readonly maxPayloadBytes: number;
  readonly texts: readonly RecordText[];
}

/** An entry in which `rowIds` may leave out rows that a commit has carried, unless the ledger is a shared one. */
export interface PreparedRecord {
  readonly entry: PreparedEntry;
  readonly idempotencyTag: Uint8Array | null;
  /** What a schema has against it, where that is no reason to refuse it. */
  readonly warnings: readonly SchemaFault[];
  /**
   * It is refused, unless it repeats a request that was taken before: a schema may have come in between, or a key
   * have been revoked, and an idempotency key is good for ever. Null of all others.
   */
  readonly refusal: ChirographError | null;
}

/** In place of a record that is refused: what is wrong with it. */
export type Preparation = PreparedRecord | ChirographError;

export interface FoundSecret extends SecretRef {
  /** Whether a commit has carried its row: only a rotation of the vault can take it away. */
  readonly isCommitted: boolean;
}

/**
 * The secrets of scopes, each named once, in their order; null where the vault takes no more new
 * ones now. Whoever hands this out gives back what was not needed, when the batch is done with.
 */
export type FindSecrets = (
  scopes: readonly SecretScope[],
) => Promise<readonly (FoundSecret | null)[]>;

/** The schemas of types, each named once, in their order; null of a type that has none. */
export type FindSchemas = (types: readonly string[]) => Promise<readonly (FoundSchema | null)[]>;

export interface FoundSchema {
  /** As it stands in headers, and another one for every version. */
  readonly ref: string;
  /** JSON of the `chirograph.Schema`. */
  readonly bytes: Uint8Array;
}

/** What the entries are that attachments name, each named once, in their order. */
export type FindFiles = (entries: readonly HexDigest[]) => Promise<readonly FoundFile[]>;

export type FoundFile =
  | AttachableFile
  /** The ledger has no such entry; it brings no content; nobody can open it any more. */
  | { readonly kind: 'unknown' | 'no-content' | 'erased' };

export interface AttachableFile extends FileContent {
  readonly kind: 'file';
  /** Whose it is. */
  readonly subject: string;
}

/** What is asked for while a batch is prepared, and only if something of it needs that. */
export interface PreparationSources {
  readonly findSecrets: FindSecrets;
  readonly findSchemas: FindSchemas;
  readonly findFiles: FindFiles;
}

export interface Preparer {
  /**
   * @returns one for each text, in order; one that is refused does not disturb the others.
   * @throws LedgerError LEDGER_PUSHBACK, LEDGER_CLOSED; CommandError PREPARATION_INTERRUPTED; what
   * `sources` throw. Nothing of the batch has been appended then.
   */
  prepare(batch: PreparationBatch, sources: PreparationSources): Promise<readonly Preparation[]>;
  /** Finishes what it has, takes nothing more. */
  close(): Promise<void>;
}
