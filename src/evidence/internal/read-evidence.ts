/**
 * The evidence with everything in it read that every check needs: statements, headers, keys and the
 * checkpoint. Nothing is verified.
 */
import type {
  BatchStatement,
  GroupStatement,
  HandoverStatement,
  LedgerStatement,
  LossStatement,
  SignatureStatement,
} from '../../records/statement.js';
import { type Checkpoint, parseCheckpoint } from '../../tlog/checkpoint.js';
import { ED25519_NOTE, parseVerifierKey, type VerifierKey } from '../../tlog/note-key.js';
import { parseSignedNote, type SignedNote } from '../../tlog/signed-note.js';
import type {
  EvidenceAnchors,
  EvidenceFile,
  EvidenceLog,
  EvidenceStamp,
  EvidenceWitnessed,
  ProvedGroup,
} from '../evidence-file.js';
import { type Finding, finding } from './outcome.js';
import { isFinding, readAll, readPart } from './read-part.js';
import { type ReadEntry, readEntry, type ReadStatement, readStatement } from './read-statement.js';

/** What a file says of a log, whatever else it is for. */
export interface ReadLogFile {
  readonly file: {
    readonly anchors?: Partial<EvidenceAnchors>;
    readonly log: EvidenceLog;
    readonly timeStamp?: EvidenceStamp;
    readonly witnessed?: EvidenceWitnessed;
  };
  /** Whose place and time the anchors and the seal are held against. */
  readonly entry: ReadEntry;
  readonly log: ReadLog;
  readonly note: SignedNote;
  readonly checkpoint: Checkpoint;
  /** All of the log that the file shows. Statements of epochs stand in a log of their own. */
  readonly statements: readonly ReadStatement[];
}

export interface ReadEvidence extends ReadLogFile {
  readonly file: EvidenceFile;
  /** Null if the file has none. */
  readonly batch: ReadStatement<BatchStatement> | null;
  readonly signatures: readonly ReadEntry<SignatureStatement>[];
}

/** The log of a file and its checkpoint. */
export type ReadSignedLog = Pick<ReadLogFile, 'log' | 'note' | 'checkpoint'>;

export interface ReadLog {
  readonly origin: string;
  readonly first: ReadStatement<LedgerStatement | LossStatement>;
  readonly firstKey: VerifierKey;
  readonly recoveryKey: VerifierKey;
  readonly handovers: readonly ReadHandover[];
  /** By which elections among the handovers are judged. */
  readonly groups: readonly ReadGroup[];
  /** That of `first` if there were no handovers. */
  readonly lastKey: VerifierKey;
}

export interface ReadHandover extends ReadStatement<HandoverStatement> {
  readonly newKey: VerifierKey;
}

export interface ReadGroup extends ReadStatement<GroupStatement> {
  readonly consistency: ProvedGroup['consistency'];
}

/** What has no readable statement or checkpoint leaves nothing for the other checks to do. */
export interface Unreadable {
  readonly check: 'statement' | 'checkpoint';
  readonly finding: Finding;
}

/** @throws EvidenceError EVIDENCE_FORMAT_NEWER. */
export function readEvidence(file: EvidenceFile): ReadEvidence | Unreadable {
  const entry = readEntry(file.entry, 'the entry', ...ANY_KIND);
  if (isFinding(entry)) return { check: 'statement', finding: entry };
  const batch = file.batch === undefined ? null : readStatement(file.batch, 'the batch', 'batch');
  if (batch !== null && isFinding(batch)) return { check: 'statement', finding: batch };
  const signatures = readAll(file.signatures ?? [], (signature, at) =>
    readEntry(signature, `signature ${at + 1}`, 'signature'),
  );
  if (isFinding(signatures)) return { check: 'statement', finding: signatures };
  const signed = readSignedLog(file.log);
  if (isUnreadable(signed)) return signed;
  const batches = batch === null ? [] : [batch];
  const statements = [entry, ...statementsOfLog(signed.log), ...batches, ...signatures];
  return { file, entry, batch, signatures, statements, ...signed };
}

/** @throws EvidenceError EVIDENCE_FORMAT_NEWER. */
export function readSignedLog(file: EvidenceLog): ReadSignedLog | Unreadable {
  const log = readLog(file);
  if (isFinding(log)) return { check: 'statement', finding: log };
  const signed = readPart('checkpoint.malformed', 'the checkpoint', () => {
    const note = parseSignedNote(file.checkpoint);
    return { note, checkpoint: parseCheckpoint(note.text) };
  });
  if (isFinding(signed)) return { check: 'checkpoint', finding: signed };
  return { log, ...signed };
}

export function statementsOfLog({ first, groups, handovers }: ReadLog): readonly ReadStatement[] {
  return [first, ...groups, ...handovers];
}

export function isUnreadable(read: object): read is Unreadable {
  return 'finding' in read;
}

const ANY_KIND = [
  'record',
  'signature',
  'ledger',
  'epoch',
  'handover',
  'loss',
  'map',
  'batch',
  'group',
] as const;

function readLog(file: EvidenceLog): ReadLog | Finding {
  const first = readStatement(file.first, 'the first entry of the log', 'ledger', 'loss');
  if (isFinding(first)) return first;
  const { origin } = first.content;
  const firstKey = readKey(first.content.verifierKey, 'the first entry of the log');
  if (isFinding(firstKey)) return firstKey;
  const recoveryKey = readKey(first.content.recoveryKey, 'the first entry of the log');
  if (isFinding(recoveryKey)) return recoveryKey;
  const handovers = readAll(file.handovers, (handover, at) => {
    const where = `handover ${at + 1}`;
    const read = readStatement(handover, where, 'handover');
    if (isFinding(read)) return read;
    const newKey = readKey(read.content.new, where);
    return isFinding(newKey) ? newKey : { ...read, newKey };
  });
  if (isFinding(handovers)) return handovers;
  const groups = readAll(file.groups ?? [], (group, at) => {
    const read = readStatement(group, `group ${at + 1}`, 'group');
    return isFinding(read) ? read : { ...read, consistency: group.consistency };
  });
  if (isFinding(groups)) return groups;
  const lastKey = handovers.at(-1)?.newKey ?? firstKey;
  return { origin, first, firstKey, recoveryKey, handovers, groups, lastKey };
}

/** A key that signs notes; one that cosigns speaks for no log. */
function readKey(text: string, where: string): VerifierKey | Finding {
  const key = readPart('statement.key', where, () => parseVerifierKey(text));
  if (isFinding(key) || key.type === ED25519_NOTE) return key;
  return finding('statement.key', { where, reason: 'the key is not one that signs notes' });
}
