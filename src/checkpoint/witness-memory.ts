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
import { type OwnLog, type ProvenClaim, provenClaim } from './witness-claim.js';

/** That there is more than the log's owner has. */
export type WitnessClaim = {
  /** Whether it shows a head that the log signed, and that the log does not have. */
  readonly isProven: boolean;
} & (
  | /** It says that it has cosigned a larger one. */
    { readonly kind: 'ahead'; readonly size: TreeSize }
    /** It says that what it has cosigned is no beginning of this one. */
  | { readonly kind: 'contradicts' }
);

export type WitnessMemory = { readonly witness: string } &
  /** It has this head, or one that this grew out of. */
  ({ readonly kind: 'agrees' } | WitnessClaim | { readonly kind: 'silent'; readonly code: string });

export interface WitnessMemoryOptions {
  readonly policy: WitnessPolicy;
  readonly send: SendOutbound;
  readonly clock: Clock;
  readonly log: OwnLog;
}

/**
 * All at once. A head that a witness does not have yet is cosigned by the asking, which is no harm: it is one
 * that the log has signed.
 *
 * @throws TlogError for a note that is no checkpoint; nothing that a witness does.
 */
export function askMemories(
  head: HeadToWitness,
  { policy, send, clock, log }: WitnessMemoryOptions,
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
      const said = claimIn(String(error.code), told);
      if (said === null) return { witness: name, kind: 'silent', code: String(error.code) };
      return { witness: name, ...(await weighed(said, url, log, send)) };
    }
  };
  return Promise.all(policy.witnesses.map(ask));
}

/** What an answer that is no cosignature claims; null for one that claims nothing. @param told of WITNESS_AHEAD. */
export function claimIn(code: string, told: TreeSize): ProvenClaim | null {
  if (code === 'WITNESS_AHEAD') return { kind: 'ahead', size: told };
  return code === 'WITNESS_CONTRADICTS' ? { kind: 'contradicts' } : null;
}

/** A claim with its proof, where the witness has one: what is proven is what counts. */
export async function weighed(
  said: ProvenClaim,
  url: string,
  log: OwnLog,
  send: SendOutbound,
  signal?: AbortSignal,
): Promise<WitnessClaim> {
  const proven = await provenClaim(url, log, send, signal);
  return proven === null ? { ...said, isProven: false } : { ...proven, isProven: true };
}

/**
 * Why a log of this size must not be written on, for people; null where nothing says so. A proven claim always does.
 * A mere word does only where nobody else remembers: one witness that lies must not stop a log that another knows.
 *
 * @param isKnown whether any witness has this head, or one that this grew out of.
 */
export function contradictionOf(
  size: TreeSize,
  claims: readonly NamedClaim[],
  isKnown: boolean,
): string | null {
  const claim = claims.find(({ isProven }) => isProven) ?? (isKnown ? undefined : claims[0]);
  return claim === undefined ? null : claimText(size, claim);
}

export type NamedClaim = { readonly witness: string } & WitnessClaim;

export function claimsAmong(memories: readonly WitnessMemory[]): readonly NamedClaim[] {
  return memories.filter((memory) => memory.kind === 'ahead' || memory.kind === 'contradicts');
}

function claimText(size: TreeSize, claim: NamedClaim): string {
  const { witness, isProven } = claim;
  const what =
    claim.kind === 'ahead'
      ? `the epoch log has ${size} entries and the witness "${witness}" says that it has cosigned ${claim.size}`
      : `the witness "${witness}" says that the epoch log has not grown from what it cosigned`;
  const why =
    claim.kind === 'ahead' ? 'the data are an older copy' : 'the data are of another history';
  return isProven
    ? `${what}, and shows that head with the log's own signature: ${why}`
    : `${what}; it shows no head that the log signed, and no other witness knows better: ${why}, or the witness is wrong and has to leave the policy`;
}
