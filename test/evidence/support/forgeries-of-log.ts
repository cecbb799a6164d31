/** Of the log: its first entry, its checkpoint, its keys, whose it is. */
import type { TreeSize } from '../../../src/base/brand.js';
import { sha256Digest, utf8 } from '../../../src/base/bytes.js';
import { digestToHex } from '../../../src/base/hex-digest.js';
import type { SignedHandover } from '../../../src/evidence/handover-request.js';
import { signCheckpoint } from '../../../src/tlog/checkpoint.js';
import { signHandover } from '../../../src/tlog/handover.js';
import { EMPTY_ROOT } from '../../../src/tlog/merkle-hash.js';
import { noteSigner } from '../../../src/tlog/signed-note.js';
import type { Forgery } from './forgery.js';
import { HANDOVER, SIZE } from './plan.js';
import { derived, logKeys, namedKey } from './synthetic-keys.js';

/** What everybody can read of the operator that is to be passed for. */
const BANK = logKeys('bank', 'bank', 'kyc');
const BANK_CHECKPOINT = signCheckpoint(
  { origin: BANK.origin, size: 5 as TreeSize, rootHash: EMPTY_ROOT, extensions: [] },
  noteSigner(BANK.first.key, BANK.first.sign),
);
const FOREIGN_KEY = namedKey('log.example/other/kyc', 'foreign');
const OTHER_HASH = digestToHex(derived('something else'));

const SUCCESSOR = namedKey(BANK.origin, 'successor');

/** As the operator's recovery key signs it. */
function handover(old: string, size: number): SignedHandover {
  const { origin, recovery } = BANK;
  const terms = { old, new: SUCCESSOR.text, size, rootHash: OTHER_HASH };
  const signature = signHandover(origin, terms, recovery.text, recovery.sign);
  return { origin, ...terms, signature };
}

export const FORGERIES_OF_LOG: readonly Forgery[] = [
  {
    name: 'more by a key that the recovery key ended',
    check: 'log-identity',
    bends: {},
    known: handover(BANK.second.text, SIZE - 1),
  },
  {
    name: 'another tree where the recovery key ended its key',
    check: 'log-identity',
    bends: {},
    known: handover(BANK.second.text, SIZE),
  },
  {
    name: 'a key handed over otherwise than by the recovery key',
    check: 'log-identity',
    bends: {},
    known: handover(BANK.first.text, HANDOVER),
  },
  {
    name: 'a second first entry, further on in the log',
    check: 'statement',
    bends: { firstIndex: 3 },
  },
  {
    name: 'a loss with the checkpoint of a third log',
    check: 'statement',
    bends: {
      first: ({ index, recordedAt, origin, recoveryKey, verifierKey }) => ({
        kind: 'loss',
        index,
        recordedAt,
        cause: 'a disk failed',
        checkpoint: BANK_CHECKPOINT,
        from: `${origin}/0`,
        origin,
        recoveredSize: 4,
        recoveryKey,
        verifierKey,
      }),
    },
  },
  {
    name: 'a checkpoint cosigned by somebody unknown',
    check: 'checkpoint',
    bends: { cosigners: () => [namedKey('witness.example', 'witness')] },
  },
  {
    name: 'a checkpoint of another origin',
    check: 'checkpoint',
    bends: { checkpoint: (checkpoint) => ({ ...checkpoint, origin: 'log.example/other/kyc' }) },
  },
  {
    name: 'a checkpoint that says more',
    check: 'checkpoint',
    bends: {
      checkpoint: (checkpoint) => ({
        ...checkpoint,
        extensions: [...checkpoint.extensions, 'audited by nobody'],
      }),
    },
  },
  {
    name: 'a last key with the name of another log',
    check: 'checkpoint',
    bends: {
      handoverTerms: (terms) => ({ ...terms, new: FOREIGN_KEY.text }),
      handoverBy: ({ first }) => [first, FOREIGN_KEY],
      lastKey: () => FOREIGN_KEY,
    },
  },
  {
    name: 'a handover from a key that the log never had',
    check: 'handovers',
    bends: {
      handoverTerms: (terms, { recovery }) => ({ ...terms, old: recovery.text }),
      handoverBy: ({ recovery }) => [recovery],
    },
  },
  {
    name: 'a handover to the same key',
    check: 'handovers',
    bends: {
      handoverTerms: (terms, { first }) => ({ ...terms, new: first.text }),
      handoverBy: ({ recovery }) => [recovery],
      lastKey: ({ first }) => first,
    },
  },
  {
    name: 'a handover that says the log was longer',
    check: 'handovers',
    bends: { handoverTerms: (terms) => ({ ...terms, size: HANDOVER + 1 }) },
  },
  {
    name: 'a handover over another tree',
    check: 'handovers',
    bends: { handoverTerms: (terms) => ({ ...terms, rootHash: OTHER_HASH }) },
  },
  {
    name: 'a handover by the old key alone',
    check: 'handovers',
    bends: { handoverBy: ({ first }) => [first] },
  },
  {
    name: 'a handover by the new key alone',
    check: 'handovers',
    bends: { handoverBy: ({ second }) => [second] },
  },
  {
    name: 'a handover by the new key and a stranger’s',
    check: 'handovers',
    bends: { handoverBy: ({ second }) => [namedKey('log.example', 'thief'), second] },
  },
  {
    name: 'a handover by a stranger’s recovery key',
    check: 'handovers',
    bends: { handoverBy: ({ recovery }) => [namedKey(recovery.key.name, 'thief')] },
  },
  {
    name: 'a batch of another log',
    check: 'batch',
    bends: { batch: (statement) => ({ ...statement, origin: 'log.example/other/kyc' }) },
  },
  {
    name: 'a batch that says it is longer',
    check: 'batch',
    bends: { batch: (statement) => ({ ...statement, size: statement.size + 1 }) },
  },
  {
    name: 'a batch for what comes behind it',
    check: 'batch',
    bends: { batchIndex: 7 },
  },
  {
    name: 'a batch over another tree',
    check: 'batch',
    bends: { batch: (statement) => ({ ...statement, rootHash: OTHER_HASH }) },
  },
  {
    name: 'a batch over another tree, with a path that leads there',
    check: 'inclusion',
    bends: {
      batch: (statement) => ({ ...statement, rootHash: OTHER_HASH }),
      // Behind 16 entries there is one complete subtree on the left: the last of the path.
      batchInclusion: (path) => [...path.slice(0, -1), sha256Digest(derived('something else'))],
    },
  },
  {
    name: 'a seal over something else',
    check: 'log-identity',
    bends: { sealed: () => utf8('something else') },
  },
  {
    name: 'somebody else’s keys under this operator’s names',
    check: 'log-identity',
    bends: { seed: 'forger', namesOf: 'bank' },
  },
  {
    name: 'a log that claims to go on from this operator’s',
    check: 'handovers',
    bends: {
      seed: 'forger',
      namesOf: 'bank',
      first: (statement) => ({
        ...statement,
        recoveryKey: BANK.recovery.text,
        verifierKey: BANK.first.text,
      }),
      handoverTerms: (terms) => ({ ...terms, old: BANK.first.text }),
      handoverBy: ({ recovery }) => [{ ...recovery, text: BANK.recovery.text }],
    },
  },
];
