/**
 * The whole way of an entry into a block, as operations: what its evidence file shows, without what only a program
 * of ours could read. Each step of it stands in docs/formats/opentimestamps.md, "Path".
 */
import type { LeafIndex, Sha256Digest } from '../../base/brand.js';
import { utf8, utf8ToString } from '../../base/bytes.js';
import { parseStatement } from '../../records/parse-statement.js';
import { leafHash } from '../../tlog/merkle-hash.js';
import { decodeMapProof } from '../../tlog/sparse-map-proof.js';
import type { AnchorProof } from '../bitcoin/anchor-proof.js';
import { HEADER_BYTES, parseBlockHeader } from '../bitcoin/block-header.js';
import { mapKeyOf } from '../epoch-map.js';
import type { EvidenceAnchor, EvidenceEpoch } from '../evidence-file.js';
import { parseHeadStatement } from '../head-statement.js';
import { unusable } from './errors.js';
import type { OtsOperation } from './operations.js';
import type { OtsPath } from './ots-path.js';
import { append, blockSteps, mapSteps, prepend, SHA256, treeSteps } from './tree-steps.js';

/** An entry with what leads from it to the root of an epoch log. */
export interface EpochEntry {
  readonly index: LeafIndex;
  readonly statement: Uint8Array;
  /** In the tree of the head that the epoch has. */
  readonly inclusion: readonly Sha256Digest[];
  readonly anchor: Pick<EvidenceAnchor, 'head' | 'log' | 'tenant' | 'epoch'>;
}

export interface StampedEntry extends EpochEntry {
  readonly anchor: Omit<EvidenceAnchor, 'consistency'>;
}

/**
 * What is stamped is `00 ‖ statement`, whose SHA-256 is the leaf hash. Nothing is verified: `otsFileOfPath` does
 * not take a path that leads elsewhere.
 *
 * @throws OpenTimestampsError OTS_PATH_UNUSABLE for parts that do not fit together; as the parsers of head, epoch,
 * map proofs and headers do.
 */
export function otsPathOfEntry(entry: StampedEntry): OtsPath {
  const { chain, transaction } = entry.anchor;
  const steps = [
    ...stepsToEpochRoot(entry),
    ...transactionSteps(transaction.transaction),
    ...blockSteps(transaction.index, transaction.branch),
  ];
  return {
    hash: 'sha256',
    digest: leafHash(entry.statement),
    steps,
    block: { chain, height: transaction.height, merkleRoot: merkleRootOf(transaction) },
  };
}

/**
 * From the leaf hash to the root of the epoch log, which anchors carry and calendars stamp. Nothing is verified.
 *
 * @throws as `otsPathOfEntry`.
 */
export function stepsToEpochRoot(entry: EpochEntry): OtsOperation[] {
  const { index, inclusion, anchor } = entry;
  const { head, log, tenant, epoch } = anchor;
  const { size } = parseHeadStatement(head);
  return [
    ...treeSteps(index, size, inclusion),
    prepend(log.salt, head.subarray(0, ROOT_IN_HEAD)),
    append(head.subarray(ROOT_IN_HEAD + HASH_BYTES)),
    SHA256,
    ...mapSteps(mapKeyOf(log.handle), decodeMapProof(log.proof).siblings),
    ...(tenant.salt === undefined ? [] : [prepend(tenant.salt), SHA256]),
    ...mapSteps(mapKeyOf(tenant.handle), decodeMapProof(tenant.proof).siblings),
    ...epochSteps(epoch),
  ];
}

const HASH_BYTES = 32;
/** Behind the magic, the origin's hash and the size. */
const ROOT_IN_HEAD = 4 + HASH_BYTES + 8;
const LEAF = Uint8Array.of(0x00);
const LOCK_TIME_BYTES = 4;

/** The root of the map of tenants stands in the statement as hex. */
function epochSteps({ statement, inclusion, size }: EvidenceEpoch): OtsOperation[] {
  const epoch = parseStatement(statement);
  if (epoch.kind !== 'epoch') throw unusable('its epoch is none');
  const [before, behind, ...others] = utf8ToString(statement).split(epoch.tenants);
  if (before === undefined || behind === undefined || others.length > 0)
    throw unusable('its epoch names the root of its map twice');
  return [
    { kind: 'hexlify' },
    prepend(LEAF, utf8(before)),
    append(utf8(behind)),
    SHA256,
    ...treeSteps(epoch.index, size, inclusion),
  ];
}

/** The payload's root is the last of an anchor but for the lock time. */
function transactionSteps(anchor: Uint8Array): OtsOperation[] {
  const end = anchor.length - LOCK_TIME_BYTES;
  const before = anchor.subarray(0, end - HASH_BYTES);
  return [prepend(before), append(anchor.subarray(end)), SHA256, SHA256];
}

function merkleRootOf({ headers, headersFrom, height }: AnchorProof): Uint8Array {
  const at = (height - headersFrom) * HEADER_BYTES;
  return parseBlockHeader(headers.subarray(at, at + HEADER_BYTES)).merkleRoot;
}
