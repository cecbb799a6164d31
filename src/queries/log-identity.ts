/**
 * How a stranger learns whose log this is: the operator's seal and the tenant's recovery key, both
 * over {origin, verifier key}. Made when first asked for, and again in each run: certificates change.
 */
import type { Clock } from '../base/time.js';
import type { NoteKey } from '../keys/key-store.js';
import type { SealSigner } from '../keys/seal-signer.js';
import type { LogReader } from '../ledger/log-reader.js';
import { formatLogSeal } from '../signing/log-seal.js';
import { parseVerifierKey } from '../tlog/note-key.js';

export interface LogIdentity {
  /** CMS. */
  readonly seal?: Uint8Array;
  /** Ed25519, 64 bytes. */
  readonly recoverySignature?: Uint8Array;
}

export interface LogIdentityParts {
  readonly clock: Clock;
  readonly seal: SealSigner | null;
  /** Null where the recovery key is not on this machine, which is where it should not be. */
  readonly recoveryKeyOf: (tenant: string) => Promise<NoteKey | null>;
}

export class LogIdentities {
  readonly #parts: LogIdentityParts;
  readonly #made = new Map<string, Promise<LogIdentity>>();

  constructor(parts: LogIdentityParts) {
    this.#parts = parts;
  }

  async of(tenant: string, reader: LogReader): Promise<LogIdentity> {
    // After a handover it is about another key.
    const name = `${reader.handle} ${reader.verifierKey}`;
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const made = this.#make(tenant, reader);
    this.#made.set(name, made);
    // A failure must not be remembered as the answer.
    made.catch(() => this.#made.delete(name));
    return made;
  }

  async #make(tenant: string, { origin, verifierKey }: LogReader): Promise<LogIdentity> {
    const document = formatLogSeal({ origin, verifierKey: parseVerifierKey(verifierKey) });
    const { clock, recoveryKeyOf, seal } = this.#parts;
    const recovery = await recoveryKeyOf(tenant);
    return {
      ...(seal !== null && { seal: await seal.seal(document, clock.now()) }),
      ...(recovery !== null && { recoverySignature: recovery.sign(document) }),
    };
  }
}
