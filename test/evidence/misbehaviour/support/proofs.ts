/** A true proof of each kind, and the forgeries that one rule each is there for. */
import type { LeafIndex } from '../../../../src/base/brand.js';
import { formatMisbehaviour } from '../../../../src/evidence/misbehaviour/format-misbehaviour.js';
import type { MisbehaviourRules } from '../../../../src/evidence/misbehaviour/internal/misbehaviour-rules.js';
import type {
  EntryContradiction,
  EpochContradiction,
  EpochWithHead,
  EpochWithoutLog,
  MisbehaviourFile,
  RecoveryWord,
} from '../../../../src/evidence/misbehaviour/misbehaviour-file.js';
import { NO_TRUST, type Trust } from '../../../../src/evidence/trust.js';
import { formatLogSeal } from '../../../../src/signing/log-seal.js';
import { cosign } from '../../../../src/tlog/cosignature.js';
import { formatSignedNote, parseSignedNote } from '../../../../src/tlog/signed-note.js';
import { witnessKey } from '../../../tlog/keys.js';
import { derived, type NamedKey, namedKey } from '../../support/synthetic-keys.js';
import { EPOCH_KEY, epochsProof } from './epochs.js';
import {
  bindingLine,
  type CheckpointBends,
  type History,
  history,
  leaves,
  LOG_KEY,
  ORIGIN,
  RECOVERY_KEY,
  signerOf,
  split,
} from './history.js';

/** Of somebody who knows the recovery key of the tenant, and the epoch log. */
export const TRUST: Trust = {
  ...NO_TRUST,
  sources: [{ name: 'the auditor', development: false }],
  recoveryKeys: [RECOVERY_KEY.key],
  logs: [EPOCH_KEY.key],
};

export const [ONE, OTHER]: [History, History] = split('proofs', 6, 10, 21);
const GROWN = history(leaves('grown', 0, 21));

export function recoveryOf(key: NamedKey['key'], by: NamedKey = RECOVERY_KEY): RecoveryWord {
  const document = formatLogSeal({ origin: key.name, verifierKey: key });
  return { key: by.key, signature: by.sign(document) };
}

type Shows = MisbehaviourFile['shows'];

function file(checkpoints: readonly string[], shows: Shows): MisbehaviourFile {
  return { checkpoints, key: LOG_KEY.key, recovery: recoveryOf(LOG_KEY.key), shows };
}

function bound(size: number, length: number, bends: CheckpointBends = {}, fill = 1): string {
  const treeHash = new Uint8Array(32).fill(fill);
  return GROWN.checkpoint(size, { extensions: [bindingLine({ length, treeHash })], ...bends });
}

const roots = (): MisbehaviourFile =>
  file([ONE.checkpoint(10), OTHER.checkpoint(10)].sort(byText), { kind: 'roots' });
const beginning = (): MisbehaviourFile =>
  file([ONE.checkpoint(10), OTHER.checkpoint(21)], {
    kind: 'beginning',
    ...OTHER.leafAt(10, 21),
  });
const entry = (index = 6): MisbehaviourFile =>
  file([ONE.checkpoint(10), OTHER.checkpoint(21)], {
    kind: 'entry',
    index: index as LeafIndex,
    first: ONE.leafAt(index, 10),
    second: OTHER.leafAt(index, 21),
  });
const binding = (): MisbehaviourFile => file([bound(10, 9), bound(20, 5)], { kind: 'binding' });

/** A true proof of each kind. */
export const PROOFS: Readonly<Record<string, MisbehaviourFile>> = {
  roots: roots(),
  beginning: beginning(),
  entry: entry(),
  binding: binding(),
  'epochs: gone': epochsProof({ history: ONE, size: 10 }, 'gone'),
  'epochs: gone with its tenant': epochsProof({ history: ONE, size: 10 }, 'tenant-gone'),
  'epochs: gone back': epochsProof({ history: ONE, size: 10 }, { history: ONE, size: 9 }),
  'epochs: rewritten': epochsProof({ history: ONE, size: 10 }, { history: OTHER, size: 10 }),
  'epochs: grown elsewhere': epochsProof({ history: ONE, size: 10 }, { history: OTHER, size: 21 }),
  'epochs: another core': epochsProof(
    { history: ONE, size: 9, length: 9 },
    { history: ONE, size: 10, length: 5 },
    withoutGrowth,
  ),
};

