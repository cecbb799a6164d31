/**
 * One key on one token, by a PKCS#11 module that is loaded into this process. Only the process that is
 * made for it does so: a module is foreign native code, and some end the process that they are in.
 */
import type * as Pkcs11 from 'pkcs11js';
import { curvePoint } from './pkcs11-curve.js';
import { tokenFailure, TokenFailure } from './pkcs11-failure.js';
import {
  digestMechanisms,
  type Pkcs11Library,
  type TokenMechanism,
  tokenMechanisms,
} from './pkcs11-mechanisms.js';
import type { OpenToken, TokenAlgorithm, TokenUse } from './pkcs11-messages.js';
import { attribute, findObjects, nativeNumber } from './pkcs11-objects.js';
import { SessionPool } from './pkcs11-sessions.js';

export interface Token {
  readonly algorithms: readonly TokenAlgorithm[];
  /** DER; all that the token shows, 64 at most. */
  readonly certificates: readonly Uint8Array[];
  /** CKA_EC_POINT; of an anchor key alone. */
  readonly point?: Uint8Array;
  /** @throws TokenFailure, and then everything should be begun anew. */
  sign(algorithm: TokenAlgorithm, message: Uint8Array): Promise<Uint8Array>;
  close(): void;
}

const MAX_CERTIFICATES = 64;
/** An RSA key of 8,192 bits, the longest that we verify with. */
const MAX_VALUE_BYTES = 1_024;

/** @throws TokenFailure. */
export function openToken(library: Pkcs11Library, options: OpenToken): Token {
  const module = new library.PKCS11();
  const attempt = <T>(doing: string, act: () => T): T => {
    try {
      return act();
    } catch (cause) {
      throw tokenFailure(library, doing, cause);
    }
  };
  load(module, options);
  attempt('be initialized', () => {
    // Without it, calls of several sessions at the same time have ended the process.
    module.C_Initialize({ flags: library.CKF_OS_LOCKING_OK });
  });
  const slot = attempt('be found', () => findSlot(library, module, options));
  const info = attempt('be asked', () => module.C_GetTokenInfo(slot));
  const sessions = attempt('open so many sessions', () =>
    Array.from({ length: options.sessions }, () =>
      module.C_OpenSession(slot, library.CKF_SERIAL_SESSION),
    ),
  );
  const [session] = sessions;
  if (session === undefined) throw new Error('at least one session');
  logIn(library, module, session, info, options);
  const key = attempt('look for its keys', () => findKey(library, module, session, options));
  const offered = attempt('name its mechanisms', () => new Set(module.C_GetMechanismList(slot)));
  const isAnchor = options.use === 'anchor';
  const mechanisms = isAnchor
    ? digestMechanisms(library, offered)
    : tokenMechanisms(library, key.type, offered);
  if (mechanisms.size === 0)
    throw new TokenFailure(
      'KEYS_TOKEN_KEY_UNKNOWN',
      isAnchor
        ? 'the token cannot sign a digest by ECDSA (CKM_ECDSA): take another token'
        : 'the token cannot sign with a key of this kind',
    );
  const point = isAnchor
    ? attempt('show its public key', () => curvePoint(library, module, session, key))
    : null;
  const certificates = attempt('read its certificates', () =>
    certificatesOf(library, module, session),
  );
  const pool = new SessionPool(sessions);
  return {
    algorithms: [...mechanisms.keys()],
    certificates,
    ...(point !== null && { point }),
    async sign(algorithm, message) {
      const way = mechanisms.get(algorithm);
      if (way === undefined)
        throw new TokenFailure('KEYS_TOKEN_KEY_UNKNOWN', 'the token has no mechanism for this');
      try {
        return await pool.use((one) =>
          sign({ library, module, session: one, key, pin: options.pin }, way, message),
        );
      } catch (cause) {
        throw tokenFailure(library, 'sign', cause);
      }
    },
    close() {
      module.C_Finalize();
      module.close();
    },
  };
}

/** As the settings of that use spell it. */
function settingOf(use: TokenUse, name: 'Module' | 'Token' | 'Key' | 'KeyId' | 'PinFile'): string {
  return use === 'seal' ? `pkcs11${name}` : `anchorPkcs11${name}`;
}

function load(module: Pkcs11.PKCS11, { module: path, use }: OpenToken): void {
  try {
    module.load(path);
  } catch {
    throw new TokenFailure(
      'KEYS_TOKEN_MODULE',
      `the PKCS#11 module does not load: check ${settingOf(use, 'Module')}, and that it is built for this machine`,
    );
  }
}

/**
 * The one slot with such a token. Texts of a token are filled up with blanks; one that was not initialized
 * has no keys, and some modules show one more of these than there are tokens.
 */
