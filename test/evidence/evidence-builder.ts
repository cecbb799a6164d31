/**
 * Complete, real evidence made from pure parts: a log of twenty entries with a handover, one entry of it
 * with everything opened and two signatures over it, an epoch log with its maps, and two anchors in a
 * mined chain. Every step can be bent, and what comes after is then made and signed accordingly: so tests
 * have not only altered files but also those that a dishonest operator with all its keys could make.
 */
import type { LeafIndex, TreeSize, UnixMillis } from '../../src/base/brand.js';
import { toBase64, utf8 } from '../../src/base/bytes.js';
import { canonicalJsonBytes, type JsonObject } from '../../src/base/canonical-json.js';
import { digestToHex } from '../../src/base/hex-digest.js';
import { parseInstant } from '../../src/base/time.js';
import type { ChainName } from '../../src/evidence/chains.js';
import { developmentPartsOf } from '../../src/evidence/development-parts.js';
import type {
  EvidenceAnchor,
  EvidenceFile,
  ProvedStatement,
} from '../../src/evidence/evidence-file.js';
import { formatEvidence } from '../../src/evidence/format-evidence.js';
import { handoverMessage } from '../../src/evidence/handover-message.js';
import {
  formatHeadStatement,
  type HeadStatement,
  originHash,
} from '../../src/evidence/head-statement.js';
import {
  type EpochStatement,
  formatStatement,
  type HandoverStatement,
  type LedgerStatement,
  type LossStatement,
} from '../../src/records/statement.js';
import { formatLogSeal } from '../../src/signing/log-seal.js';
import { type Checkpoint, formatCheckpoint } from '../../src/tlog/checkpoint.js';
import { formatLogBinding } from '../../src/tlog/log-binding.js';
import { leafHash } from '../../src/tlog/merkle-hash.js';
import { noteSigner, signNote } from '../../src/tlog/signed-note.js';
import { mineChain, type SyntheticChain } from './support/synthetic-anchors.js';
import {
  fillerStatement,
  type OpenEntry,
  type RecordBends,
  recordEntry,
  type SignatureBends,
  signatureEntry,
} from './support/synthetic-entries.js';
import { epochLog } from './support/synthetic-epochs.js';
import {
  type Authority,
  derived,
  type LogKeys,
  logKeys,
  type NamedKey,
  newAuthority,
} from './support/synthetic-keys.js';
import { at, type SyntheticTree, treeOver } from './support/synthetic-tree.js';

export const START = parseInstant('2026-11-02T09:00:00.000Z');
export const MINUTE = 60_000;
const SIZE = 20;
export const HANDOVER = 5;
export const ENTRY = 9;
/** The second is not in the anchored head that holds the entry. */
export const SIGNATURES = [12, 15] as const;
/** Sizes of the log at the epochs, which are 1, 2 … of the epoch log. */
const EPOCH_SIZES = [4, 8, 14, 20] as const;

export interface PlannedAnchor {
  readonly height: number;
  /** Of the epoch log. */
  readonly size: number;
  readonly chainScript?: Uint8Array;
}

/** Of the two anchors of a file: an epoch, and the transaction that is to prove it (from 0). */
export interface PlannedProof {
  readonly epoch: number;
  readonly anchor: number;
}

export interface Plan extends RecordBends, SignatureBends {
  /** Who has the same seed is the same operator. */
  readonly seed: string;
  /** Whose names the log bears; the operator's own, unless somebody passes for another. */
  readonly namesOf: string;
  readonly ledger: string;
  readonly authority: Authority;
  /** Of the log's seal. */
  readonly sealAuthority: Authority;
  readonly recordedAt: (index: number) => UnixMillis;
  readonly payload: Uint8Array;
  readonly recordKey: string | undefined;
  /** Where the entry stands that the file shows as the log's first. */
  readonly firstIndex: number;
  readonly first: (statement: LedgerStatement, keys: LogKeys) => LedgerStatement | LossStatement;
  /** What the signatures of the handover are over. */
  readonly handoverTerms: (terms: HandoverTerms, keys: LogKeys) => HandoverTerms;
  readonly handoverBy: (keys: LogKeys) => readonly NamedKey[];
  readonly lastKey: (keys: LogKeys) => NamedKey;
  readonly checkpoint: (checkpoint: Checkpoint) => Checkpoint;
  readonly cosigners: (keys: LogKeys) => readonly NamedKey[];
  readonly sealed: (document: Uint8Array) => Uint8Array;
  readonly sealedAt: UnixMillis;
  /** What the certificate signs in place of the entry's statement. */
  readonly signed: (statement: Uint8Array) => Uint8Array;
  readonly head: (head: HeadStatement, epoch: number) => HeadStatement;
  readonly epoch: (statement: EpochStatement) => EpochStatement;
  readonly tenantHandle: (handle: Uint8Array) => Uint8Array;
  readonly logHandle: (handle: Uint8Array, epoch: number) => Uint8Array;
  readonly chain: ChainName;
  /** Height of the first header of the chain. */
  readonly firstHeight: number;
  readonly confirmations: number;
  readonly anchors: readonly PlannedAnchor[];
  readonly after: PlannedProof;
  readonly before: PlannedProof;
}

