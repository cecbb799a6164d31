/**
 * The certificate signatures under an entry: those over it, those over these (four eyes), and of each all its
 * versions (docs/formats/statement.md). Found by what the write state says is attached and what follows; no
 * signature is opened for it.
 */
import type { LeafIndex } from '../base/brand.js';
import { digestFromHex, type HexDigest } from '../base/hex-digest.js';
import { MAX_SIGNATURES } from '../evidence/evidence-file.js';
import { damaged } from '../ledger/ledger-error.js';
import type { LogReader } from '../ledger/log-reader.js';
import { parseStatement } from '../records/parse-statement.js';
import type { SignatureStatement } from '../records/statement.js';

/** How many signatures deep: one over a record is 1, one over that one is 2. */
export const MAX_SIGNATURE_DEPTH = 4;
/** Of one signature. With time-stamps that last years, centuries. */
export const MAX_SIGNATURE_VERSIONS = 64;

export interface SignatureChain {
  /** What is signed. */
  readonly of: SignedEntry;
  /** Signatures from the entry that was asked about to this one; 1 if it is over that entry itself. */
  readonly depth: number;
  /** Oldest first; at least one. */
  readonly versions: readonly SignatureVersion[];
}

export interface SignedEntry {
  readonly index: LeafIndex;
  readonly leafHash: Uint8Array;
}

export interface SignatureVersion extends SignedEntry {
  /** It is itself signed, so that others need this very version. */
  readonly isCountersigned: boolean;
}

/**
 * All signatures under an entry, in the order in which their first versions were attached. More than an
 * evidence file holds can come of requests at the same moment; the last of those are left out.
 */
export async function signaturesUnder(
  reader: LogReader,
  entry: SignedEntry,
): Promise<readonly SignatureChain[]> {
  const chains: SignatureChain[] = [];
  const open: { readonly of: SignedEntry; readonly depth: number }[] = [{ of: entry, depth: 1 }];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const { of, depth } = next;
    if (chains.length >= MAX_SIGNATURES) break;
    const attached = await reader.attachedTo(of.leafHash, MAX_SIGNATURES - chains.length);
    for (const versions of await Promise.all(attached.map((one) => versionsFrom(reader, one)))) {
      chains.push({ of, depth, versions });
      for (const version of versions)
        if (version.isCountersigned) open.push({ of: version, depth: depth + 1 });
    }
  }
  return chains.sort((a, b) => firstOf(a).index - firstOf(b).index);
}

export function firstOf({ versions }: SignatureChain): SignatureVersion {
  const [first] = versions;
  if (first === undefined) throw new Error('a signature without a version');
  return first;
}

export function newestOf({ versions }: SignatureChain): SignatureVersion {
  const last = versions.at(-1);
  if (last === undefined) throw new Error('a signature without a version');
  return last;
}

/** The versions that a file for others must have: the newest, and those that others have countersigned. */
export function shownVersions({ versions }: SignatureChain): readonly SignatureVersion[] {
  return versions.filter(
    ({ isCountersigned }, at) => isCountersigned || at === versions.length - 1,
  );
}

/** The entry that a signature is over, and what that is over, up to what is no signature. */
export interface SignedRoot extends SignedEntry {
  /** Signatures from there to the entry asked about; 0 if that is no signature. */
  readonly depth: number;
}

/** @throws LedgerError LEDGER_DAMAGED if what is signed is not in the log. */
export async function signedRoot(reader: LogReader, index: LeafIndex): Promise<SignedRoot> {
  let at = index;
  for (let depth = 0; depth <= MAX_SIGNATURE_DEPTH; depth++) {
    const { statement, leafHash } = await reader.entry(at);
    const parsed = parseStatement(statement);
    if (parsed.kind !== 'signature') return { index: at, leafHash, depth };
    at = await indexOf(reader, parsed.of, at);
  }
  throw damaged(`entry ${index} lies under more signatures than can be attached`);
}

/** What a signature entry says in clear. @throws LedgerError LEDGER_DAMAGED of another kind. */
export async function signatureStatement(
  reader: LogReader,
  index: LeafIndex,
): Promise<SignatureStatement> {
  const parsed = parseStatement((await reader.entry(index)).statement);
  if (parsed.kind !== 'signature')
    throw damaged(`entry ${index} is attached to another and no signature`);
  return parsed;
}

/** @throws LedgerError LEDGER_DAMAGED if it is not in the log. */
export async function indexOf(
  reader: LogReader,
  leaf: HexDigest,
  by: LeafIndex,
): Promise<LeafIndex> {
  const index = await reader.indexOf(digestFromHex(leaf));
  if (index === null) throw damaged(`entry ${by} signs an entry that is not in the log`);
  return index;
}

/** The newest version of a signature. @param index of one of its versions. */
export async function newestVersion(reader: LogReader, index: LeafIndex): Promise<LeafIndex> {
  let at: SignedEntry = await reader.entry(index);
  for (let steps = 0; steps < MAX_SIGNATURE_VERSIONS; steps++) {
    const next = await reader.following(at.leafHash);
    if (next === null) return at.index;
    at = next;
  }
  throw damaged(`the signature at entry ${index} has more versions than can be made`);
}

async function versionsFrom(reader: LogReader, first: SignedEntry): Promise<SignatureVersion[]> {
  const versions: SignatureVersion[] = [];
  let next: SignedEntry | null = first;
  while (next !== null) {
    if (versions.length >= MAX_SIGNATURE_VERSIONS)
      throw damaged(`the signature at entry ${first.index} has more versions than can be made`);
    const [over, following]: [readonly unknown[], SignedEntry | null] = await Promise.all([
      reader.attachedTo(next.leafHash, 1),
      reader.following(next.leafHash),
    ]);
    versions.push({ ...next, isCountersigned: over.length > 0 });
    next = following;
  }
  return versions;
}
