/**
 * What a dishonest operator could make with all its keys: everything signed, hashed and anchored as it
 * should be, and one thing not true. Each must fail in the check that is there for it.
 */
import type { LeafIndex, Sha256Digest, TreeSize, UnixMillis } from '../../../src/base/brand.js';
import { utf8 } from '../../../src/base/bytes.js';
import { digestToHex } from '../../../src/base/hex-digest.js';
import type { CheckId } from '../../../src/evidence/verification-report.js';
import { signCheckpoint } from '../../../src/tlog/checkpoint.js';
import { EMPTY_ROOT } from '../../../src/tlog/merkle-hash.js';
import { noteSigner } from '../../../src/tlog/signed-note.js';
import { HANDOVER, MINUTE, minutes, type Plan } from '../evidence-builder.js';
import { derived, logKeys, namedKey } from './synthetic-keys.js';

export interface Forgery {
  readonly name: string;
  /** The check that must fail. */
  readonly check: CheckId;
  readonly bends: Partial<Plan>;
}

/** What everybody can read of the operator that is to be passed for. */
const BANK = logKeys('bank', 'bank', 'kyc');
const BANK_CHECKPOINT = signCheckpoint(
  { origin: BANK.origin, size: 5 as TreeSize, rootHash: EMPTY_ROOT, extensions: [] },
  noteSigner(BANK.first.key, BANK.first.sign),
);
const FOREIGN_KEY = namedKey('log.example/other/kyc', 'foreign');
const OTHER_HASH = digestToHex(derived('something else'));
const OTHER_DIGEST = derived('something else') as Sha256Digest;
const LATER = (at: UnixMillis, minutesLater: number): UnixMillis =>
  (at + minutesLater * MINUTE) as UnixMillis;