export type HandoverTerms = Omit<HandoverStatement, 'signatures'>;

export interface Built {
  readonly file: EvidenceFile;
  readonly bytes: Uint8Array;
  readonly keys: LogKeys;
  readonly tree: SyntheticTree;
  readonly statements: readonly Uint8Array[];
  /** The log's head at another size, signed by its last key. */
  readonly checkpointAt: (size: number) => string;
  /** The trust file of somebody who knows this operator. */
  readonly trust: JsonObject;
}

const same = <T>(value: T): T => value;

export function minutes(count: number): UnixMillis {
  return (START + count * MINUTE) as UnixMillis;
}

export const DAY_BEFORE = (START - 24 * 60 * MINUTE) as UnixMillis;

/** An honest operator's. */
export function plan(bends: Partial<Plan> = {}): Plan {
  const seed = bends.seed ?? 'bank';
  const authority = bends.authority ?? newAuthority(seed, DAY_BEFORE);
  return {
    seed,
    namesOf: seed,
    ledger: 'kyc',
    authority,
    sealAuthority: authority,
    recordedAt: (index) => minutes(10 * index),
    payload: canonicalJsonBytes({ city: 'Zürich', country: 'CH', street: 'Seilergraben 1' }),
    recordKey: 'residence',
    header: same,
    headerBytes: same,
    record: same,
    openers: same,
    signatureHeader: same,
    signature: same,
    firstIndex: 0,
    first: same,
    handoverTerms: same,
    handoverBy: ({ first, second }) => [first, second],
    lastKey: ({ second }) => second,
    checkpoint: same,
    cosigners: () => [],
    sealed: same,
    sealedAt: START,
    signed: same,
    head: same,
    epoch: same,
    tenantHandle: same,
    logHandle: same,
    chain: 'devchain',
    firstHeight: 300,
    confirmations: 3,
    anchors: [
      { height: 310, size: 3 },
      { height: 330, size: 5 },
    ],
    after: { epoch: 3, anchor: 1 },
    before: { epoch: 2, anchor: 0 },
    ...bends,
  };
}

export async function build(bends: Partial<Plan> = {}): Promise<Built> {
  const made = plan(bends);
  const keys = logKeys(made.seed, made.namesOf, made.ledger);
  const log = await buildLog(made, keys);
  const { statements } = log;
  const tree = treeOver(statements);
  const prove = (index: number): ProvedStatement => ({
    inclusion: tree.inclusion(index, SIZE),
    statement: at(statements, index),
  });
  const proveOpen = (entry: OpenEntry, index: number) => ({ ...entry, ...prove(index) });
  const lastKey = made.lastKey(keys);
  const document =
    lastKey.key.name === keys.origin
      ? formatLogSeal({ origin: keys.origin, verifierKey: lastKey.key })
      : utf8('such a key cannot be sealed');
  const seal = await made.sealAuthority.signer.seal(made.sealed(document), made.sealedAt);
  const checkpointAt = (size: number) => buildCheckpoint(made, keys, tree, lastKey, size);
  const { anchors, pins } = buildAnchors(made, keys, tree);
  const shown = {
    anchors,
    entry: proveOpen(log.entry, ENTRY),
    log: {
      checkpoint: checkpointAt(SIZE),
      first: prove(made.firstIndex),
      handovers: [prove(HANDOVER)],
      recoverySignature: keys.recovery.sign(document),
      seal,
    },
    signatures: log.signatures.map((signature, n) => proveOpen(signature, at(SIGNATURES, n))),
  };
  const development = developmentPartsOf(shown);
  const file = { ...shown, ...(development.length > 0 && { development }) };
  return {
    file,
    bytes: formatEvidence(file),
    keys,
    tree,
    statements,
    checkpointAt,
    trust: {
      $v: 1,
      name: `What the friends of ${made.seed} trust`,
      certificates: [made.authority, made.sealAuthority].map(({ caCertificate }) =>
        toBase64(caCertificate),
      ),
      recoveryKeys: [keys.recovery.text],
      chains: [{ chain: made.chain, blocks: pins.map((pin) => ({ ...pin })) }],
    },
  };
}

interface BuiltLog {
  readonly statements: Uint8Array[];
  readonly entry: OpenEntry;
  readonly signatures: readonly OpenEntry[];
}