function findSlot(
  library: Pkcs11Library,
  module: Pkcs11.PKCS11,
  { token: wanted, use }: OpenToken,
): Pkcs11.Handle {
  const slots = module.C_GetSlotList(true).filter((slot) => {
    const { label, serialNumber, flags } = module.C_GetTokenInfo(slot);
    if ((flags & library.CKF_TOKEN_INITIALIZED) === 0) return false;
    return wanted === null || label.trim() === wanted || serialNumber.trim() === wanted;
  });
  const [slot, ...more] = slots;
  if (slot === undefined)
    throw new TokenFailure(
      'KEYS_TOKEN_UNAVAILABLE',
      `there is no token of this label or serial number: check ${settingOf(use, 'Token')}, and that it is connected`,
    );
  if (more.length > 0)
    throw new TokenFailure(
      'KEYS_TOKEN_UNAVAILABLE',
      `several tokens are there: set ${settingOf(use, 'Token')} to the serial number of one`,
    );
  return slot;
}

/** Once for the token: all its sessions are logged in with that. */
function logIn(
  library: Pkcs11Library,
  module: Pkcs11.PKCS11,
  session: Pkcs11.Handle,
  { flags }: Pkcs11.TokenInfo,
  { pin, use }: OpenToken,
): void {
  if ((flags & library.CKF_USER_PIN_FINAL_TRY) !== 0)
    throw new TokenFailure(
      'KEYS_TOKEN_PIN_REFUSED',
      "the token's PIN has one try left, which is not taken: log in with the token's own program first",
    );
  if (pin === null && (flags & library.CKF_PROTECTED_AUTHENTICATION_PATH) === 0)
    throw new TokenFailure(
      'KEYS_TOKEN_PIN_REFUSED',
      `the token wants a PIN: set ${use === 'seal' ? 'CHIROGRAPH_PKCS11_PIN' : 'CHIROGRAPH_ANCHOR_PKCS11_PIN'} or ${settingOf(use, 'PinFile')}`,
    );
  try {
    module.C_Login(session, library.CKU_USER, ...pinOf(pin));
  } catch (cause) {
    const isIn =
      cause instanceof library.Pkcs11Error && cause.code === library.CKR_USER_ALREADY_LOGGED_IN;
    if (!isIn) throw tokenFailure(library, 'log in', cause);
  }
}

export interface TokenKey {
  readonly handle: Pkcs11.Handle;
  readonly type: number;
  /** Each use wants the PIN again, as keys for qualified signatures do. */
  readonly alwaysAuthenticates: boolean;
}

function findKey(
  library: Pkcs11Library,
  module: Pkcs11.PKCS11,
  session: Pkcs11.Handle,
  { keyLabel, keyId, use }: OpenToken,
): TokenKey {
  const found = findObjects(module, session, 2, [
    { type: library.CKA_CLASS, value: library.CKO_PRIVATE_KEY },
    ...(keyLabel === null ? [] : [{ type: library.CKA_LABEL, value: keyLabel }]),
    ...(keyId === null ? [] : [{ type: library.CKA_ID, value: Buffer.from(keyId) }]),
  ]);
  const [handle, ...more] = found;
  if (handle === undefined)
    throw new TokenFailure(
      'KEYS_TOKEN_KEY_UNKNOWN',
      `the token has no private key of this label and id: check ${settingOf(use, 'Key')} and ${settingOf(use, 'KeyId')}`,
    );
  if (more.length > 0)
    throw new TokenFailure(
      'KEYS_TOKEN_KEY_UNKNOWN',
      `the token has several such private keys: set ${settingOf(use, 'KeyId')} as well`,
    );
  const type = attribute(module, session, handle, library.CKA_KEY_TYPE);
  const always = attribute(module, session, handle, library.CKA_ALWAYS_AUTHENTICATE);
  if (type === null)
    throw new TokenFailure('KEYS_TOKEN_KEY_UNKNOWN', 'the token does not say what kind its key is');
  return { handle, type: nativeNumber(type), alwaysAuthenticates: always?.[0] === 1 };
}

function certificatesOf(
  library: Pkcs11Library,
  module: Pkcs11.PKCS11,
  session: Pkcs11.Handle,
): readonly Uint8Array[] {
  return findObjects(module, session, MAX_CERTIFICATES, [
    { type: library.CKA_CLASS, value: library.CKO_CERTIFICATE },
  ])
    .map((handle) => attribute(module, session, handle, library.CKA_VALUE))
    .filter((value) => value !== null)
    .map((value) => Uint8Array.from(value));
}

interface Signing {
  readonly library: Pkcs11Library;
  readonly module: Pkcs11.PKCS11;
  readonly session: Pkcs11.Handle;
  readonly key: TokenKey;
  readonly pin: string | null;
}

async function sign(
  { library, module, session, key, pin }: Signing,
  { mechanism, input, output }: TokenMechanism,
  message: Uint8Array,
): Promise<Uint8Array> {
  module.C_SignInit(session, mechanism, key.handle);
  if (key.alwaysAuthenticates) module.C_Login(session, library.CKU_CONTEXT_SPECIFIC, ...pinOf(pin));
  const room = Buffer.alloc(MAX_VALUE_BYTES);
  const value = await module.C_SignAsync(session, Buffer.from(input(message)), room);
  return output(Uint8Array.from(value));
}

function pinOf(pin: string | null): readonly [] | readonly [string] {
  return pin === null ? [] : [pin];
}
