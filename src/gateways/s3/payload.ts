/** What `x-amz-content-sha256` says of a body: its hash, that it has none, or that it comes in chunks. */
import { S3Error } from './s3-error.js';
import type { CredentialScope } from './signature-v4.js';

/** What the signatures of chunks go on from. */
export interface ChunkSigning {
  /** 32 bytes. */
  readonly key: Uint8Array;
  readonly scope: CredentialScope;
  readonly time: string;
  /** Signature of the request, in hex. */
  readonly seed: string;
}

export type Payload =
  | { readonly kind: 'plain'; readonly sha256Hex: string | null }
  | {
      readonly kind: 'chunked';
      /** Null of chunks that are not signed. */
      readonly signing: ChunkSigning | null;
      readonly hasTrailer: boolean;
    };

/**
 * @param value of the header; undefined of an anonymous request without it.
 * @param signing null of an anonymous request. @throws S3Error InvalidArgument.
 */
export function parsePayload(value: string | undefined, signing: ChunkSigning | null): Payload {
  if (value === undefined || value === 'UNSIGNED-PAYLOAD')
    return { kind: 'plain', sha256Hex: null };
  if (value === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER')
    return { kind: 'chunked', signing: null, hasTrailer: true };
  if (value === SIGNED || value === `${SIGNED}-TRAILER`) {
    if (signing !== null) return { kind: 'chunked', signing, hasTrailer: value !== SIGNED };
    throw new S3Error('InvalidArgument', 'only a signed request can have signed chunks');
  }
  if (/^[0-9a-f]{64}$/.test(value)) return { kind: 'plain', sha256Hex: value };
  throw new S3Error(
    'InvalidArgument',
    `x-amz-content-sha256 is 64 hex digits, UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, ${SIGNED} or ${SIGNED}-TRAILER`,
    { details: { ArgumentName: 'x-amz-content-sha256' } },
  );
}

const SIGNED = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