async function buildLog(made: Plan, keys: LogKeys): Promise<BuiltLog> {
  const seed = `${made.seed} ${made.ledger}`;
  const subject = 'customer-4711';
  const order = { seed, subject, type: 'tradle.Residence', payload: made.payload };
  const entry = recordEntry(
    {
      ...order,
      index: ENTRY,
      recordedAt: made.recordedAt(ENTRY),
      ...(made.recordKey !== undefined && { key: made.recordKey }),
    },
    made,
  );
  const signatures: OpenEntry[] = [];
  for (const index of SIGNATURES) {
    const recordedAt = made.recordedAt(index);
    const cms = await made.authority.signer.seal(made.signed(entry.statement), recordedAt);
    const of = digestToHex(leafHash(entry.statement));
    signatures.push(signatureEntry({ seed, index, recordedAt, subject, of, cms }, made));
  }
  const statements: Uint8Array[] = [];
  for (let index = 0; index < SIZE; index++) {
    const signature = SIGNATURES.findIndex((place) => place === index);
    if (index === made.firstIndex) statements.push(firstStatement(made, keys));
    else if (index === HANDOVER) statements.push(handoverStatement(made, keys, statements));
    else if (index === ENTRY) statements.push(entry.statement);
    else if (signature >= 0) statements.push(at(signatures, signature).statement);
    else statements.push(fillerStatement(seed, index, made.recordedAt(index)));
  }
  return { statements, entry, signatures };
}

function firstStatement(made: Plan, keys: LogKeys): Uint8Array {
  const statement = {
    kind: 'ledger' as const,
    index: made.firstIndex as LeafIndex,
    recordedAt: made.recordedAt(made.firstIndex),
    origin: keys.origin,
    recoveryKey: keys.recovery.text,
    verifierKey: keys.first.text,
  };
  return formatStatement(made.first(statement, keys));
}

function handoverStatement(made: Plan, keys: LogKeys, before: readonly Uint8Array[]): Uint8Array {
  const terms = made.handoverTerms(
    {
      kind: 'handover',
      index: HANDOVER as LeafIndex,
      recordedAt: made.recordedAt(HANDOVER),
      new: keys.second.text,
      old: keys.first.text,
      rootHash: digestToHex(treeOver(before).root(before.length)),
      size: before.length,
    },
    keys,
  );
  const message = handoverMessage(keys.origin, terms);
  const signatures = made
    .handoverBy(keys)
    .map(({ text, sign }) => ({ by: text, signature: toBase64(sign(message)) }));
  return formatStatement({ ...terms, signatures });
}

function buildCheckpoint(
  made: Plan,
  keys: LogKeys,
  tree: SyntheticTree,
  lastKey: NamedKey,
  size: number,
): string {
  const binding = {
    discoveryKey: derived(`${made.seed} discovery`),
    fork: 0,
    length: 7,
    treeHash: derived(`${made.seed} tree hash`),
  };
  const checkpoint = made.checkpoint({
    origin: keys.origin,
    size: size as TreeSize,
    rootHash: tree.root(size),
    extensions: [formatLogBinding(binding)],
  });
  const signers = [lastKey, ...made.cosigners(keys)].map(({ key, sign }) => noteSigner(key, sign));
  return signNote(formatCheckpoint(checkpoint), ...signers);
}

function buildAnchors(
  made: Plan,
  keys: LogKeys,
  tree: SyntheticTree,
): { anchors: { after: EvidenceAnchor; before: EvidenceAnchor }; pins: SyntheticChain['pins'] } {
  const tenantHandle = made.tenantHandle(keys.tenantHandle);
  const heads = EPOCH_SIZES.map((size, n) =>
    made.head(
      {
        originHash: originHash(keys.origin),
        size: size as TreeSize,
        rootHash: tree.root(size),
        discoveryKey: derived(`${made.seed} discovery`),
        fork: 0,
        length: n + 1,
        treeHash: derived(`${made.seed} tree hash ${n}`),
      },
      n + 1,
    ),
  );
  const { statements, epochs } = epochLog(
    made.seed,
    START,
    heads.map((head, n) => ({
      index: n + 1,
      recordedAt: minutes(10 * at(EPOCH_SIZES, n) + 1),
      tenantHandle,
      logHandle: made.logHandle(keys.logHandle, n + 1),
      head: formatHeadStatement(head),
    })),
    made.epoch,
  );
  const epochTree = treeOver(statements);
  const chain = mineChain({
    from: made.firstHeight,
    startMillis: START,
    confirmations: made.confirmations,
    anchors: made.anchors.map((anchor) => ({
      ...anchor,
      rootHash: epochTree.root(anchor.size),
    })),
  });
  const prove = ({ epoch, anchor }: PlannedProof): EvidenceAnchor => {
    const { size } = at(made.anchors, anchor);
    const { log, tenant, statement } = at(epochs, epoch - 1);
    const head = at(heads, epoch - 1);
    return {
      chain: made.chain,
      consistency: tree.consistency(at(EPOCH_SIZES, epoch - 1), SIZE),
      epoch: {
        inclusion: epochTree.inclusion(epoch, size),
        size: size as TreeSize,
        statement,
      },
      head: formatHeadStatement(head),
      log,
      tenant,
      transaction: at(chain.proofs, anchor),
    };
  };
  return {
    anchors: { after: prove(made.after), before: prove(made.before) },
    pins: chain.pins,
  };
}

export function trustBytes(trust: JsonObject): Uint8Array {
  return canonicalJsonBytes(trust);
}
