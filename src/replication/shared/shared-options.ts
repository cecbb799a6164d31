/** What one shared ledger is made of. */
import type { Logger } from '../../base/logger.js';
import type { RandomSource } from '../../base/random.js';
import type { Clock } from '../../base/time.js';
import type { KeyStore, NoteKey } from '../../keys/key-store.js';
import type { LogReader } from '../../ledger/log-reader.js';
import type { ReplicaLogs } from '../../ledger/replica-logs.js';
import type { SharedLog } from '../../ledger/shared-log.js';
import type { Position, Statement } from '../../records/statement.js';
import type { Candidates } from '../candidates.js';
import type { MemberLinks } from '../group-member.js';
import type { Timers } from '../links/timers.js';
import type { Timing } from '../protocol/rules.js';
import type { NodeId, Term } from '../protocol/term.js';
import type { LogAnnouncement } from '../replica/announcement.js';
import type { PinnedLog } from '../replica/known-log.js';
import type { ReplicaMemory } from '../replica/replica-memory.js';
import type { ErasedTiming, ErasingParts, ErasingPort } from './erasing.js';
import type { HeardLogs } from './heard-logs.js';
import type { SecureParts } from './secure.js';

export interface SharedLedgerOptions {
  readonly store: SharedLog;
  readonly pinned: PinnedLog;
  readonly logs: ReplicaLogs;
  readonly memory: ReplicaMemory;
  readonly keyStore: Pick<
    KeyStore,
    'createLogKeys' | 'groupPromise' | 'logKeys' | 'putGroupPromise'
  >;
  /** Of this node, as `Mark.run` counts. */
  readonly run: number;
  /** Signs votes. */
  readonly receipt: NoteKey;
  readonly links: MemberLinks;
  readonly candidates: Candidates;
  readonly secrets: SecureParts['secrets'];
  /** Over all ledgers of this node. */
  readonly heard: HeardLogs;
  /** Who is asked while the log names nobody. */
  readonly acquaintances: readonly NodeId[];
  /** Says to a member what this node has of the log. @param hasIt whether the member has given a receipt for all of it. */
  readonly announce: (to: NodeId, announcement: LogAnnouncement, hasIt: boolean) => void;
  /** A peer sent what is not of the log. @param peer by which links know it. */
  readonly onOffender: (peer: Uint8Array | null) => void;
  readonly erasing: ErasingPort;
  /** Says to a member what was destroyed here. */
  readonly sayErased: ErasingParts['send'];
  readonly passOn: ErasingParts['passOn'];
  readonly erasedTiming?: ErasedTiming | undefined;
  /** Of a ledger of this node's own that is to become a shared one. */
  readonly founding?: Founding;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly timers: Timers;
  readonly timing?: Timing;
  readonly logger: Logger;
  /** Called once, when nothing is known any more of what is on disk: the process should end. */
  readonly onFailure: (cause: unknown) => void;
}

export interface Founding {
  readonly reader: LogReader;
  /** In which all before the group counts as written. */
  readonly term: Term;
  readonly statementAt: (position: Position) => Statement;
}
