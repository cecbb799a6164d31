/** An epoch log that contradicts itself about a log of a tenant, made from its parts. */
import type { LeafIndex, UnixMillis } from '../../../../src/base/brand.js';
import { digestToHex } from '../../../../src/base/hex-digest.js';
import { headValueOf, mapKeyOf, tenantValueOf } from '../../../../src/evidence/epoch-map.js';
import { formatHeadStatement, originHash } from '../../../../src/evidence/head-statement.js';
import type {
  EpochContradiction,
  EpochWithHead,
  EpochWithoutLog,
  EpochWithoutTenant,
  MisbehaviourFile,
} from '../../../../src/evidence/misbehaviour/misbehaviour-file.js';
import { formatStatement } from '../../../../src/records/statement.js';
import { formatCheckpoint } from '../../../../src/tlog/checkpoint.js';
import { signNote } from '../../../../src/tlog/signed-note.js';
import { encodeMapProof } from '../../../../src/tlog/sparse-map-proof.js';
import { proveKey, sparseMap } from '../../../../src/tlog/sparse-map.js';
import { derived, type NamedKey, namedKey } from '../../support/synthetic-keys.js';
import { treeOver } from '../../support/synthetic-tree.js';
import { type History, ORIGIN, signerOf } from './history.js';

export const EPOCH_KEY: NamedKey = namedKey('log.example/0000000000000000/epochs', 'the epochs');
export const LOG_HANDLE = derived('log handle', 8);
export const TENANT_HANDLE = derived('tenant handle', 8);

/** What an epoch commits to of the log; `gone` without it, `tenant-gone` without any of its tenant. */
export type Commitment = HeadOf | 'gone' | 'tenant-gone';

export interface HeadOf {
  readonly history: History;
  readonly size: number;
  readonly length?: number;
  readonly origin?: string;
}

/** The proof that the epochs at index 1 and 2 contradict each other. */
export function epochsProof(
  earlier: HeadOf,
  later: Commitment,
  bend: (shows: EpochContradiction) => EpochContradiction = (shows) => shows,
): MisbehaviourFile {
  const [one, other] = [epochOf(1, earlier), epochOf(2, later)];
  const first = formatStatement({
    kind: 'ledger',
    index: 0 as LeafIndex,
    recordedAt: 0 as UnixMillis,
    origin: EPOCH_KEY.key.name,
    recoveryKey: namedKey('log.example/0000000000000000', 'node').text,
    verifierKey: EPOCH_KEY.text,
  });
  const tree = treeOver([first, one.statement, other.statement, first]);
  const checkpoint = signNote(
    formatCheckpoint({
      origin: EPOCH_KEY.key.name,
      size: 4 as never,
      rootHash: tree.root(4),
      extensions: [],
    }),
    signerOf(EPOCH_KEY),
  );
  const shown: EpochContradiction = {
    kind: 'epochs',
    earlier: { ...one, inclusion: tree.inclusion(1, 4) } as EpochWithHead,
    ...growthOf(earlier, later),
    later: { ...other, inclusion: tree.inclusion(2, 4) },
    log: LOG_HANDLE,
    tenant: TENANT_HANDLE,
  };
  return { checkpoints: [checkpoint], key: EPOCH_KEY.key, shows: bend(shown) };
}

function growthOf(earlier: HeadOf, later: Commitment): Pick<EpochContradiction, 'growth'> {
  if (typeof later === 'string' || later.size <= earlier.size) return {};
  return { growth: later.history.leafAt(earlier.size, later.size) };
}

type Shown = EpochWithHead | EpochWithoutLog | EpochWithoutTenant;

function epochOf(index: number, commitment: Commitment): Shown {
  const [key, tenantKey] = [mapKeyOf(LOG_HANDLE), mapKeyOf(TENANT_HANDLE)];
  const salt = derived(`salt ${index}`);
  const head = typeof commitment === 'string' ? null : headOf(commitment);
  const heads = sparseMap([
    ...neighbours(`logs ${index}`),
    ...(head === null ? [] : [{ key, value: headValueOf(salt, head) }]),
  ]);
  // The earlier epoch is of format 1, the later of format 2.
  const blind = index === 1 ? {} : { salt: derived(`tenant salt ${index}`) };
  const hasTenant = commitment !== 'tenant-gone';
  const tenants = sparseMap([
    ...neighbours(`tenants ${index}`),
    ...(hasTenant
      ? [{ key: tenantKey, value: tenantValueOf({ root: heads.hash, ...blind }) }]
      : []),
  ]);
  const statement = formatStatement({
    kind: 'epoch',
    index: index as LeafIndex,
    recordedAt: (index * 60_000) as UnixMillis,
    ...(index === 1 ? { heads: 6 } : { changes: digestToHex(derived('changes')) }),
    tenants: digestToHex(tenants.hash),
    ...(index > 1 && { previous: digestToHex(derived('previous')) }),
  });
  const proved = { inclusion: [], statement };
  const tenantProof = encodeMapProof(proveKey(tenants, tenantKey));
  if (!hasTenant) return { ...proved, tenant: { proof: tenantProof } };
  const tenant = { proof: tenantProof, root: heads.hash, ...blind };
  const proof = encodeMapProof(proveKey(heads, key));
  return head === null
    ? { ...proved, log: { proof }, tenant }
    : { ...proved, head, log: { proof, salt }, tenant };
}

function headOf({ history, size, length = size, origin = ORIGIN }: HeadOf): Uint8Array {
  return formatHeadStatement({
    originHash: originHash(origin),
    size: size as never,
    rootHash: history.rootAt(size),
    discoveryKey: derived('discovery'),
    fork: 0,
    length,
    treeHash: derived(`tree hash ${length}`),
  });
}

function neighbours(seed: string): { key: Uint8Array; value: Uint8Array }[] {
  return Array.from({ length: 5 }, (_, n) => ({
    key: mapKeyOf(derived(`${seed} ${n}`, 8)),
    value: derived(`${seed} value ${n}`),
  }));
}