/** As a file. */
export function proofOf(name: string): Uint8Array {
  const file = PROOFS[name];
  if (file === undefined) throw new Error('there is no such proof');
  return formatMisbehaviour(file);
}

export interface Forgery {
  readonly name: string;
  readonly book: keyof MisbehaviourRules;
  readonly rule: string;
  readonly bytes: Uint8Array;
  readonly trust: Trust;
}

/** Each is taken for a proof by a verifier without that one rule, and by no other. */
export function forgeries(): Forgery[] {
  const stranger = namedKey(ORIGIN, 'a stranger');
  const neighbour = namedKey('log.example/000000000000b22b', 'a neighbour');
  const impostor = namedKey(RECOVERY_KEY.key.name, 'an impostor');
  const ten = { history: ONE, size: 10 };
  const gone = epochsProof(ten, 'gone');
  const of =
    (book: Forgery['book']) =>
    (rule: string, name: string, forged: MisbehaviourFile, trust: Trust = TRUST): Forgery => ({
      book,
      rule,
      name,
      bytes: formatMisbehaviour(forged),
      trust,
    });
  const [checkpoints, inRoots, inEntry, inEpochs, identity] = [
    of('checkpoints'),
    of('roots'),
    of('entry'),
    of('epochs'),
    of('identity'),
  ];
  return [
    checkpoints('as many as this kind of proof has', 'epochs beside a second checkpoint', {
      ...gone,
      checkpoints: [...gone.checkpoints, LARGER_EPOCH_HEAD],
    }),
    checkpoints('no other signature', 'a cosignature that nobody checks', {
      ...roots(),
      checkpoints: roots().checkpoints.map(cosigned),
    }),
    checkpoints('signed by the key', 'a head that somebody else signed', {
      ...beginning(),
      checkpoints: [ONE.checkpoint(10, { signers: [signerOf(stranger)] }), OTHER.checkpoint(21)],
    }),
    checkpoints('of the log that the key is named after', 'a head of another log of the key', {
      ...beginning(),
      checkpoints: [ONE.checkpoint(10, { origin: `${ORIGIN}-2` }), OTHER.checkpoint(21)],
    }),
    checkpoints('one after the other', 'a proof with its heads exchanged', {
      ...roots(),
      checkpoints: [...roots().checkpoints].reverse(),
    }),
    inRoots(
      'the sizes are one',
      'two sizes of one honest log',
      file([GROWN.checkpoint(10), GROWN.checkpoint(20)], { kind: 'roots' }),
    ),
    inRoots(
      'the roots are two',
      'one head with two texts',
      file([GROWN.checkpoint(10), bound(10, 5)].sort(byText), { kind: 'roots' }),
    ),
    of('beginning')('the path leads to the second root', 'a path into another tree', {
      ...beginning(),
      shows: { kind: 'beginning', ...GROWN.leafAt(10, 21) },
    }),
    of('beginning')(
      'the second tree had another root',
      'an honest log that grew',
      file([GROWN.checkpoint(10), GROWN.checkpoint(21)], {
        kind: 'beginning',
        ...GROWN.leafAt(10, 21),
      }),
    ),
    inEntry('the first path leads to the first root', 'a first entry out of nowhere', {
      ...entry(),
      shows: { ...ENTRY, first: GROWN.leafAt(6, 10) },
    }),
    inEntry('the second path leads to the second root', 'a second entry out of nowhere', {
      ...entry(),
      shows: { ...ENTRY, second: GROWN.leafAt(6, 21) },
    }),
    inEntry('the entries are two', 'an entry that is the same in both', entry(2)),
    of('binding')('no core could be both', 'two heads of one honest core', {
      ...binding(),
      checkpoints: [bound(10, 5), bound(20, 9, {}, 2)],
    }),
    inEpochs('the earlier epoch is in the log', 'an epoch that is not in the log', {
      ...gone,
      shows: { ...GONE, earlier: { ...GONE.earlier, inclusion: GONE.later.inclusion } },
    }),
    inEpochs('the later epoch is in the log', 'a later epoch that is not in the log', {
      ...gone,
      shows: { ...GONE, later: { ...GONE.later, inclusion: GONE.earlier.inclusion } },
    }),
    inEpochs(
      'the earlier one comes first',
      'a log that grew, told backwards',
      epochsProof({ history: ONE, size: 9 }, ten, (shows) => ({
        ...withoutGrowth(shows),
        earlier: shows.later as EpochWithHead,
        later: shows.earlier,
      })),
    ),
    inEpochs('the earlier map of tenants', 'a tenant that was not there', {
      ...gone,
      shows: {
        ...GONE,
        earlier: {
          ...GONE.earlier,
          tenant: { ...GONE.earlier.tenant, proof: GONE.later.tenant.proof },
        },
      },
    }),
    inEpochs('the earlier map of the tenant', 'a head that was not there', {
      ...gone,
      shows: {
        ...GONE,
        earlier: { ...GONE.earlier, log: { ...GONE.earlier.log, salt: derived('another salt') } },
      },
    }),
    inEpochs(
      'the later map of tenants',
      'a tenant that is said to be gone and is not',
      epochsProof(ten, 'gone', (shows) => ({
        ...shows,
        later: {
          inclusion: shows.later.inclusion,
          statement: shows.later.statement,
          tenant: { proof: shows.later.tenant.proof },
        },
      })),
    ),
    inEpochs(
      'the later map of the tenant',
      'a log that is said to be gone and is not',
      epochsProof(ten, ten, ({ later, ...shows }) => ({
        ...shows,
        later: {
          inclusion: later.inclusion,
          statement: later.statement,
          log: { proof: (later as EpochWithHead).log.proof },
          tenant: (later as EpochWithHead).tenant,
        },
      })),
    ),
    inEpochs(
      'both heads are of one origin',
      'heads of two origins',
      epochsProof(ten, { history: OTHER, size: 9, origin: `${ORIGIN}-2` }),
    ),
    inEpochs(
      'growth is shown of a head that grew',
      'growth beside a head that went back',
      epochsProof(ten, { history: ONE, size: 9 }, (shows) => ({
        ...shows,
        growth: OTHER.leafAt(10, 21),
      })),
    ),
    inEpochs(
      'the later head cannot follow',
      'an honest log, epoch by epoch',
      epochsProof({ history: GROWN, size: 10 }, { history: GROWN, size: 20 }),
    ),
    identity(
      'the recovery key speaks for such logs',
      'the word of another tenant',
      { ...roots(), recovery: recoveryOf(LOG_KEY.key, neighbour) },
      { ...NO_TRUST, logs: [LOG_KEY.key] },
    ),
    identity('it has signed the log’s key', 'a recovery key that signed nothing', {
      ...roots(),
      recovery: { key: RECOVERY_KEY.key, signature: new Uint8Array(64).fill(1) },
    }),
    identity(
      'no pinned recovery key of that name is another',
      'a recovery key of one’s own',
      { ...roots(), recovery: recoveryOf(LOG_KEY.key, impostor) },
      { ...TRUST, logs: [LOG_KEY.key] },
    ),
  ];
}

const ENTRY = entry().shows as EntryContradiction;
const GONE = epochsProof({ history: ONE, size: 10 }, 'gone').shows as EpochContradiction & {
  readonly later: EpochWithoutLog;
};
const LARGER_EPOCH_HEAD = GROWN.checkpoint(20, {
  origin: EPOCH_KEY.key.name,
  signers: [signerOf(EPOCH_KEY)],
});

function byText(one: string, other: string): number {
  return one < other ? -1 : 1;
}

function cosigned(checkpoint: string): string {
  const note = parseSignedNote(checkpoint);
  const { key, sign } = witnessKey('witness.example');
  return formatSignedNote({
    text: note.text,
    signatures: [...note.signatures, cosign(note.text, key, sign, 1_700_000_000)],
  });
}

function withoutGrowth(shows: EpochContradiction): EpochContradiction {
  const { kind, earlier, later, log, tenant } = shows;
  return { kind, earlier, later, log, tenant };
}
