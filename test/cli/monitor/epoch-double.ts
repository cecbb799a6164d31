/** The epochs of a node in memory, with real maps, trees and signatures, which an attacker may go on with as he likes. */
import type { LeafIndex, Sha256Digest, TreeSize, UnixMillis } from '../../../src/base/brand.js';
import { digestToHex } from '../../../src/base/hex-digest.js';
import { RefusedByNode } from '../../../src/cli/cli-error.js';
import type { EpochMemory } from '../../../src/cli/monitor/epochs/epoch-memory.js';
import type { EpochAnswer, RemoteEpochs } from '../../../src/cli/monitor/epochs/remote-epochs.js';
import { walkEpochs, type Walked } from '../../../src/cli/monitor/epochs/walk-epochs.js';
import { headOf } from '../../../src/cli/monitor/verified-head.js';
import { formatClosingStatement } from '../../../src/evidence/closing-statement.js';
import { headValueOf, mapKeyOf, tenantValueOf } from '../../../src/evidence/epoch-map.js';
import { formatHeadStatement, originHash } from '../../../src/evidence/head-statement.js';
import type { LogInEpoch } from '../../../src/evidence/misbehaviour/log-in-epoch.js';
import { formatStatement } from '../../../src/records/statement.js';
import { leafHash } from '../../../src/tlog/merkle-hash.js';
import { encodeMapProof } from '../../../src/tlog/sparse-map-proof.js';
import { proveKey, sparseMap } from '../../../src/tlog/sparse-map.js';
import { consistencyProofOf } from '../../../src/tlog/tile-reader.js';
import { EPOCH_KEY } from '../../evidence/misbehaviour/support/epochs.js';
import {
  type History,
  history,
  ORIGIN,
  signerOf,
} from '../../evidence/misbehaviour/support/history.js';
import { derived, namedKey } from '../../evidence/support/synthetic-keys.js';
import { placeOf, type Shown } from './support.js';

/** Of the tenant in `ORIGIN`. */
const TENANT_HANDLE = Buffer.from('000000000000a11a', 'hex');
const LOG_HANDLE = derived('log handle', 8);

/** What an epoch commits to of the ledger’s log. */
export type Commitment =
  { readonly history: History; readonly size: number } | 'closed' | 'gone' | 'tenant-gone';

interface Made {
  readonly statement: Uint8Array;
  readonly log: LogInEpoch;
}

export class EpochDouble implements RemoteEpochs {
  readonly place: string;
  settledSize = 0;
  /** What is shown of the chain, by ascending size. */
  anchors: readonly NonNullable<EpochAnswer['anchor']>[] = [];
  /** What each further epoch names. */
  anchorScript: string | undefined;
  readonly #seed: string;
  #made: readonly Made[];
  #kept: { readonly made: readonly Made[]; readonly tree: History } | null = null;

  constructor(seed: string, made: readonly Made[] = [], place = 'http://node.example epochs') {
    this.#seed = seed;
    this.#made = made;
    this.place = place;
  }

  /** Another node, or another view of this one, that is the same up to an epoch. */
  upTo(epoch: number, seed: string, place = this.place): EpochDouble {
    return new EpochDouble(seed, this.#made.slice(0, epoch), place);
  }

  get newest(): number {
    return this.#made.length;
  }

  make(commitment: Commitment): void {
    this.#made = [
      ...this.#made,
      made(`${this.#seed} ${this.newest + 1}`, this.newest + 1, commitment, this.anchorScript),
    ];
  }

  checkpointAt(size: number): string {
    return this.#tree().checkpoint(size, {
      origin: EPOCH_KEY.key.name,
      signers: [signerOf(EPOCH_KEY)],
    });
  }

  rootAt(size: number): Sha256Digest {
    return this.#tree().rootAt(size);
  }

  status(): ReturnType<RemoteEpochs['status']> {
    const { settledSize } = this;
    return Promise.resolve({ origin: EPOCH_KEY.key.name, size: this.newest + 1, settledSize });
  }

  epoch(epoch: number, from: number | null): Promise<EpochAnswer> {
    const made = this.#made[epoch - 1];
    if (made === undefined)
      return Promise.reject(new RefusedByNode('EPOCH_UNKNOWN', 'no such epoch'));
    const tree = this.#tree();
    const size = (epoch + 1) as TreeSize;
    const isNew = from === null || from >= size;
    return Promise.resolve({
      statement: made.statement,
      checkpoint: this.checkpointAt(size),
      inclusion: tree.leafAt(epoch, size).inclusion,
      consistency: isNew ? null : consistencyProofOf(from as TreeSize, size, tree.readTile),
      anchor: this.anchors.find(({ size: held }) => held > epoch) ?? null,
    });
  }

  logs(_ledger: string, epoch: number): Promise<readonly LogInEpoch[]> {
    const made = this.#made[epoch - 1];
    if (made === undefined)
      return Promise.reject(new RefusedByNode('EPOCH_UNKNOWN', 'no such epoch'));
    return Promise.resolve([made.log]);
  }

  #tree(): History {
    const made = this.#made;
    if (this.#kept?.made !== made) {
      const tree = history([FIRST, ...made.map(({ statement }) => statement)].map(leafHash));
      this.#kept = { made, tree };
    }
    return this.#kept.tree;
  }
}

