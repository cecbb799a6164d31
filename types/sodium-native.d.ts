// sodium-native 5 ships no types. Only what we call is declared, as it is in the pinned version.
// Every function throws an Error when an argument has the wrong length, before it touches memory.

declare module 'sodium-native' {
  interface Sodium {
    /** BLAKE2b of all parts joined, as long as `digest`. */
    crypto_generichash_batch(digest: Uint8Array, parts: readonly Uint8Array[]): void;

    /** Ed25519: `seed` 32, `publicKey` 32, `secretKey` 64 bytes (seed ‖ public key). */
    crypto_sign_seed_keypair(publicKey: Uint8Array, secretKey: Uint8Array, seed: Uint8Array): void;
    /** Ed25519: `signature` 64, `secretKey` 64 bytes. */
    crypto_sign_detached(signature: Uint8Array, message: Uint8Array, secretKey: Uint8Array): void;

    /** X25519 forms of an Ed25519 key. @throws Error for 32 bytes that are no usable point. */
    crypto_sign_ed25519_pk_to_curve25519(x25519: Uint8Array, publicKey: Uint8Array): void;
    crypto_sign_ed25519_sk_to_curve25519(x25519: Uint8Array, secretKey: Uint8Array): void;
    /** `box` is 48 bytes longer than `message`; keys are X25519, 32 bytes. */
    crypto_box_seal(box: Uint8Array, message: Uint8Array, publicKey: Uint8Array): void;
    /** Returns whether it opened. */
    crypto_box_seal_open(
      message: Uint8Array,
      box: Uint8Array,
      publicKey: Uint8Array,
      secretKey: Uint8Array,
    ): boolean;

    /** Memory between guard pages, never swapped out, zeroed when it is freed. */
    sodium_malloc(size: number): Buffer;
    sodium_memzero(bytes: Uint8Array): void;

    /** Returns the number of bytes written; `sealed` may begin where `plaintext` does. */
    crypto_aead_xchacha20poly1305_ietf_encrypt(
      sealed: Uint8Array,
      plaintext: Uint8Array,
      associatedData: Uint8Array,
      secretNonce: null,
      nonce: Uint8Array,
      key: Uint8Array,
    ): number;
    /** Returns the number of bytes written. @throws Error 'could not verify data'. */
    crypto_aead_xchacha20poly1305_ietf_decrypt(
      plaintext: Uint8Array,
      secretNonce: null,
      sealed: Uint8Array,
      associatedData: Uint8Array,
      nonce: Uint8Array,
      key: Uint8Array,
    ): number;
  }

  const sodium: Sodium;
  export default sodium;
}
