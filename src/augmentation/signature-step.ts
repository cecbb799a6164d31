/** One step of one signature: what it needs is asked for, and what comes of it is appended as a new version. */
import { NODE_ACTOR } from '../access/access-entry.js';
import type { LeafIndex, UnixMillis } from '../base/brand.js';
import { ChirographError } from '../base/errors.js';
import { addSignatureVersion } from '../commands/add-signature-version.js';
import type { AppendSignatureDeps, SignatureLog } from '../commands/append-signature.js';
import { CommandError } from '../commands/command-error.js';
import { LedgerError } from '../ledger/ledger-error.js';
import { openEntry, type OpenedSignature } from '../queries/opened-entry.js';
import { indexOf } from '../queries/signature-chains.js';
import { SigningError } from '../signing/signing-error.js';
import type { Augmenter, AugmentationStep } from './augmenter.js';

export interface SignatureStepDeps extends AppendSignatureDeps {
  readonly augmenter: Augmenter;
}

export type StepResult =
  /** Nothing more of this step: done now, done before, not needed, or erased. */
  | { readonly kind: 'settled'; readonly appended: boolean }
  | { readonly kind: 'later'; readonly until: UnixMillis | null; readonly reason: string }
  /** It would come to nothing for any other signature too. */
  | {
      readonly kind: 'blocked';
      readonly by: 'time-stamps' | 'ledger';
      readonly reason: string;
      /** Before this it is not tried again; without it, after a pause that grows. */
      readonly until?: UnixMillis;
    };

/**
 * @param step what is to be done if it is what the signature needs; null for whatever it needs.
 * @param index of an entry of kind signature.
 */
export async function takeStep(
  { augmenter, ...deps }: SignatureStepDeps,
  log: SignatureLog,
  index: LeafIndex,
  step: AugmentationStep | null,
): Promise<StepResult> {
  const { reader } = log.ledger;
  try {
    const entry = await reader.entry(index);
    // A later version is an entry of its own, and has its own turn.
    if ((await reader.following(entry.leafHash)) !== null) return SETTLED;
    const opened = await openEntry(log.vault, entry);
    if (opened.kind !== 'signature') return SETTLED;
    const at = deps.clock.now();
    const cms = opened.payload.bytes;
    const needed = augmenter.needs(cms, at);
    if (needed === null || (step !== null && needed !== step)) return SETTLED;
    const content = await contentOf(log, opened);
    const made = await augmenter.next({ cms, content, step: needed, at });
    switch (made.kind) {
      case 'augmented': {
        const version = { index, cms: made.cms, author: NODE_ACTOR };
        const appended = await addSignatureVersion(deps, log, version);
        return { kind: 'settled', appended: appended !== null };
      }
      case 'later':
        return made;
      case 'no-time-stamps': {
        const { reason, until } = made;
        return {
          kind: 'blocked',
          by: 'time-stamps',
          reason,
          ...(until !== undefined && { until }),
        };
      }
      case 'no-revocation':
        return { kind: 'later', until: at, reason: made.reason };
      case 'refused':
        return { kind: 'later', until: null, reason: made.reason };
    }
  } catch (cause) {
    return resultOf(cause);
  }
}

const SETTLED: StepResult = { kind: 'settled', appended: false };

async function contentOf(
  { ledger: { reader } }: SignatureLog,
  { entry, statement }: OpenedSignature,
): Promise<Uint8Array> {
  return (await reader.entry(await indexOf(reader, statement.of, entry.index))).statement;
}

function resultOf(cause: unknown): StepResult {
  // The log takes nothing now; what is damaged is for `fsck`, and must not stop the others.
  if (cause instanceof LedgerError && cause.code !== 'LEDGER_DAMAGED')
    return { kind: 'blocked', by: 'ledger', reason: cause.message };
  const reason = cause instanceof ChirographError ? cause.message : 'it failed unexpectedly';
  const isFinal = cause instanceof CommandError || cause instanceof SigningError;
  // The same bytes give the same refusal; of anything else it is not known.
  return { kind: 'later', until: isFinal ? null : (0 as UnixMillis), reason };
}
