/** Questions that cannot be answered as they were asked. What each means is in docs/errors.md. */
import { ChirographError } from '../base/errors.js';

export type QueryErrorCode =
  /** A filter that means nothing without another: a key without subject and type. */
  | 'QUERY_INCOMPLETE'
  /** What is asked would mean reading more than one answer may. */
  | 'QUERY_TOO_BROAD'
  /** Nothing is recorded under this name, so that there is no tag to prove anything of. */
  | 'QUERY_SUBJECT_UNKNOWN'
  /** No schema of the ledger names the field that is to be searched. */
  | 'QUERY_FIELD_NOT_FINDABLE'
  /** What is searched for is no value of its field, or too little of one. */
  | 'QUERY_VALUE_UNUSABLE'
  /** The ledger has no log of that origin. */
  | 'QUERY_ORIGIN_UNKNOWN'
  /** Nothing was read under the inspection, so that there is nothing to hand over. */
  | 'QUERY_NOTHING_ASKED'
  /** The secret that opened it has been destroyed: nobody can. */
  | 'ENTRY_ERASED'
  /** No block of the chain holds a head of the log that contains the entry yet. */
  | 'ENTRY_NOT_ANCHORED'
  /** A commitment of the calendar's that no block holds yet, in a form that calendars may give. */
  | 'CALENDAR_PENDING'
  /** The calendar gave no such commitment. */
  | 'CALENDAR_COMMITMENT_UNKNOWN'
  /** No epoch has that index. */
  | 'EPOCH_UNKNOWN'
  /** The epoch log was smaller than that. */
  | 'EPOCH_SIZE_BEYOND'
  /** A container is under the operator's seal, and this node has none. As of commands. */
  | 'SEAL_NOT_CONFIGURED';

export class QueryError extends ChirographError<QueryErrorCode> {}
