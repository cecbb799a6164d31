/** One request of many records; as many are on their way as the window allows. */
import { request } from 'node:http';
import { type LoadPlan, type LoadResult, SAMPLE_EVERY } from './load-result.js';
import { historyLines, recordLines } from './record-lines.js';
import { quantile } from './statistics.js';

/** Records sent and not answered yet. */
const WINDOW = 4096;
/** Records written at a time. */
const SLICE = 128;

export async function ndjsonStream(plan: LoadPlan): Promise<LoadResult> {
  const line = plan.isHistory === true ? historyLines(plan.subjects) : recordLines(plan.subjects);
  const call = request(plan.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${plan.apiKey}`, 'content-type': 'application/x-ndjson' },
  });
  const answers = new Answers(SAMPLE_EVERY);
  const started = performance.now();
  let sent = 0;
  let isOver = false;
  const send = (): void => {
    while (!isOver && sent - answers.count <= WINDOW - SLICE) {
      isOver = performance.now() - started >= plan.millis || sent >= (plan.records ?? Infinity);
      if (isOver) break;
      let text = '';
      for (let n = 0; n < SLICE; n++) text += `${line(plan.first + sent + n)}\n`;
      sent += SLICE;
      answers.expect(SLICE);
      call.write(text);
    }
    if (isOver && !call.writableEnded) call.end();
  };
  await new Promise<void>((resolve, reject) => {
    call.on('error', reject);
    call.on('response', (response) => {
      if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode ?? 0}`));
      response.on('data', (chunk: Buffer) => {
        answers.take(chunk);
        send();
      });
      response.on('error', reject);
      response.on('end', resolve);
    });
    send();
  });
  const millis = performance.now() - started;
  if (answers.count !== sent) throw new Error(`${sent} records, ${answers.count} answers`);
  return {
    records: sent,
    millis,
    p50Millis: quantile(answers.latencies, 0.5),
    p95Millis: quantile(answers.latencies, 0.95),
    p99Millis: quantile(answers.latencies, 0.99),
    receipts: answers.sample,
  };
}

const LINE_FEED = 0x0a;

/** Counts lines and times them without reading them, but for a sample: the load shares the machine. */
class Answers {
  readonly latencies: number[] = [];
  readonly sample: string[] = [];
  readonly #every: number;
  readonly #sentAt: number[] = [];
  #count = 0;
  #kept: Buffer[] = [];

  constructor(every: number) {
    this.#every = every;
  }

  get count(): number {
    return this.#count;
  }

  expect(lines: number): void {
    const now = performance.now();
    for (let n = 0; n < lines; n++) this.#sentAt.push(now);
  }

  take(chunk: Buffer): void {
    const now = performance.now();
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      if (this.#count % this.#every === 0)
        this.sample.push(Buffer.concat([...this.#kept, chunk.subarray(start, end)]).toString());
      this.#kept = [];
      this.latencies.push(now - (this.#sentAt[this.#count] ?? now));
      this.#count++;
      start = end + 1;
    }
    if (start < chunk.length) this.#kept.push(chunk.subarray(start));
  }
}
