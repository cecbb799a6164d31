/**
 * Appends a later version of a signature that is attached: the same signature, to which a time-stamp or
 * validation data have been added. Nothing is put in the place of the version before.
 */
import type { LeafIndex } from '../base/brand.js';
import { digestToHex } from '../base/hex-digest.js';
import type { AppendedEntry } from '../ledger/entry-draft.js';
import { openUnerased } from '../queries/opened-entry.js';
import {
  indexOf,
  MAX_SIGNATURE_VERSIONS,
  newestOf,
  shownVersions,
  signaturesUnder,
  signedRoot,
} from '../queries/signature-chains.js';
import { validateCades } from '../signing/cades-validator.js';
import { isSameSignature } from '../signing/same-signature.js';
import {
  appendSignature,
  type AppendSignatureDeps,
  type SignatureLog,
} from './append-signature.js';
import { CommandError } from './command-error.js';
import { assertFits, signatureLimit } from './internal/signature-room.js';

export interface SignatureVersionToAdd {
  /** Of the version before, in the log that is written. */
  readonly index: LeafIndex;
  readonly cms: Uint8Array;
  readonly author: string;
}

/**
 * @returns null if another version follows that one by now.
 * @throws CommandError SIGNATURE_REFUSED if it is not the same signature or not genuine,
 *   SIGNATURE_LIMIT; LedgerError as `Ledger.append`.
 */
export async function addSignatureVersion(
  deps: AppendSignatureDeps,
  log: SignatureLog,
  { index, cms, author }: SignatureVersionToAdd,
): Promise<AppendedEntry | null> {
  const { reader } = log.ledger;
  const opened = await openUnerased(log.vault, await reader.entry(index));
  if (opened.kind !== 'signature')
    throw new CommandError('SIGNATURE_REFUSED', 'only a signature has later versions');
  await assertRoom(log, index, cms.length);
  if (!isSameSignature(opened.payload.bytes, cms))
    throw new CommandError('SIGNATURE_REFUSED', 'what was added is in another signature');
  const { of } = opened.statement;
  const { statement: content } = await reader.entry(await indexOf(reader, of, index));
  // Trust is not asked for: it says nothing of whether this is the signature that was attached.
  const { intact } = validateCades({ cms, content, anchors: [], at: deps.clock.now() });
  if (!intact) throw new CommandError('SIGNATURE_REFUSED', 'the version made is not genuine');
  const { subject, retention } = opened.said;
  const prev = digestToHex(opened.entry.leafHash);
  return appendSignature(deps, log, { of, prev, cms, subject, retention, author });
}

/** @throws CommandError SIGNATURE_LIMIT. */
async function assertRoom({ ledger }: SignatureLog, index: LeafIndex, size: number): Promise<void> {
  const { reader } = ledger;
  const chains = await signaturesUnder(reader, await signedRoot(reader, index));
  const own = chains.find((chain) => newestOf(chain).index === index);
  // Somebody else has been faster: staging says so.
  if (own === undefined) return;
  if (own.versions.length >= MAX_SIGNATURE_VERSIONS)
    throw signatureLimit(`a signature has at most ${MAX_SIGNATURE_VERSIONS} versions`);
  const shown = chains.flatMap(shownVersions).length + (newestOf(own).isCountersigned ? 1 : 0);
  assertFits(shown, size);
}
