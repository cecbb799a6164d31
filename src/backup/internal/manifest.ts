/** What one backup added, as JSON (docs/formats/backup.md, "A backup"). Sealed by whoever writes it. */
import type { Sha256Digest, TreeSize, UnixMillis } from '../../base/brand.js';
import { toHex } from '../../base/bytes.js';
import { canonicalJsonBytes, type JsonObject, type JsonValue } from '../../base/canonical-json.js';
import { digestFromHex, type HexDigest } from '../../base/hex-digest.js';
import {
  arrayOf,
  BOOLEAN,
  COUNT,
  DIGEST,
  INSTANT,
  type JsonMembers,
  textLike,
  HANDLE,
} from '../../base/json-members.js';
import { formatInstant } from '../../base/time.js';
import { type Mark, markContent, readMark } from '../../keys/mark.js';
import type { LogHead } from '../../ledger/log-head.js';
import { MAX_PARTS } from './places.js';
import { type Digested, readDigested, readEach, readSealedJson } from './sealed-json.js';

/** Bytes that lie in a part. */
export interface Run {
  /** From 1. */
  readonly part: number;
  readonly offset: number;
  readonly length: number;
}

/** Consecutive blocks of a log. */
export interface BlockRun extends Run {
  /** Handle. */
  readonly log: string;
  readonly from: number;
  readonly count: number;
}

export interface FileRun extends Run {
  /** In the data directory, with `/`. */
  readonly path: string;
  /** Of the content. */
  readonly sha256: HexDigest;
}

export type WrittenPart = Digested;

/** The least of a vault that a backup opens with. */
export interface NeededVault {
  /** Handle. */
  readonly tenant: string;
  readonly generation: number;
  readonly length: number;
}

export interface MovedLog extends LogHead {
  readonly handle: string;
}

/** A Hypercore of content, as far as the backups have it. */
export interface TakenBlobs {
  /** 32 hex digits. */
  readonly id: string;
  /** Handles. */
  readonly tenant: string;
  readonly ledger: string;
  readonly length: number;
}

export interface Manifest {
  readonly number: number;
  /** Of the file of the one before; null in the first. */
  readonly previous: HexDigest | null;
  readonly startedAt: UnixMillis;
  readonly completedAt: UnixMillis;
  readonly isAtRest: boolean;
  readonly mark: Mark | null;
  readonly accessChanges: number;
  readonly parts: readonly WrittenPart[];
  readonly logs: readonly MovedLog[];
  readonly blocks: readonly BlockRun[];
  /** Those that have grown. */
  readonly content: readonly TakenBlobs[];
  /** Of these; `log` is their id. A block of no bytes is one that was not there. */
  readonly chunks: readonly BlockRun[];
  readonly files: readonly FileRun[];
  readonly removed: readonly string[];
  readonly vaults: readonly NeededVault[];
}

/** Of logs, runs and files in one backup: what a node may hold is less. */
const MAX_ITEMS = 10_000_000;
/** Never out of the directory that is restored into. */
const PATH = textLike(
  /^(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,254})(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}){0,3}$/,
  'a path',
);

const CONTENT_ID = textLike(/^[0-9a-f]{32}$/, 'an id of content');

export function encodeManifest(manifest: Manifest): Uint8Array {
  const { number, previous, startedAt, completedAt, isAtRest, mark, accessChanges } = manifest;
  return canonicalJsonBytes({
    number,
    ...(previous !== null && { previous }),
    startedAt: formatInstant(startedAt),
    completedAt: formatInstant(completedAt),
    isAtRest,
    mark: mark && markContent(mark),
    accessChanges,
    ...listed('parts', manifest.parts),
    ...listed('logs', manifest.logs.map(logToJson)),
    ...listed('blocks', manifest.blocks),
    ...listed('content', manifest.content),
    ...listed('chunks', manifest.chunks),
    ...listed('files', manifest.files),
    ...listed('removed', manifest.removed),
    ...listed('vaults', manifest.vaults),
  });
}

/** @param file named in errors. @throws BackupError BACKUP_DAMAGED. */
export function decodeManifest(file: string, bytes: Uint8Array): Manifest {
  const what = 'is not a manifest of this format';
  return readSealedJson({ file, what }, bytes, (members) => {
    const mark = members.objectOrNull('mark');
    return {
      number: members.required('number', COUNT),
      previous: members.optional('previous', DIGEST) ?? null,
      startedAt: members.required('startedAt', INSTANT),
      completedAt: members.required('completedAt', INSTANT),
      isAtRest: members.required('isAtRest', BOOLEAN),
      mark: mark && readMark(mark),
      accessChanges: members.required('accessChanges', COUNT),
      parts: readEach(members, 'parts', MAX_PARTS, readDigested),
      logs: readEach(members, 'logs', MAX_ITEMS, readLog),
      blocks: readEach(members, 'blocks', MAX_ITEMS, blocksOf(HANDLE)),
      content: readEach(members, 'content', MAX_ITEMS, readTaken),
      chunks: readEach(members, 'chunks', MAX_ITEMS, blocksOf(CONTENT_ID)),
      files: readEach(members, 'files', MAX_ITEMS, readFile),
      removed: members.optional('removed', arrayOf(PATH, MAX_ITEMS)) ?? [],
      vaults: readEach(members, 'vaults', MAX_ITEMS, readVault),
    };
  });
}

function listed(name: string, items: readonly (string | object)[]): JsonObject {
  return items.length === 0
    ? {}
    : {
        [name]: items.map((item): JsonValue => (typeof item === 'string' ? item : { ...item })),
      };
}

function logToJson({ treeHash, rootHash, ...rest }: MovedLog): JsonObject {
  const recordedAt = Number(rest.recordedAt);
  return { ...rest, recordedAt, treeHash: toHex(treeHash), rootHash: toHex(rootHash) };
}

function readLog(item: JsonMembers): MovedLog {
  return {
    handle: item.required('handle', HANDLE),
    length: item.required('length', COUNT),
    treeHash: digestFromHex(item.required('treeHash', DIGEST)),
    size: item.required('size', COUNT) as TreeSize,
    rootHash: digestFromHex(item.required('rootHash', DIGEST)) as Sha256Digest,
    recordedAt: item.required('recordedAt', COUNT) as UnixMillis,
  };
}

function readRun(item: JsonMembers): Run {
  return {
    part: item.required('part', COUNT),
    offset: item.required('offset', COUNT),
    length: item.required('length', COUNT),
  };
}

function blocksOf(log: typeof HANDLE): (item: JsonMembers) => BlockRun {
  return (item) => ({
    ...readRun(item),
    log: item.required('log', log),
    from: item.required('from', COUNT),
    count: item.required('count', COUNT),
  });
}

function readTaken(item: JsonMembers): TakenBlobs {
  return {
    id: item.required('id', CONTENT_ID),
    tenant: item.required('tenant', HANDLE),
    ledger: item.required('ledger', HANDLE),
    length: item.required('length', COUNT),
  };
}

function readFile(item: JsonMembers): FileRun {
  return {
    ...readRun(item),
    path: item.required('path', PATH),
    sha256: item.required('sha256', DIGEST),
  };
}

function readVault(item: JsonMembers): NeededVault {
  return {
    tenant: item.required('tenant', HANDLE),
    generation: item.required('generation', COUNT),
    length: item.required('length', COUNT),
  };
}
