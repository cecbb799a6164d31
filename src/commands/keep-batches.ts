/**
 * Batches (docs/formats/statement.md): entries that say what a checkpoint of the log says, so that one signature
 * covers all that came before. When one is due, and who signs it, is for callers; that there is one at a time,
 * and none about nothing but batches, is seen to here.
 */
import type { LeafIndex } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import { digestToHex } from '../base/hex-digest.js';
import { Turns } from '../base/turns.js';
import { MAX_SIGNATURES } from '../evidence/evidence-file.js';
import type { SealSigner } from '../keys/seal-signer.js';
import type { Vault } from '../keys/vault.js';
import { plainDraft } from '../ledger/entry-draft.js';
import type { Ledger } from '../ledger/ledger.js';
import type { EntryPlace } from '../ledger/log-reader.js';
import { isAboutBatches, lastBatch } from '../queries/batches.js';
import { openEntry } from '../queries/opened-entry.js';
import { formatStatement } from '../records/statement.js';
import { validateCades } from '../signing/cades-validator.js';
import type { AttachedSignature, AttachSignatureDeps } from './attach-signature.js';
import { CommandError } from './command-error.js';
import { sealEntry } from './seal-entry.js';

export interface BatchKeeperOptions extends AttachSignatureDeps {
  readonly seal: SealSigner | null;
}

export interface BatchOrder {
  readonly ledger: Ledger;
  readonly vault: Vault;
  /** Who asks for it, and attaches the seal. */
  readonly author: string;
  /** The operator's seal, or nobody's: then it is for others to sign. */
  readonly signer: 'seal' | null;
}

export interface KeptBatch {
  readonly index: LeafIndex;
  /** Whether it was made just now. */
  readonly isNew: boolean;
  /** Null if the seal was not asked for, or is there already. */
  readonly attached: AttachedSignature | null;
}

export class BatchKeeper {
  readonly #options: BatchKeeperOptions;
  /** One batch of a log at a time, by the log's number. */
  readonly #turns = new Map<number, Turns>();
  /** Size up to which, behind its last batch, a log is known to hold nothing that is not about batches. */
  readonly #quiet = new Map<number, number>();

  constructor(options: BatchKeeperOptions) {
    this.#options = options;
  }

  /**
   * The batch that covers all there is, made if there is none, and sealed if that is asked for.
   *
   * @throws CommandError SEAL_NOT_CONFIGURED; and as `attachSignature` and `Ledger.append`.
   */
  cover(order: BatchOrder): Promise<KeptBatch> {
    const { number } = order.ledger.reader;
    let turns = this.#turns.get(number);
    if (turns === undefined) this.#turns.set(number, (turns = new Turns()));
    return turns.take(() => this.#cover(order));
  }

  async #cover(order: BatchOrder): Promise<KeptBatch> {
    const { ledger, signer } = order;
    if (signer === 'seal' && this.#options.seal === null)
      throw new CommandError(
        'SEAL_NOT_CONFIGURED',
        'this node has no seal: leave `signer` out, and sign the batch yourself',
      );
    const last = await lastBatch(ledger.reader);
    const isDue = last === null || !(await this.#hasOnlyBatchesSince(ledger, last.index));
    const batch = isDue ? await append(ledger) : last;
    // A crash here leaves a batch that nobody signed: whoever comes next seals this one.
    const attached = signer === null ? null : await this.#seal(order, batch);
    return { index: batch.index, isNew: isDue, attached };
  }

  async #seal(
    { ledger, vault, author }: BatchOrder,
    batch: EntryPlace,
  ): Promise<AttachedSignature | null> {
    const { seal, ...deps } = this.#options;
    if (seal !== null && (await isSignedBy(seal, ledger, vault, batch))) return null;
    const found = { reader: ledger.reader, index: batch.index };
    return sealEntry(deps, seal, { ledger, vault, found, author });
  }

  /** What was found once is not looked at again: a quiet ledger's signatures are raised for ever. */
  async #hasOnlyBatchesSince({ reader }: Ledger, index: LeafIndex): Promise<boolean> {
    const { number, head } = reader;
    const from = Math.max(index + 1, this.#quiet.get(number) ?? 0) as LeafIndex;
    for await (const entry of reader.entries(from, head.size)) {
      if (!(await isAboutBatches(reader, entry))) return false;
      this.#quiet.set(number, entry.index + 1);
    }
    return true;
  }
}

/** Whether the operator's own key has signed an entry: what others sign seals nothing. */
async function isSignedBy(
  { certificate }: SealSigner,
  { reader }: Ledger,
  vault: Vault,
  { index, leafHash }: EntryPlace,
): Promise<boolean> {
  const own = toHex(certificate.sha256);
  const { statement: content } = await reader.entry(index);
  for (const one of await reader.attachedTo(leafHash, MAX_SIGNATURES)) {
    const opened = await openEntry(vault, await reader.entry(one.index));
    if (opened.kind !== 'signature') continue;
    const at = opened.statement.recordedAt;
    const report = validateCades({ cms: opened.payload.bytes, content, anchors: [], at });
    if (report.intact && report.signer?.certificateSha256 === own) return true;
  }
  return false;
}

async function append(ledger: Ledger): Promise<EntryPlace> {
  const { origin } = ledger.reader;
  const [outcome] = await ledger.append([
    plainDraft((place, rootBefore) => {
      const rootHash = digestToHex(rootBefore());
      return formatStatement({ kind: 'batch', ...place, origin, rootHash, size: place.index });
    }),
  ]);
  if (outcome?.kind !== 'appended') throw new Error('a batch was taken for another entry');
  return outcome;
}
