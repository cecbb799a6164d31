/** What every operation is made of. */
import type { Clock } from '../../../base/time.js';
import type { DrivesPort } from '../../../files/drive-port.js';
import type { S3Access } from '../s3-access.js';
import type { S3Answer } from '../s3-answer.js';
import type { S3Request } from '../s3-request.js';

export interface S3Parts {
  readonly drives: DrivesPort;
  readonly access: S3Access;
  readonly clock: Clock;
  /** Content of so many bytes or more is answered for while it is still being read: `LONG_BYTES`. */
  readonly longBytes: number;
}

/** @throws S3Error; what the parts throw: `serve-operations.ts` says what of that a client is told. */
export type S3Operation = (parts: S3Parts, request: S3Request) => Promise<S3Answer>;
