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
