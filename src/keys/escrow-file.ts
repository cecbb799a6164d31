/** An escrow file (docs/formats/escrow.md): what of one tenant cannot be made again, sealed to its recovery key. */
import type { UnixMillis } from '../base/brand.js';
import { concat, equalBytes, toBase64, toHex, utf8 } from '../base/bytes.js';
import { canonicalJsonBytes, type JsonObject } from '../base/canonical-json.js';
import { hmacSha256, sha256 } from '../base/hash.js';
import { base64Of, COUNT, INSTANT, textLike, HANDLE } from '../base/json-members.js';
import { formatInstant } from '../base/time.js';
import { type CarriedKind, formatCarried, parseCarried } from './internal/carried-file.js';
import { sealTo } from './internal/sealed-box.js';
import { NODE_ID } from './mark.js';
import { RecoveryError } from './recovery-error.js';
import type { RecoveryKey } from './recovery-key.js';

/** What anybody can read. */
export interface EscrowLabel {
  readonly generation: number;
  /** Hex, 16 bytes. */
  readonly id: string;
  /** Hex, 16 bytes: tells one vault key from another. */
  readonly keyId: string;
  readonly madeAt: UnixMillis;
  readonly nodeId: string;
  /** Ed25519, 32 bytes: whom it is sealed to. */
  readonly recoveryKey: Uint8Array;
  readonly run: number;
  /** Handle. */
  readonly tenant: string;
  readonly tenantName: string;
}

export interface EscrowFile extends EscrowLabel {
  readonly sealed: Uint8Array;
}

/** What it is for. 32 bytes each. */
export interface EscrowedKeys {
  readonly root: Uint8Array;
  readonly vaultKey: Uint8Array;
}

/** Longer than any. */
export const MAX_ESCROW_FILE = 16 * 1024;

const ESCROW: CarriedKind = {
  kind: 'chirograph/escrow',
  name: 'an escrow file',
  damaged: 'ESCROW_DAMAGED',
};
const ID = textLike(/^[0-9a-f]{32}$/, '32 hex digits');
const NAME = textLike(/^(?:[a-z0-9][a-z0-9-]{0,62}|_node)$/, 'the name of a tenant');
const KEY_LENGTH = 32;

/** Names a vault key and says nothing else of it. */
export function escrowKeyId({ root, vaultKey }: EscrowedKeys): string {
  return toHex(hmacSha256(vaultKey, utf8('chirograph/escrow/key/1\0'), root).subarray(0, 16));
}

/** @param label of which `recoveryKey` can be sealed to, and `keyId` is `escrowKeyId(keys)`. */
export function formatEscrow(label: EscrowLabel, keys: EscrowedKeys): Uint8Array {
  const said = saidOf(label);
  const plain = concat(keys.root, keys.vaultKey, sha256(canonicalJsonBytes(said)));
  try {
    return formatCarried(ESCROW, {
      ...said,
      sealed: toBase64(sealTo(label.recoveryKey, plain)),
    });
  } finally {
    plain.fill(0);
  }
}

/** @throws RecoveryError ESCROW_DAMAGED, RECOVERY_FORMAT_NEWER. */
export function parseEscrow(bytes: Uint8Array): EscrowFile {
  return parseCarried(ESCROW, bytes, (members) => ({
    generation: members.required('generation', COUNT),
    id: members.required('id', ID),
    keyId: members.required('keyId', ID),
    madeAt: members.required('madeAt', INSTANT),
    nodeId: members.required('nodeId', NODE_ID),
    recoveryKey: members.required('recoveryKey', base64Of(KEY_LENGTH)),
    run: members.required('run', COUNT),
    sealed: members.required('sealed', base64Of()),
    tenant: members.required('tenant', HANDLE),
    tenantName: members.required('tenantName', NAME),
  }));
}

/**
 * Opens it with the recovery key that it was sealed to. Whoever calls zeroes what is in it.
 * @throws RecoveryError ESCROW_FOREIGN for another key; ESCROW_DAMAGED for what does not open, or was put together.
 */
export function openEscrow(file: EscrowFile, key: RecoveryKey): EscrowedKeys {
  const { sealed, ...label } = file;
  if (!equalBytes(label.recoveryKey, key.publicKey))
    throw new RecoveryError(
      'ESCROW_FOREIGN',
      `the escrow file of ${describeEscrow(label)} is sealed to another recovery key than these shares make`,
    );
  const plain = key.open(sealed);
  const damaged = new RecoveryError(
    'ESCROW_DAMAGED',
    `the escrow file of ${describeEscrow(label)} does not open: take another copy of it`,
  );
  if (plain?.length !== 3 * KEY_LENGTH) throw damaged;
  try {
    const keys = { root: plain.slice(0, 32), vaultKey: plain.slice(32, 64) };
    const isSaid = equalBytes(plain.subarray(64), sha256(canonicalJsonBytes(saidOf(label))));
    if (!isSaid || escrowKeyId(keys) !== label.keyId) throw damaged;
    return keys;
  } finally {
    plain.fill(0);
  }
}

/** For people. */
export function describeEscrow({ tenantName, generation }: EscrowLabel): string {
  return `tenant ${tenantName}, generation ${generation}`;
}

function saidOf({ madeAt, recoveryKey, ...rest }: EscrowLabel): JsonObject {
  const { generation, id, keyId, nodeId, run, tenant, tenantName } = rest;
  return {
    ...{ generation, id, keyId, nodeId, run, tenant, tenantName },
    madeAt: formatInstant(madeAt),
    recoveryKey: toBase64(recoveryKey),
  };
}
