/** Records by their number: 500 bytes of JSON each, about one of so many customers. */
export type RecordLine = (n: number) => string;

export const LINE_BYTES = 500;

/** @param subjects how many customers they are about, in turn. */
export function recordLines(subjects: number): RecordLine {
  const customers = Array.from({ length: Math.min(subjects, 10_000) }, (_, n) => `customer-${n}`);
  const filler = 'x'.repeat(LINE_BYTES);
  return (n) => {
    const subject = subjects > customers.length ? `new-${n % subjects}` : customers[n % subjects];
    const head = `{"type":"bench.Record","subject":"${subject ?? ''}","payload":{"n":${n},"text":"`;
    return `${head}${filler.slice(0, LINE_BYTES - head.length - 3)}"}}`;
  };
}

/** A version of a thing of some customer, as it is sent to a ledger and as a database would keep it. */
export interface HistoryRecord {
  readonly subject: string;
  readonly key: string;
  /** Milliseconds. */
  readonly validFrom: number;
  readonly payload: { readonly n: number; readonly text: string };
}

export const HISTORY_TYPE = 'bench.Record';
/** Things of each customer. */
export const HISTORY_THINGS = 3;
const FIRST_DAY = Date.UTC(2020, 0, 1);
const DAY_MILLIS = 86_400_000;

/** The customers in turn, of each the things in turn, each version valid a day later than the one before. */
export function historyRecord(n: number, subjects: number): HistoryRecord {
  const round = Math.floor(n / subjects);
  return {
    subject: `customer-${n % subjects}`,
    key: `thing-${round % HISTORY_THINGS}`,
    validFrom: FIRST_DAY + round * DAY_MILLIS,
    payload: { n, text: FILLER },
  };
}

export function historyLines(subjects: number): RecordLine {
  return (n) => {
    const { subject, key, validFrom, payload } = historyRecord(n, subjects);
    const from = new Date(validFrom).toISOString();
    return JSON.stringify({ type: HISTORY_TYPE, subject, key, validFrom: from, payload });
  };
}

const FILLER = 'x'.repeat(330);
