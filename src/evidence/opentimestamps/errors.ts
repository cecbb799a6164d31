import { ChirographError } from '../../base/errors.js';

export type OpenTimestampsErrorCode =
  /** Not an OpenTimestamps file, cut short, with bytes left over, or in a spelling of its own. */
  | 'OTS_MALFORMED'
  /** An OpenTimestamps file of a version that nobody had written when this one was made. */
  | 'OTS_VERSION_UNKNOWN'
  /** More bytes, operations or attestations than a file may make us read. */
  | 'OTS_TOO_LARGE'
  /** Two files that are to be one are of different contents, or of different hashes of one. */
  | 'OTS_MERGE_MISMATCH'
  /** Steps that do not lead to the root that they are said to lead to, or that no file can say. */
  | 'OTS_PATH_UNUSABLE';

/** Timestamps that cannot be read or made. The message never quotes them. */
export class OpenTimestampsError extends ChirographError<OpenTimestampsErrorCode> {}

export function malformed(reason: string): OpenTimestampsError {
  return new OpenTimestampsError('OTS_MALFORMED', `not an OpenTimestamps file: ${reason}`);
}

export function unusable(reason: string): OpenTimestampsError {
  return new OpenTimestampsError(
    'OTS_PATH_UNUSABLE',
    `no timestamp can be made of the path: ${reason}`,
  );
}
