/** What is said of a small file of replication that is not what was written. */
import type { RecordShape } from '../../keys/record-files.js';
import { ReplicaError } from './replica-error.js';

/** @param advice what to do about it. */
export function memoryRefusals(advice: string): Pick<RecordShape<never>, 'damaged' | 'newer'> {
  return {
    damaged: (place, reason) =>
      new ReplicaError(
        'REPLICA_MEMORY_DAMAGED',
        `${place} is not what was written: ${reason}; ${advice}`,
      ),
    newer: (place, format, known) =>
      new ReplicaError(
        'REPLICA_MEMORY_NEWER',
        `${place} has format ${format}; this version reads up to ${known}`,
      ),
  };
}
