/** Locks and legal holds that a request asks for: with new content, or for a version that is there. */
import type { UnixMillis } from '../../../base/brand.js';
import type { FileLock } from '../../../files/file-change.js';
import { parseIsoInstant } from '../http-date.js';
import { S3Error } from '../s3-error.js';
import type { S3Request } from '../s3-request.js';
import { type Bucket, denied } from './bucket-access.js';
import { mayConfigure } from './configure-bucket.js';
import { lockModeOf } from './lock-names.js';
import type { S3Parts } from './operation.js';

export interface LockSayings {
  readonly lock?: FileLock;
  readonly hold?: boolean;
}

/** Of the headers `x-amz-object-lock-…`. @throws S3Error InvalidArgument, InvalidRequest, AccessDenied. */
export async function readLockHeaders(
  parts: S3Parts,
  request: S3Request,
  bucket: Bucket,
): Promise<LockSayings> {
  const { headers } = request;
  const mode = headers.get('x-amz-object-lock-mode');
  const until = headers.get('x-amz-object-lock-retain-until-date');
  const hold = headers.get('x-amz-object-lock-legal-hold');
  if (mode === undefined && until === undefined && hold === undefined) return {};
  await demandLocks(parts, request, bucket);
  if ((mode === undefined) !== (until === undefined))
    throw new S3Error('InvalidArgument', 'a lock has a mode and a date: give both headers');
  if (hold !== undefined && hold !== 'ON' && hold !== 'OFF')
    throw new S3Error('InvalidArgument', 'x-amz-object-lock-legal-hold is ON or OFF');
  return {
    ...(mode !== undefined && { lock: lockOf(mode, until ?? '', parts.clock.now()) }),
    ...(hold !== undefined && { hold: hold === 'ON' }),
  };
}

function lockOf(modeText: string, untilText: string, now: UnixMillis): FileLock {
  const mode = lockModeOf(modeText);
  const until = parseIsoInstant(untilText);
  if (mode === null) throw new S3Error('InvalidArgument', 'the mode is GOVERNANCE or COMPLIANCE');
  if (until === null) throw new S3Error('InvalidArgument', 'the date is ISO 8601, in UTC');
  requireFuture(until, now);
  return { mode, until };
}

/** @throws S3Error InvalidArgument. */
export function requireFuture(until: UnixMillis, now: UnixMillis): void {
  if (until <= now)
    throw new S3Error('InvalidArgument', 'the retain-until date must be in the future');
}

/**
 * Locks bind the owner of a bucket, so they are for its owner to give, or for whoever configures drives; where
 * roles alone say who may, for whoever writes.
 * @throws S3Error InvalidRequest of a bucket without Object Lock, AccessDenied.
 */
export async function demandLocks(
  parts: S3Parts,
  request: S3Request,
  bucket: Bucket,
): Promise<void> {
  if (bucket.settings.lock === undefined)
    throw new S3Error('InvalidRequest', 'the bucket has no Object Lock: turn it on first');
  const byRole = bucket.acl === null && parts.access.allows(request, 'file:write', bucket.place);
  if (!byRole && !mayConfigure(parts, request, bucket))
    throw await denied(parts, request, 'file:write', bucket.place);
}

/** Whether the request passes over governance locks, as only some may. @throws S3Error AccessDenied. */
export async function readBypass(
  parts: S3Parts,
  request: S3Request,
  { place, settings }: Bucket,
): Promise<boolean> {
  const asked = request.headers.get('x-amz-bypass-governance-retention')?.toLowerCase() === 'true';
  // Clients say it of everything they delete; where there are no locks it means nothing.
  if (!asked || settings.lock === undefined) return false;
  await parts.access.require(request, 'file:bypass-lock', place);
  return true;
}
