/**
 * What the witnesses of a policy have of a log, asked before the log is written on: they are who remembers when a
 * whole store, its marks included, was put back to an older copy. Who does not answer says nothing.
 */
import type { TreeSize } from '../base/brand.js';
import { ChirographError } from '../base/errors.js';
import type { Clock } from '../base/time.js';
import type { SendOutbound } from '../keys/outbound-message.js';
import { parseCheckpoint } from '../tlog/checkpoint.js';
import { parseSignedNote } from '../tlog/signed-note.js';
import type { PolicyWitness, WitnessPolicy } from '../tlog/witness-policy.js';
import { askWitness, type HeadToWitness } from './ask-witness.js';
import { WitnessClientError } from './witness-client-error.js';

export type WitnessMemory = { readonly witness: string } &
  /** It has this head, or one that this grew out of. */
  (
    | { readonly kind: 'agrees' }
    /** It says that it has cosigned a larger one. */
    | { readonly kind: 'ahead'; readonly size: TreeSize }
    /** It says that what it has cosigned is no beginning of this one. */
    | { readonly kind: 'contradicts' }
    | { readonly kind: 'silent'; readonly code: string }
  );

export interface WitnessMemoryOptions {
  readonly policy: WitnessPolicy;
  readonly send: SendOutbound;
  readonly clock: Clock;
}

/**
 * All at once. A head that a witness does not have yet is cosigned by the asking, which is no harm: it is one
 * that the log has signed.
 *
 * @throws TlogError for a note that is no checkpoint; nothing that a witness does.
 */
export function askMemories(
  head: HeadToWitness,
  { policy, send, clock }: WitnessMemoryOptions,
): Promise<WitnessMemory[]> {
  const { size } = parseCheckpoint(parseSignedNote(head.note).text);
  const ask = async ({ name, key, url }: PolicyWitness): Promise<WitnessMemory> => {
    if (url === null) return { witness: name, kind: 'silent', code: 'WITNESS_WITHOUT_URL' };
    let told = size;
    try {
      await askWitness({ key, url }, head, {
        ...{ send, clock, oldSize: size },
        onSize: (said) => {
          told = said;
        },
      });
      return { witness: name, kind: 'agrees' };
    } catch (error) {
      if (!(error instanceof ChirographError)) throw error;
      return { witness: name, ...memoryIn(error as ChirographError, told) };
    }
  };
  return Promise.all(policy.witnesses.map(ask));
}

/** Why a log of this size must not be written on, for people; null where nobody says so. */
export function contradictionOf(size: TreeSize, memories: readonly WitnessMemory[]): string | null {
  for (const memory of memories) {
    const { kind, witness } = memory;
    if (kind === 'ahead')
      return `the epoch log has ${size} entries and the witness "${witness}" says that it has cosigned ${memory.size}: the data are an older copy, or the witness is wrong and has to leave the policy`;
    if (kind === 'contradicts')
      return `the witness "${witness}" says that the epoch log has not grown from what it cosigned: the data are of another history, or the witness is wrong and has to leave the policy`;
  }
  return null;
}

function memoryIn(error: ChirographError, told: TreeSize): DistributiveOmit<WitnessMemory> {
  if (error instanceof WitnessClientError) {
    if (error.code === 'WITNESS_AHEAD') return { kind: 'ahead', size: told };
    if (error.code === 'WITNESS_CONTRADICTS') return { kind: 'contradicts' };
  }
  return { kind: 'silent', code: error.code };
}

type DistributiveOmit<T> = T extends unknown ? Omit<T, 'witness'> : never;
