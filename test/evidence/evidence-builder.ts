/**
 * Complete, real evidence made from pure parts: a log of twenty entries with a handover, one entry of it
 * with everything opened, two signatures over it and one over a batch, an epoch log with its maps, and two anchors in a
 * mined chain. Every step can be bent, and what comes after is then made and signed accordingly: so tests
 * have not only altered files but also those that a dishonest operator with all its keys could make.
 */
import type { Sha256Digest, TreeSize } from '../../src/base/brand.js';
import { toBase64, utf8 } from '../../src/base/bytes.js';
import { canonicalJsonBytes, type JsonObject } from '../../src/base/canonical-json.js';
import { sha256 } from '../../src/base/hash.js';
import { developmentPartsOf } from '../../src/evidence/development-parts.js';
import type {
  EvidenceAnchor,
  EvidenceFile,
  EvidencePlace,
  EvidenceStamp,
  ProvedStatement,
} from '../../src/evidence/evidence-file.js';
import { formatEvidence } from '../../src/evidence/format-evidence.js';
import { formatHeadStatement, originHash } from '../../src/evidence/head-statement.js';
import { issueTimeStampCertificate } from '../../src/keys/development-authority.js';
import { developmentTimeStamps } from '../../src/keys/development-time-stamps.js';
import { formatLogSeal } from '../../src/signing/log-seal.js';
import { formatCheckpoint } from '../../src/tlog/checkpoint.js';
import { formatLogBinding } from '../../src/tlog/log-binding.js';
import { noteSigner, signNote } from '../../src/tlog/signed-note.js';
import { SeededRandom } from '../support/seeded-random.js';
import {
  BATCH_SIGNATURE,
  DAY_BEFORE,
  ENTRY,
  EPOCH_SIZES,
  HANDOVER,
  minutes,
  type Plan,
  plan,
  type PlannedProof,
  SIGNATURES,
  SIZE,
  START,
} from './support/plan.js';
import { mineChain, type SyntheticChain } from './support/synthetic-anchors.js';
import type { OpenEntry } from './support/synthetic-entries.js';
import { epochKey, epochLog } from './support/synthetic-epochs.js';
import { derived, type LogKeys, logKeys, type NamedKey } from './support/synthetic-keys.js';
import { buildLog } from './support/synthetic-log.js';
import { at, type SyntheticTree, treeOver } from './support/synthetic-tree.js';

export interface Built {
  readonly file: EvidenceFile;
  readonly bytes: Uint8Array;
  readonly keys: LogKeys;
  readonly tree: SyntheticTree;
  /** Of the epoch log. */
  readonly epochTree: SyntheticTree;
  readonly statements: readonly Uint8Array[];
  /** The log's head at another size, signed by its last key. */
  readonly checkpointAt: (size: number) => string;
  /** The trust file of somebody who knows this operator. */
  readonly trust: JsonObject;
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
  const { anchors, pins, epochTree, stampParts } = buildAnchors(made, keys, tree);
  const history = made.author === null ? undefined : made.history(made.author.history);
  const shown = {
    anchors,
    entry: proveOpen(log.entry, ENTRY),
    ...(history !== undefined && { history }),
    log: {
      checkpoint: checkpointAt(SIZE),
      first: prove(made.firstIndex),
      handovers: [prove(HANDOVER)],
      recoverySignature: keys.recovery.sign(document),
      seal,
    },
    batch: {
      ...prove(made.batchIndex),
      inclusion: made.batchInclusion(tree.inclusion(made.batchIndex, SIZE)),
    },
    signatures: log.signatures.map((signature, n) =>
      proveOpen(signature, at([...SIGNATURES, BATCH_SIGNATURE], n)),
    ),
  };
  const timeStamp = stampParts === null ? null : await buildStamp(made, stampParts);
  const stamped = { ...shown, ...(timeStamp !== null && { timeStamp }) };
  const development = developmentPartsOf(stamped);
  const file = { ...stamped, ...(development.length > 0 && { development }) };
  return {
    file,
    bytes: formatEvidence(file),
    keys,
    tree,
    epochTree,
    statements,
    checkpointAt,
    trust: {
      $v: 1,
      name: `What the friends of ${made.seed} trust`,
      certificates: [made.authority, made.sealAuthority].map(({ caCertificate }) =>
        toBase64(caCertificate),
      ),
      recoveryKeys: [keys.recovery.text],
      identities: made.author === null ? [] : [made.author.id],
      chains: [{ chain: made.chain, blocks: pins.map((pin) => ({ ...pin })) }],
    },
  };
}

export function buildCheckpoint(
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

export function buildAnchors(
  made: Plan,
  keys: LogKeys,
  tree: SyntheticTree,
): {
  anchors: { after: EvidenceAnchor; before: EvidenceAnchor };
  pins: SyntheticChain['pins'];
  epochTree: SyntheticTree;
  stampParts: StampParts | null;
} {
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
  const place = (epoch: number, size: number): EvidencePlace => {
    const { log, tenant, statement } = at(epochs, epoch - 1);
    return {
      consistency: tree.consistency(at(EPOCH_SIZES, epoch - 1), SIZE),
      epoch: { inclusion: epochTree.inclusion(epoch, size), statement },
      head: formatHeadStatement(at(heads, epoch - 1)),
      log,
      tenant,
    };
  };
  const prove = ({ epoch, anchor }: PlannedProof): EvidenceAnchor => {
    const { size } = at(made.anchors, anchor);
    const placed = place(epoch, size);
    return {
      ...placed,
      chain: made.chain,
      epoch: { ...placed.epoch, size: size as TreeSize },
      transaction: at(chain.proofs, anchor),
    };
  };
  const { stamp } = made;
  return {
    anchors: { after: prove(made.after), before: prove(made.before) },
    pins: chain.pins,
    epochTree,
    stampParts: stamp && {
      place: place(stamp.epoch, stamp.size),
      size: stamp.size,
      rootHash: epochTree.root(stamp.size),
    },
  };
}

interface StampParts {
  readonly place: EvidencePlace;
  readonly size: number;
  readonly rootHash: Sha256Digest;
}

/** By an authority that the development CA of the log's seal vouches for. */
export async function buildStamp(
  { seed, authority, stampedAt, stamped }: Plan,
  { place, size, rootHash }: StampParts,
): Promise<EvidenceStamp> {
  const { key, sign } = epochKey(seed);
  const checkpoint = signNote(
    formatCheckpoint({ origin: key.name, size: size as TreeSize, rootHash, extensions: [] }),
    noteSigner(key, sign),
  );
  const random = (length: number): Uint8Array => derived(`${seed} time-stamps`, length);
  const issued = issueTimeStampCertificate(authority, { at: DAY_BEFORE, random });
  const { caCertificate } = authority;
  const token = await developmentTimeStamps(
    { caCertificate, ...issued },
    { clock: { now: () => stampedAt }, random: new SeededRandom(seed) },
  ).stamp({ digest: 'sha256', hash: sha256(stamped(utf8(checkpoint))) });
  return { ...place, checkpoint, token: token.der };
}

export function trustBytes(trust: JsonObject): Uint8Array {
  return canonicalJsonBytes(trust);
}