const FIRST = formatStatement({
  kind: 'ledger',
  index: 0 as LeafIndex,
  recordedAt: 0 as UnixMillis,
  origin: EPOCH_KEY.key.name,
  recoveryKey: namedKey('log.example/0000000000000000', 'node').text,
  verifierKey: EPOCH_KEY.text,
});

function made(seed: string, epoch: number, commitment: Commitment, anchorScript?: string): Made {
  const [key, tenantKey] = [mapKeyOf(LOG_HANDLE), mapKeyOf(TENANT_HANDLE)];
  const statement = statementOf(commitment);
  const salt = derived(`salt ${seed}`);
  const taken = statement === null ? null : { statement, salt };
  const heads = sparseMap([
    ...neighbours(`logs ${seed}`),
    ...(taken === null ? [] : [{ key, value: headValueOf(taken.salt, taken.statement) }]),
  ]);
  const blind = derived(`tenant salt ${seed}`);
  const value = tenantValueOf({ root: heads.hash, salt: blind });
  const tenants = sparseMap([
    ...neighbours(`tenants ${seed}`),
    ...(commitment === 'tenant-gone' ? [] : [{ key: tenantKey, value }]),
  ]);
  return {
    statement: formatStatement({
      kind: 'epoch',
      index: epoch as LeafIndex,
      recordedAt: (epoch * 60_000) as UnixMillis,
      changes: digestToHex(derived(`changes ${seed}`)),
      tenants: digestToHex(tenants.hash),
      ...(anchorScript !== undefined && { anchorScript }),
      ...(epoch > 1 && { previous: digestToHex(derived('previous')) }),
    }),
    log: {
      origin: ORIGIN,
      handle: LOG_HANDLE,
      taken,
      proof: encodeMapProof(proveKey(heads, key)),
      tenant: {
        handle: TENANT_HANDLE,
        proof: encodeMapProof(proveKey(tenants, tenantKey)),
        root: heads.hash,
        salt: blind,
      },
    },
  };
}

function statementOf(commitment: Commitment): Uint8Array | null {
  if (commitment === 'gone' || commitment === 'tenant-gone') return null;
  const hash = originHash(ORIGIN);
  if (commitment === 'closed')
    return formatClosingStatement({ originHash: hash, reason: 'closed', successor: null });
  const { history: shown, size } = commitment;
  return formatHeadStatement({
    originHash: hash,
    size: size as TreeSize,
    rootHash: shown.rootAt(size),
    discoveryKey: derived('discovery'),
    fork: 0,
    length: size,
    treeHash: derived(`tree hash ${digestToHex(shown.rootAt(size))}`),
  });
}

function neighbours(seed: string): { key: Uint8Array; value: Uint8Array }[] {
  return Array.from({ length: 3 }, (_, n) => ({
    key: mapKeyOf(derived(`${seed} ${n}`, 8)),
    value: derived(`${seed} value ${n}`),
  }));
}

/** Follows all that there is for a ledger that is shown so. */
export function followed(
  node: EpochDouble,
  shown: Shown,
  before: EpochMemory | null,
  keepProof: (proof: Uint8Array) => string,
): Promise<Walked> {
  const checkpoint = node.checkpointAt(node.newest + 1);
  return walkEpochs({
    epochs: node,
    ledger: 'kyc',
    remote: placeOf(shown),
    newest: {
      head: headOf(checkpoint),
      log: { key: EPOCH_KEY.key },
      view: { checkpoint, fetchTile: null },
    },
    before,
    keepProof: (proof) => Promise.resolve(keepProof(proof)),
  });
}
