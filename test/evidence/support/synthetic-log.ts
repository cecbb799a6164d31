/** The log of a plan: its statements, and what of the entry and its signatures can be opened. */
import type { LeafIndex } from '../../../src/base/brand.js';
import { toBase64 } from '../../../src/base/bytes.js';
import { digestToHex } from '../../../src/base/hex-digest.js';
import { formatStatement } from '../../../src/records/statement.js';
import { handoverMessage } from '../../../src/tlog/handover.js';
import { leafHash } from '../../../src/tlog/merkle-hash.js';
import { BATCH_SIGNATURE, ENTRY, HANDOVER, type Plan, SIGNATURES, SIZE } from './plan.js';
import {
  fillerStatement,
  type OpenEntry,
  recordEntry,
  type SignatureBends,
  signatureEntry,
} from './synthetic-entries.js';
import type { LogKeys } from './synthetic-keys.js';
import { at, treeOver } from './synthetic-tree.js';

export interface BuiltLog {
  readonly statements: Uint8Array[];
  readonly entry: OpenEntry;
  /** Over the entry, then over the batch. */
  readonly signatures: readonly OpenEntry[];
}

export async function buildLog(made: Plan, keys: LogKeys): Promise<BuiltLog> {
  const seed = `${made.seed} ${made.ledger}`;
  const subject = 'customer-4711';
  const order = { seed, subject, type: 'tradle.Residence', payload: made.payload };
  const entry = recordEntry(
    {
      ...order,
      index: ENTRY,
      recordedAt: made.recordedAt(ENTRY),
      ...(made.recordKey !== undefined && { key: made.recordKey }),
      ...(made.author !== null && { author: made.author }),
    },
    made,
  );
  const signatures: OpenEntry[] = [];
  for (const index of SIGNATURES) {
    const recordedAt = made.recordedAt(index);
    const cms = await made.authority.signer.seal(made.signed(entry.statement), recordedAt);
    const of = digestToHex(leafHash(entry.statement));
    signatures.push(signatureEntry({ seed, index, recordedAt, subject, of, cms }, made));
  }
  const statements: Uint8Array[] = [];
  for (let index = 0; index < SIZE; index++) {
    const signature = SIGNATURES.findIndex((place) => place === index);
    if (index === made.firstIndex) statements.push(firstStatement(made, keys));
    else if (index === HANDOVER) statements.push(handoverStatement(made, keys, statements));
    else if (index === ENTRY) statements.push(entry.statement);
    else if (index === made.batchIndex) statements.push(batchStatement(made, keys, statements));
    else if (index === BATCH_SIGNATURE) {
      const signed = await batchSignature(made, at(statements, made.batchIndex), {
        seed,
        subject: keys.origin,
      });
      signatures.push(signed);
      statements.push(signed.statement);
    } else if (signature >= 0) statements.push(at(signatures, signature).statement);
    else statements.push(fillerStatement(seed, index, made.recordedAt(index)));
  }
  return { statements, entry, signatures };
}

function firstStatement(made: Plan, keys: LogKeys): Uint8Array {
  const statement = {
    kind: 'ledger' as const,
    index: made.firstIndex as LeafIndex,
    recordedAt: made.recordedAt(made.firstIndex),
    origin: keys.origin,
    recoveryKey: keys.recovery.text,
    verifierKey: keys.first.text,
  };
  return formatStatement(made.first(statement, keys));
}

function batchStatement(made: Plan, keys: LogKeys, before: readonly Uint8Array[]): Uint8Array {
  const statement = made.batch({
    kind: 'batch',
    index: made.batchIndex as LeafIndex,
    recordedAt: made.recordedAt(made.batchIndex),
    origin: keys.origin,
    rootHash: digestToHex(treeOver(before).root(before.length)),
    size: before.length,
  });
  return formatStatement(statement);
}

/** What is bent of signatures is bent of those over the entry. */
const HONEST: SignatureBends = {
  signatureHeader: (header) => header,
  signature: (statement) => statement,
};

async function batchSignature(
  made: Plan,
  batch: Uint8Array,
  names: { readonly seed: string; readonly subject: string },
): Promise<OpenEntry> {
  const recordedAt = made.recordedAt(BATCH_SIGNATURE);
  const cms = await made.authority.signer.seal(batch, recordedAt);
  const of = digestToHex(leafHash(batch));
  return signatureEntry({ ...names, index: BATCH_SIGNATURE, recordedAt, of, cms }, HONEST);
}

function handoverStatement(made: Plan, keys: LogKeys, before: readonly Uint8Array[]): Uint8Array {
  const terms = made.handoverTerms(
    {
      kind: 'handover',
      index: HANDOVER as LeafIndex,
      recordedAt: made.recordedAt(HANDOVER),
      new: keys.second.text,
      old: keys.first.text,
      rootHash: digestToHex(treeOver(before).root(before.length)),
      size: before.length,
    },
    keys,
  );
  const message = handoverMessage(keys.origin, terms);
  const signatures = made
    .handoverBy(keys)
    .map(({ text, sign }) => ({ by: text, signature: toBase64(sign(message)) }));
  return formatStatement({ ...terms, signatures });
}
