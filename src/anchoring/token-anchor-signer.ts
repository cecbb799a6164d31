/**
 * An anchor key in a token that may be away for days. Its public key is known from the settings, so that the chain
 * of anchors has its script without it, and nothing waits for it but the anchors themselves.
 */
import { equalBytes, toHex, utf8 } from '../base/bytes.js';
import { ChirographError } from '../base/errors.js';
import { sha256 } from '../base/hash.js';
import { KeysError } from '../keys/keys-error.js';
import type { AnchorSigner } from './anchor-signer.js';
import { AnchoringError } from './errors.js';

/** Of a token that is there. */
export interface TokenKey {
  /** Compressed, 33 bytes. */
  readonly publicKey: Uint8Array;
  /** @returns r ‖ s over 32 bytes. */
  sign(digest: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface TokenAnchorSignerOptions {
  /** Compressed; the token must have it. */
  readonly publicKey: Uint8Array;
  /** Opens the token, and has tried its key. Called again after it has failed, whenever an anchor is due. */
  readonly open: () => Promise<TokenKey>;
}

/** A refused PIN is not tried again before the node is started again: tries are numbered. */
const FINAL = 'KEYS_TOKEN_PIN_REFUSED';

export class TokenAnchorSigner implements AnchorSigner {
  readonly kind = 'pkcs11';
  readonly publicKey: Uint8Array;
  readonly #open: TokenAnchorSignerOptions['open'];
  /** The token, open or being opened. */
  #key: Promise<TokenKey> | null = null;
  #failure: string | null = null;
  /** Why it is not tried any more. */
  #refusal: ChirographError | null = null;
  #isClosing = false;

  constructor({ publicKey, open }: TokenAnchorSignerOptions) {
    this.publicKey = publicKey;
    this.#open = open;
  }

  get failure(): string | null {
    return this.#failure;
  }

  /** Tries again what failed. */
  async look(): Promise<void> {
    try {
      await this.sign([TRIAL]);
    } catch (cause) {
      if (!(cause instanceof ChirographError)) throw cause;
    }
  }

  /** @throws AnchoringError ANCHOR_KEY_MISMATCH; KeysError KEYS_TOKEN_*. */
  async sign(digests: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
    try {
      const key = await this.#opened();
      const signatures: Uint8Array[] = [];
      for (const digest of digests) signatures.push(await key.sign(digest));
      this.#failure = null;
      return signatures;
    } catch (cause) {
      if (cause instanceof KeysError || cause instanceof AnchoringError) this.#note(cause);
      throw cause;
    }
  }

  /** Waits for what is under way; takes nothing more. */
  async close(): Promise<void> {
    this.#isClosing = true;
    try {
      await (await this.#key)?.close();
    } catch (cause) {
      // It did not open, which whoever waited for it was told.
      if (!(cause instanceof ChirographError)) throw cause;
    }
  }

  async #opened(): Promise<TokenKey> {
    if (this.#refusal !== null) throw this.#refusal;
    if (this.#isClosing) throw new KeysError('KEYS_TOKEN_UNAVAILABLE', 'the node is stopping');
    this.#key ??= this.#openChecked();
    try {
      return await this.#key;
    } catch (cause) {
      this.#key = null;
      throw cause;
    }
  }

  async #openChecked(): Promise<TokenKey> {
    const key = await this.#open();
    if (equalBytes(key.publicKey, this.publicKey)) return key;
    await key.close();
    throw new AnchoringError(
      'ANCHOR_KEY_MISMATCH',
      `the token has the key ${toHex(key.publicKey)}, and anchorPublicKey names another: connect the right one`,
    );
  }

  #note(cause: ChirographError): void {
    this.#failure = cause.code;
    if (cause.code === FINAL) this.#refusal = cause;
  }
}

const TRIAL = sha256(utf8('chirograph/anchor-trial/1: no transaction, and no signature of one'));
