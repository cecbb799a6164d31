/**
 * A ledger of records as anyone would write it down who had never heard of indexes: an array, looked at
 * from the beginning for each question. What the node answers is held against it.
 */
export interface ModelRecord {
  readonly index: number;
  readonly id: string;
  readonly subject: string;
  readonly type: string;
  readonly key: string | null;
  readonly author: string;
  readonly recordedAt: number;
  readonly validFrom: number | null;
  readonly validTo: number | null;
  readonly retracts: string | null;
  readonly parties: readonly string[];
  readonly parts: readonly string[];
  readonly payload: unknown;
}

export class HistoryModel {
  readonly records: ModelRecord[] = [];

  add(record: ModelRecord): void {
    this.records.push(record);
  }

  /** Ids of the versions that stand, oldest first. */
  stateOf(subject: string, size: number, validAt: number | null): string[] {
    const known = this.records.filter((one) => one.index < size && one.subject === subject);
    const standing = known.filter((one) => this.#stands(one, known, validAt));
    return standing.map(({ id }) => id);
  }

  #stands(record: ModelRecord, known: readonly ModelRecord[], validAt: number | null): boolean {
    const isCandidate = (one: ModelRecord): boolean =>
      !this.#isWithdrawn(one, known) && (validAt === null || isValid(one, validAt));
    if (!isCandidate(record)) return false;
    if (record.key === null) return true;
    return known
      .filter((other) => other !== record && isSameThing(other, record) && isCandidate(other))
      .every((other) => isBefore(other, record, validAt !== null));
  }

  #isWithdrawn(record: ModelRecord, known: readonly ModelRecord[]): boolean {
    return known.some(
      (other) =>
        other.retracts === record.id &&
        other.index > record.index &&
        (other.key === null || isSameThing(other, record)),
    );
  }
}

function isSameThing(a: ModelRecord, b: ModelRecord): boolean {
  return a.key !== null && a.key === b.key && a.type === b.type && a.subject === b.subject;
}

function isValid({ validFrom, validTo, recordedAt }: ModelRecord, at: number): boolean {
  return (validFrom ?? recordedAt) <= at && (validTo === null || at < validTo);
}

function isBefore(a: ModelRecord, b: ModelRecord, byValidity: boolean): boolean {
  const [from, to] = [a.validFrom ?? a.recordedAt, b.validFrom ?? b.recordedAt];
  if (byValidity && from !== to) return from < to;
  return a.index < b.index;
}
