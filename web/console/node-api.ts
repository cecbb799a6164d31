/** The questions that the console asks, one function each. All of them only read. */
import {
  type AnchorsAnswer,
  type Completeness,
  type DiffAnswer,
  type FoundSubject,
  type HistoryAnswer,
  type Inspection,
  type LedgerAnswer,
  type Page,
  readAnchors,
  readCompleteness,
  readDiff,
  readFoundSubjects,
  readHistory,
  readInspections,
  readLedgers,
  readSignatures,
  readState,
  readTimeline,
  type SignatureItem,
  type StateAnswer,
  type TimelineAnswer,
} from './answers.js';
import type { ApiClient } from './api-client.js';
import {
  diffQuery,
  ledgerPath,
  type Point,
  pointQuery,
  queryOf,
  type Subject,
  subjectPath,
} from './question.js';

/** Entries of one page. Each is read, and put on record, when somebody asks for it. */
const STATE_PAGE = 50;
const TIMELINE_PAGE = 100;
const LIST_PAGE = 1000;

export class NodeApi {
  readonly client: ApiClient;

  constructor(client: ApiClient) {
    this.client = client;
  }

  async ledgers(signal: AbortSignal): Promise<Page<LedgerAnswer>> {
    return readLedgers(await this.client.get(`/v1/ledgers?limit=${LIST_PAGE}`, signal));
  }

  async anchors(signal: AbortSignal): Promise<AnchorsAnswer> {
    return readAnchors(await this.client.get('/v1/anchors', signal));
  }

  async inspections(cursor: string | null, signal: AbortSignal): Promise<Page<Inspection>> {
    const query = queryOf({ limit: TIMELINE_PAGE, cursor });
    return readInspections(await this.client.get(`/v1/inspections${query}`, signal));
  }

  async search(
    ledger: string,
    asked: {
      readonly field: string;
      readonly value: string;
      readonly origin: string | null;
      readonly cursor: string | null;
    },
    signal: AbortSignal,
  ): Promise<Page<FoundSubject>> {
    const { field, value, origin, cursor } = asked;
    const body = {
      ...{ field, value, limit: STATE_PAGE },
      ...(origin !== null && { origin }),
      ...(cursor !== null && { cursor }),
    };
    const path = `${ledgerPath(ledger)}/subjects/search`;
    return readFoundSubjects(await this.client.post(path, body, signal));
  }

  async state(
    subject: Subject,
    point: Point,
    cursor: string | null,
    signal: AbortSignal,
  ): Promise<StateAnswer> {
    const query = queryOf({ ...pointQuery(subject, point), limit: STATE_PAGE, cursor });
    return readState(await this.client.get(`${subjectPath(subject)}${query}`, signal));
  }

  /** Newest first. */
  async timeline(
    subject: Subject,
    cursor: string | null,
    signal: AbortSignal,
  ): Promise<TimelineAnswer> {
    const query = queryOf({
      ...{ origin: subject.origin, asOf: subject.until, type: subject.types },
      ...{ order: 'desc', limit: TIMELINE_PAGE, cursor },
    });
    return readTimeline(await this.client.get(`${subjectPath(subject)}/timeline${query}`, signal));
  }

  /** With one thing of the answer: what is wanted is the proof. */
  async completeness(subject: Subject, point: Point, signal: AbortSignal): Promise<Completeness> {
    const query = queryOf({ ...pointQuery(subject, point), proof: 'complete', limit: 1 });
    return readCompleteness(await this.client.get(`${subjectPath(subject)}${query}`, signal));
  }

  async diff(
    subject: Subject,
    from: Point & { readonly asOf: string },
    to: Point,
    signal: AbortSignal,
  ): Promise<DiffAnswer> {
    const query = queryOf(diffQuery(subject, from, to));
    return readDiff(await this.client.get(`${subjectPath(subject)}/diff${query}`, signal));
  }

  /** In the order in which they were attached. */
  async signatures(
    ledger: string,
    id: string,
    cursor: string | null,
    signal: AbortSignal,
  ): Promise<Page<SignatureItem>> {
    const query = queryOf({ limit: STATE_PAGE, cursor });
    const path = `${ledgerPath(ledger)}/records/${id}/signatures${query}`;
    return readSignatures(await this.client.get(path, signal));
  }

  /** The versions of the thing that the entry is a version of, newest first. */
  async history(
    ledger: string,
    id: string,
    cursor: string | null,
    signal: AbortSignal,
  ): Promise<HistoryAnswer> {
    const query = queryOf({ limit: STATE_PAGE, cursor });
    const path = `${ledgerPath(ledger)}/records/${id}/history${query}`;
    return readHistory(await this.client.get(path, signal));
  }
}