export const FORGERIES: readonly Forgery[] = [
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
    name: 'an entry dated back behind those before it',
    check: 'statement',
    bends: { recordedAt: (index) => minutes(index === 9 ? -100 : 10 * index) },
  },
  {
    name: 'a committed header that is none',
    check: 'header',
    bends: { headerBytes: () => utf8('{"$v":1,"hello":"world"}') },
  },
  {
    name: 'a header of another type than the statement',
    check: 'header',
    bends: { header: (header) => ({ ...header, type: 'tradle.Passport' }) },
  },
  {
    name: 'a header with parts that the statement does not have',
    check: 'header',
    bends: {
      header: (header) => ({
        ...header,
        parts: [{ class: 'default', sha256: OTHER_HASH, size: 1 }],
      }),
    },
  },
  {
    name: 'a signature whose header names another entry',
    check: 'signature:1',
    bends: { signatureHeader: (header) => ({ ...header, of: OTHER_HASH }) },
  },
  {
    name: 'a header with another SHA-256 than the payload has',
    check: 'payload',
    bends: {
      header: (header) => ({ ...header, payload: { ...header.payload, sha256: OTHER_HASH } }),
    },
  },
  {
    name: 'a header with another size than the payload has',
    check: 'payload',
    bends: { header: (header) => ({ ...header, payload: { ...header.payload, size: 1 } }) },
  },
  {
    name: 'a payload that is not canonical JSON',
    check: 'payload',
    bends: { payload: utf8('{ "city": "Zürich" }') },
  },
  {
    name: 'a signature said to be something else than CMS',
    check: 'signature:1',
    bends: {
      signatureHeader: (header) => ({
        ...header,
        payload: { ...header.payload, mediaType: 'application/json' },
      }),
    },
  },
  {
    name: 'a subject’s tag that is another’s',
    check: 'tags',
    bends: {
      record: (statement) => ({ ...statement, tags: { ...statement.tags, subject: OTHER_HASH } }),
    },
  },
  {
    name: 'an author’s tag that is another’s',
    check: 'tags',
    bends: {
      record: (statement) => ({ ...statement, tags: { ...statement.tags, author: OTHER_HASH } }),
    },
  },
  {
    name: 'a thing’s tag that is another’s',
    check: 'tags',
    bends: {
      record: (statement) => ({ ...statement, tags: { ...statement.tags, key: OTHER_HASH } }),
    },
  },
  {
    name: 'a thing without a key whose opener opens nothing',
    check: 'tags',
    bends: {
      recordKey: undefined,
      header: (header) => ({ ...header, keyOpener: OTHER_HASH }),
      openers: () => undefined,
    },
  },
  {
    name: 'a claim of another author',
    check: 'claim',
    bends: {
      header: (header) => ({
        ...header,
        claim: {
          $v: 1,
          author: 'somebody else',
          key: 'residence',
          nonce: '00'.repeat(16),
          payloads: [header.payload.sha256],
          subject: header.subject,
          type: header.type,
          validFrom: '2026-11-02T10:30:00.000Z',
        },
      }),
    },
  },
  {
    name: 'a claim that is none',
    check: 'claim',
    bends: { header: (header) => ({ ...header, claim: { $v: 1 } }) },
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
    name: 'a seal over something else',
    check: 'log-identity',
    bends: { sealed: () => utf8('something else') },
  },
  {
    name: 'a signature entry of another entry',
    check: 'signature:1',
    bends: {
      signature: (statement) => ({ ...statement, of: OTHER_HASH }),
      signatureHeader: (header) => ({ ...header, of: OTHER_HASH }),
    },
  },
  {
    name: 'a certificate signature over something else',
    check: 'signature:1',
    bends: { signed: () => utf8('something else') },
  },
  {
    name: 'an anchored head of another log',
    check: 'anchor:after',
    bends: { head: (head) => ({ ...head, originHash: OTHER_DIGEST }) },
  },
  {
    name: 'an anchored head of another history',
    check: 'anchor:after',
    bends: { head: (head) => ({ ...head, rootHash: OTHER_DIGEST }) },
  },
  {
    name: 'an epoch that commits to other tenants',
    check: 'anchor:after',
    bends: { epoch: (statement) => ({ ...statement, tenants: OTHER_HASH }) },
  },
  {
    name: 'a head filed under another tenant',
    check: 'anchor:after',
    bends: { tenantHandle: () => derived('another tenant', 8) },
  },
  {
    name: 'an anchor after that does not hold the entry',
    check: 'anchor:after',
    bends: { after: { epoch: 2, anchor: 1 } },
  },
  {
    name: 'an anchor before that holds the entry',
    check: 'anchor:before',
    bends: {
      anchors: [
        { height: 310, size: 4 },
        { height: 330, size: 5 },
      ],
      before: { epoch: 3, anchor: 0 },
      after: { epoch: 4, anchor: 1 },
    },
  },
  {
    name: 'an anchor before that proves an older epoch than its newest',
    check: 'anchor:before',
    bends: { before: { epoch: 1, anchor: 0 } },
  },
  {
    name: 'an entry dated back behind an anchored epoch',
    check: 'anchor:before',
    bends: {
      epoch: (statement) => ({ ...statement, recordedAt: LATER(statement.recordedAt, 150) }),
    },
  },
  {
    name: 'anchors under two handles of one log',
    check: 'anchor:before',
    bends: { logHandle: (handle, epoch) => (epoch === 3 ? derived('decoy', 8) : handle) },
  },
  {
    name: 'anchors in two chains of transactions',
    check: 'anchor:before',
    bends: {
      anchors: [
        { height: 310, size: 3 },
        { height: 330, size: 5, chainScript: Buffer.from(`0014${'66'.repeat(20)}`, 'hex') },
      ],
    },
  },
  {
    name: 'an anchor before in a later block',
    check: 'anchor:before',
    bends: {
      anchors: [
        { height: 340, size: 3 },
        { height: 330, size: 5 },
      ],
    },
  },
  {
    name: 'an epoch said to stand elsewhere in its log',
    check: 'anchor:after',
    bends: { epoch: (statement) => ({ ...statement, index: 1 as LeafIndex }) },
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
  {
    name: 'a payload that is no JSON at all',
    check: 'payload',
    bends: { payload: Uint8Array.of(1, 2, 3) },
  },
];
