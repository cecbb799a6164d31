/** The records that are sent: 500 bytes of JSON each, about one of so many customers. */
export interface RecordLines {
  /** @param n number of the record; other numbers are other records. */
  line(n: number): string;
}

export const LINE_BYTES = 500;

/** @param subjects how many customers they are about, in turn. */
export function recordLines(subjects: number): RecordLines {
  const customers = Array.from({ length: Math.min(subjects, 10_000) }, (_, n) => `customer-${n}`);
  const filler = 'x'.repeat(LINE_BYTES);
  return {
    line: (n) => {
      const subject = subjects > customers.length ? `new-${n % subjects}` : customers[n % subjects];
      const head = `{"type":"bench.Record","subject":"${subject ?? ''}","payload":{"n":${n},"text":"`;
      return `${head}${filler.slice(0, LINE_BYTES - head.length - 3)}"}}`;
    },
  };
}
