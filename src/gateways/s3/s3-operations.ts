/** What serves each operation. One that is missing answers NotImplemented, by its name. */
import type { S3OperationName } from './s3-operation-names.js';
import type { S3Handler } from './s3-request.js';

export type S3Operations = Readonly<Partial<Record<S3OperationName, S3Handler>>>;
