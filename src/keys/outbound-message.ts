/** What is asked of a host outside, and what of its answer is passed on. */

export interface OutboundRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Media types that the answer may have, in lower case; without one it is application/octet-stream. */
  readonly accepts: readonly string[];
  readonly maxBytes: number;
  /** Statuses beside 200 that are an answer too, from 400 on; of whatever media type their body is. */
  readonly passes?: readonly number[];
  readonly signal?: AbortSignal;
}

export interface OutboundResponse {
  /** 200, or one that the request passes; 304 only where it was conditional, and then without a body. */
  readonly status: number;
  readonly body: Uint8Array;
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** @throws OutboundError, with the code that says why there is no answer. */
export type SendOutbound = (request: OutboundRequest) => Promise<OutboundResponse>;
