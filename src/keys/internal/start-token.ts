/** Starts the process of a token's module, with the limits that hold for whatever its key is for. */
import type { Secret } from '../../base/secret.js';
import type { TokenOpened, TokenUse } from './pkcs11-messages.js';
import { Pkcs11Supervisor, type SupervisorOptions } from './pkcs11-supervisor.js';

export interface TokenOptions {
  /** Path of the module. */
  readonly module: string;
  /** Label or serial number; null where there is one token only. */
  readonly token: string | null;
  /** Label of the private key, its CKA_ID, or both. */
  readonly keyLabel: string | null;
  readonly keyId: Uint8Array | null;
  /** Null for a token with a PIN pad of its own. */
  readonly pin: Secret | null;
  /** Told why the process of the module ended, when it was not told to. */
  readonly onCrash: (cause: unknown) => void;
  /** The process's program; tests, which run from source, name the built one. */
  readonly entry?: URL;
  readonly limits?: Partial<SupervisorOptions>;
}

const ENTRY = new URL('../pkcs11-process.js', import.meta.url);
const LIMITS = {
  timeoutMillis: 30_000,
  maxWaiting: 1_024,
  firstPauseMillis: 250,
  longestPauseMillis: 30_000,
};

/**
 * @param sessions signatures made at the same time.
 * @throws KeysError as `Pkcs11Supervisor.start`.
 */
export function startToken(
  options: TokenOptions,
  use: TokenUse,
  sessions: number,
): Promise<{ supervisor: Pkcs11Supervisor; opened: TokenOpened }> {
  const { module, token, keyLabel, keyId, pin, onCrash, entry = ENTRY, limits } = options;
  return Pkcs11Supervisor.start({
    ...LIMITS,
    ...limits,
    open: { kind: 'open', use, module, token, keyLabel, keyId, sessions },
    ...{ pin, entry, onCrash },
  });
}
