/** The vectors of test/vectors/tlog. */
import { readFileSync } from 'node:fs';
import type { Sha256Digest } from '../../src/base/brand.js';
import { fromBase64, sha256Digest } from '../../src/base/bytes.js';
import { hashOf } from './naive-tree.js';

interface MerkleCase {
  readonly file: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

export interface InclusionCase extends MerkleCase {
  readonly leafIdx: string;
  readonly treeSize: string;
  readonly root: string;
  readonly leafHash: string;
}

export interface ConsistencyCase extends MerkleCase {
  readonly size1: string;
  readonly size2: string;
  readonly root1: string;
  readonly root2: string;
}

/** Tiles and bundles by path, in hex; checkpoints by size. */
export interface TesseraLog {
  readonly verifierKey: string;
  readonly checkpoints: readonly string[];
  readonly tiles: Readonly<Record<string, string>>;
  readonly entryBundles: Readonly<Record<string, string>>;
}

export interface NoteVector {
  readonly source: string;
  readonly verifierKeys: readonly string[];
  readonly cosignerKeys?: readonly string[];
  readonly seeds?: Readonly<Record<string, string>>;
  readonly note: string;
}

export const inclusionCases = (read('merkle-inclusion.json') as { cases: InclusionCase[] }).cases;
export const consistencyCases = (read('merkle-consistency.json') as { cases: ConsistencyCase[] })
  .cases;
export const tesseraLog = read('tessera-log.json') as TesseraLog;
export const noteVectors = (read('notes.json') as { notes: NoteVector[] }).notes;

/** Where a vector has any text instead of a hash, the hash of that text stands for it. */
export function vectorHash(base64: string): Sha256Digest {
  const bytes = fromBase64(base64);
  return bytes.length === 32 ? sha256Digest(bytes) : hashOf(bytes);
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../vectors/tlog/${name}`, import.meta.url), 'utf8'));
}
