/** One POST a record, from autocannon. */
import autocannon from 'autocannon';
import { type LoadPlan, type LoadResult, SAMPLE_EVERY } from './load-result.js';
import { recordLines } from './record-lines.js';
import { quantile } from './statistics.js';

export async function singlePosts(plan: LoadPlan): Promise<LoadResult> {
  const line = recordLines(plan.subjects);
  let next = plan.first;
  let answered = 0;
  const latencies: number[] = [];
  const receipts: string[] = [];
  const failures = new Map<number, number>();
  const started = performance.now();
  const { errors } = await autocannon({
    url: plan.url,
    method: 'POST',
    connections: plan.connections,
    ...(plan.records === undefined
      ? { duration: plan.millis / 1000 }
      : { amount: plan.records, duration: plan.millis / 1000 }),
    headers: { authorization: `Bearer ${plan.apiKey}`, 'content-type': 'application/json' },
    requests: [{ setupRequest: (request) => ({ ...request, body: line(next++) }) }],
    setupClient: (client) => {
      client.on('body', (body) => {
        if (answered++ % SAMPLE_EVERY === 0) receipts.push(body.toString());
      });
      client.on('response', (status, _bytes, millis) => {
        if (status === 201) latencies.push(millis);
        else failures.set(status, (failures.get(status) ?? 0) + 1);
      });
    },
  });
  const millis = performance.now() - started;
  if (errors > 0 || failures.size > 0)
    throw new Error(`${errors} requests failed; statuses ${JSON.stringify([...failures])}`);
  return {
    records: latencies.length,
    millis,
    p50Millis: quantile(latencies, 0.5),
    p95Millis: quantile(latencies, 0.95),
    p99Millis: quantile(latencies, 0.99),
    receipts,
  };
}
