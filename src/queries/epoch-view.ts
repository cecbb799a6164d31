/**
 * An epoch as auditors follow it: its statement with its place in the epoch log, the log's checkpoint right
 * behind it, that this grew out of one they saw, and the anchor that holds it. And what it says of one
 * ledger's logs, or that it says nothing of them. Nobody's but the asker's own stand in it.
 */
import type { AnchorStore } from '../anchoring/anchor-store.js';
import type { EpochHistory } from '../anchoring/epoch-history.js';
import { FIRST_EPOCH, lastEpoch } from '../anchoring/read-epoch.js';
import type { StampStore } from '../anchoring/stamp-store.js';
import type { Witnessed } from '../anchoring/witnessed-heads.js';
import type { LeafIndex, TreeSize } from '../base/brand.js';
import { toBase64, toHex } from '../base/bytes.js';
import type { JsonObject } from '../base/canonical-json.js';
import { formatInstant } from '../base/time.js';
import { anchorProofToJson } from '../evidence/bitcoin/anchor-proof-json.js';
import type { ChainName } from '../evidence/chains.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LogReader } from '../ledger/log-reader.js';
import { parseStatement } from '../records/parse-statement.js';
import { QueryError } from './query-error.js';

/** Of the epoch log that is written now. */
export interface EpochParts {
  readonly epochs: LogReader;
  readonly history: EpochHistory;
  readonly anchors: AnchorStore;
  readonly stamps: StampStore;
  readonly chain: ChainName;
  readonly witnessed: Pick<Witnessed, 'newest'>;
}

export interface EpochView {
  readonly epoch: number;
  readonly recordedAt: string;
  /** Base64. */
  readonly statement: string;
  readonly leafHash: string;
  /** Of the epoch log right behind it: one more than its index. */
  readonly size: number;
  /** Signed note of that size. */
  readonly checkpoint: string;
  /** In the tree of that size. */
  readonly inclusion: readonly string[];
  /** From the size asked for to that size; null if none was. */
  readonly consistency: readonly string[] | null;
  /** The first final one that holds it; null while none does. */
  readonly anchor: {
    readonly chain: ChainName;
    readonly size: number;
    /** In the tree of the anchor's size. */
    readonly inclusion: readonly string[];
    readonly transaction: JsonObject;
  } | null;
  /** The newest cosigned head that holds it; null while none does, and where nobody is asked. */
  readonly witnessed: {
    readonly size: number;
    /** Signed note of that size, with the cosignatures behind the log's own signature. */
    readonly checkpoint: string;
    /** In the tree of that size. */
    readonly inclusion: readonly string[];
  } | null;
  /** The first that is over it; null while none is. */
  readonly timeStamp: EpochTimeStamp | null;
}

export interface EpochTimeStamp {
  readonly size: number;
  /** By the authority's clock. */
  readonly at: string;
  readonly authority: string;
  /** In the tree of that size. */
  readonly inclusion: readonly string[];
  /** Signed note of that size: what is stamped. */
  readonly checkpoint: string;
  /** Base64, DER. */
  readonly token: string;
}

/** What an epoch says of one log (docs/formats/epoch.md); base64 but for handle and origin. */
export interface LogInEpoch {
  readonly origin: string;
  readonly handle: string;
  /** Head or closing statement, or null where the epoch has nothing of the log: then the proof is of absence. */
  readonly statement: string | null;
  readonly salt: string | null;
  readonly proof: string;
  readonly tenant: {
    readonly handle: string;
    readonly proof: string;
    readonly root: string;
    /** Null in epochs of format 1. */
    readonly salt: string | null;
  };
}

/**
 * @param from a size of the epoch log that the asker saw, at most one more than `epoch`.
 * @throws QueryError EPOCH_UNKNOWN, EPOCH_SIZE_BEYOND.
 */
export async function epochView(
  { epochs, anchors, stamps, chain, witnessed: { newest } }: EpochParts,
  epoch: number,
  from: number | null,
): Promise<EpochView> {
  const index = known(epochs, epoch);
  const size = (index + 1) as TreeSize;
  if (from !== null && from > size)
    throw new QueryError(
      'EPOCH_SIZE_BEYOND',
      `the epoch log had ${size} entries behind epoch ${epoch}: ask from a size up to that`,
    );
  const { statement, leafHash } = await epochs.entry(index);
  const settled = anchors.settledSizes.find((anchored) => anchored > index);
  return {
    epoch,
    recordedAt: formatInstant(parseStatement(statement).recordedAt),
    statement: toBase64(statement),
    leafHash: toHex(leafHash),
    size,
    checkpoint: await epochs.checkpointAt(size),
    inclusion: (await epochs.inclusionProof(index, size)).map(toHex),
    consistency: from === null ? null : await consistency(epochs, from as TreeSize, size),
    anchor:
      settled === undefined
        ? null
        : {
            chain,
            size: settled,
            inclusion: (await epochs.inclusionProof(index, settled)).map(toHex),
            transaction: anchorProofToJson((await anchors.readSettled(settled)).proof),
          },
    witnessed:
      newest === null || newest.size <= index
        ? null
        : {
            size: newest.size,
            checkpoint: newest.note,
            inclusion: (await epochs.inclusionProof(index, newest.size)).map(toHex),
          },
    timeStamp: await timeStampOver(epochs, stamps, index),
  };
}

async function timeStampOver(
  epochs: LogReader,
  stamps: StampStore,
  index: LeafIndex,
): Promise<EpochTimeStamp | null> {
  const size = stamps.sizes.find((stamped) => stamped > index && stamped <= epochs.head.size);
  if (size === undefined) return null;
  const { at, authority, note, token } = await stamps.read(size);
  return {
    size,
    at: formatInstant(at),
    authority,
    inclusion: (await epochs.inclusionProof(index, size)).map(toHex),
    checkpoint: note,
    token: toBase64(token),
  };
}

/** Of each log that the ledger has had, oldest first. @throws QueryError EPOCH_UNKNOWN. */
export async function ledgerInEpoch(
  { epochs, history }: EpochParts,
  { identity, logs }: Ledger,
  epoch: number,
): Promise<LogInEpoch[]> {
  const index = known(epochs, epoch);
  const found: LogInEpoch[] = [];
  for (const { origin, handle } of logs) {
    const path = await history.path(index, identity.tenant, handle);
    found.push({
      origin,
      handle,
      statement: path.taken && toBase64(path.taken.statement),
      salt: path.taken && toBase64(path.taken.salt),
      proof: toBase64(path.logProof),
      tenant: {
        handle: identity.tenant,
        proof: toBase64(path.tenantProof),
        root: toBase64(path.tenantRoot),
        salt: path.tenantSalt && toBase64(path.tenantSalt),
      },
    });
  }
  return found;
}

/** From nothing to anything needs no proof (RFC 6962 §2.1.2 has none). */
async function consistency(epochs: LogReader, from: TreeSize, to: TreeSize): Promise<string[]> {
  return from === 0 || from === to ? [] : (await epochs.consistencyProof(from, to)).map(toHex);
}

function known(epochs: LogReader, epoch: number): LeafIndex {
  const last = lastEpoch(epochs);
  if (last === null || epoch < FIRST_EPOCH || epoch > last)
    throw new QueryError(
      'EPOCH_UNKNOWN',
      last === null
        ? 'no epoch has been made yet: anchor now, or wait for the interval'
        : `epochs go from ${FIRST_EPOCH} to ${last}`,
    );
  return epoch as LeafIndex;
}
