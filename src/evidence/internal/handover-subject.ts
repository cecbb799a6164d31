/** What the rules for changes of keys are asked about. */
import type { Election } from '../../tlog/election.js';
import type { VerifierKey } from '../../tlog/note-key.js';
import type { ReadGroup, ReadHandover, ReadLogFile } from './read-evidence.js';

/** A handover, and what it has to follow. */
export interface HandoverSubject {
  readonly evidence: ReadLogFile;
  readonly handover: ReadHandover;
  /** From 1. */
  readonly number: number;
  readonly oldKey: VerifierKey;
  /** Of the handover before, or of the first entry. */
  readonly oldIndex: number;
  /** The last one before; null if there was none. */
  readonly lastElection: Election | null;
}

/** A group that the file shows. */
export interface GroupSubject {
  readonly evidence: ReadLogFile;
  readonly group: ReadGroup;
  /** Index of the group that the file shows before it; −1 of the first. */
  readonly before: number;
  /** The first election by it; null if there is none. */
  readonly election: ReadHandover | null;
}
