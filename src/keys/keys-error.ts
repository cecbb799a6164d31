/** Operating errors of keys and the vault. What each means and what to do is in docs/errors.md. */
import { ChirographError } from '../base/errors.js';

export type KeysErrorCode =
  /** The key store lies or is open where it must not: move it, or narrow its mode. */
  | 'KEYS_STORE_UNSAFE'
  /** A key file is not what was written: restore it from the copy that was made of it. */
  | 'KEYS_FILE_DAMAGED'
  /** Written by a newer version of the program. */
  | 'KEYS_FORMAT_NEWER'
  /** A key that is needed is not there: restore the key store. */
  | 'KEYS_MISSING'
  /** A key that would be overwritten is there. */
  | 'KEYS_EXISTS'
  /** Another process has the key store open, whose keys must not be used by two. */
  | 'KEYS_LOCKED'
  /** State unknown after a failed durable step: stop, reopen. */
  | 'KEYS_FAILED'
  /** The vault is not what the journal or its own check says: `fsck`, then `restore`. */
  | 'KEYS_VAULT_DAMAGED'
  /** Too many new secrets wait for their first commit: try again after a moment. */
  | 'KEYS_VAULT_PUSHBACK'
  | EscrowErrorCode
  | SealKeyErrorCode;

/** Of what officers have. */
export type EscrowErrorCode =
  /** A vault key could not be put in escrow, and is not used: look after `escrowDirectory`. */
  | 'KEYS_ESCROW_FAILED'
  /** There is no escrow of the tenant to copy: set `escrowDirectory`, and a recovery key of officers. */
  | 'KEYS_ESCROW_NONE'
  /** Its escrow file is not there as it was written: look after `escrowDirectory`. */
  | 'KEYS_ESCROW_UNREADABLE'
  /** A tenant needs a recovery key of officers, and none is set for it: hold a ceremony, set `recoveryKeys`. */
  | 'KEYS_RECOVERY_KEY_MISSING'
  /** What `recoveryKeys` names is no public part of a ceremony, or a share lies beside it. */
  | 'KEYS_RECOVERY_KEY_UNUSABLE';

/** Of the key that seals, wherever it lies. */
export type SealKeyErrorCode =
  /** What key and certificate of the seal should come from is no such thing: make another. */
  | 'KEYS_SEAL_UNUSABLE'
  /** The passphrase does not open the file of the seal's key. */
  | 'KEYS_PASSPHRASE_WRONG'
  /** The PKCS#11 module, or the package that speaks to it, is not there or does not load. */
  | 'KEYS_TOKEN_MODULE'
  /** The token refused the PIN, and is not asked again: its tries are numbered. */
  | 'KEYS_TOKEN_PIN_REFUSED'
  /** The token has no such key, or more than one, or cannot sign with it. */
  | 'KEYS_TOKEN_KEY_UNKNOWN'
  /** The token is not there now, or does not answer. */
  | 'KEYS_TOKEN_UNAVAILABLE'
  /** More signatures are waited for than may be: try again after a moment. */
  | 'KEYS_TOKEN_BUSY';

export class KeysError extends ChirographError<KeysErrorCode> {}
