/**
 * Brands keep apart what is the same to the machine and not to us. Each brand is minted by one
 * parser at the border; inside we trust it.
 */
declare const brand: unique symbol;
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** 0-based position of an entry in its tree (RFC 6962 §2.1). */
export type LeafIndex = Brand<number, 'LeafIndex'>;
/** Number of entries in a tree; a safe integer ≥ 0. */
export type TreeSize = Brand<number, 'TreeSize'>;
/** 32 bytes of SHA-256. */
export type Sha256Digest = Brand<Uint8Array, 'Sha256Digest'>;
/** Milliseconds since 1970-01-01T00:00:00Z. */
export type UnixMillis = Brand<number, 'UnixMillis'>;
