/** Keys and names of a synthetic node: the same seed, the same keys. */
import type { UnixMillis } from '../../../src/base/brand.js';
import { toHex, utf8 } from '../../../src/base/bytes.js';
import { sha256 } from '../../../src/base/hash.js';
import {
  createDevelopmentAuthority,
  type DevelopmentCa,
  type SealMaterial,
} from '../../../src/keys/development-authority.js';
import { type SealSigner, softwareSealSigner } from '../../../src/keys/seal-signer.js';
import { ed25519Key, type SignMessage } from '../../../src/tlog/ed25519.js';
import {
  ED25519_NOTE,
  formatVerifierKey,
  type VerifierKey,
  verifierKey,
} from '../../../src/tlog/note-key.js';

export interface NamedKey {
  readonly key: VerifierKey;
  readonly text: string;
  readonly sign: SignMessage;
}

export interface LogNames {
  readonly origin: string;
  readonly tenantHandle: Uint8Array;
  readonly logHandle: Uint8Array;
}

export interface LogKeys extends LogNames {
  readonly recovery: NamedKey;
  readonly first: NamedKey;
  /** After the handover. */
  readonly second: NamedKey;
}

export type Authority = DevelopmentCa & SealMaterial & { readonly signer: SealSigner };

export function derived(label: string, length = 32): Uint8Array {
  return sha256(utf8(label)).slice(0, length);
}

/**
 * @param seed of the operator: who has the same is the same.
 * @param namesOf whose names it uses.
 * @param ledger one of its ledgers.
 */
export function logKeys(seed: string, namesOf: string, ledger: string): LogKeys {
  const tenantHandle = derived(`${namesOf} tenant`, 8);
  const recoveryName = `log.example/${toHex(tenantHandle)}`;
  const origin = `${recoveryName}/${ledger}`;
  return {
    origin,
    tenantHandle,
    logHandle: derived(`${namesOf} ${ledger} log`, 8),
    recovery: namedKey(recoveryName, `${seed} recovery`),
    first: namedKey(origin, `${seed} ${ledger} first`),
    second: namedKey(origin, `${seed} ${ledger} second`),
  };
}

export function namedKey(name: string, seed: string): NamedKey {
  const { publicKey, sign } = ed25519Key(derived(seed));
  const key = verifierKey(name, ED25519_NOTE, publicKey);
  return { key, text: formatVerifierKey(key), sign };
}

export function newAuthority(seed: string, at: UnixMillis): Authority {
  let calls = 0;
  const random = (length: number): Uint8Array => derived(`${seed} ${calls++}`, length);
  const made = createDevelopmentAuthority({ at, random });
  const signer = softwareSealSigner({
    certificate: made.sealCertificate,
    chain: [],
    privateKeyPkcs8: made.sealPrivateKey,
  });
  return { ...made, signer };
}
