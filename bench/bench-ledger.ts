/** A ledger of a running node, and loads upon it. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type LoadPlan, type LoadResult, loadResultSchema } from './load-result.js';
import type { NodeProcess } from './node-process.js';
import { verifyReceipts } from './verify-receipts.js';

const LOAD = fileURLToPath(new URL('./load.js', import.meta.url));
const NAME = 'bench';
const stateSchema = z.object({ verifierKey: z.string(), size: z.int() });

export type Load = Pick<
  LoadPlan,
  'kind' | 'connections' | 'millis' | 'records' | 'subjects' | 'isHistory'
>;

/** One run of a load. */
export interface Measured {
  readonly recordsPerSecond: number;
  readonly p50Millis: number;
  readonly p95Millis: number;
  readonly p99Millis: number;
  /** Processor time of the node, all threads, for each record. */
  readonly cpuMicrosPerRecord: number;
}

export class BenchLedger {
  readonly #node: NodeProcess;
  #verifiedReceipts = 0;

  private constructor(node: NodeProcess) {
    this.#node = node;
  }

  /** Creates the ledger if the node does not have it yet. */
  static async open(node: NodeProcess): Promise<BenchLedger> {
    const ledger = new BenchLedger(node);
    const { status } = await ledger.#fetch('', { method: 'POST', body: `{"name":"${NAME}"}` });
    if (status !== 201 && status !== 409) throw new Error(`creating a ledger: status ${status}`);
    return ledger;
  }

  get verifiedReceipts(): number {
    return this.#verifiedReceipts;
  }

  async size(): Promise<number> {
    return (await this.#state()).size;
  }

  /** The sample of receipts is verified afterwards. @throws Error for one that does not verify. */
  async run(load: Load): Promise<Measured> {
    const { url, apiKey, interrupted } = this.#node;
    const { verifierKey, size } = await this.#state();
    const cpuBefore = await this.#node.cpuMicros();
    const recordsUrl = `${url}/v1/ledgers/${NAME}/records`;
    const plan: LoadPlan = { ...load, apiKey, url: recordsUrl, first: size };
    const result = await generate(plan, interrupted);
    const cpu = (await this.#node.cpuMicros()) - cpuBefore;
    verifyReceipts(result.receipts, verifierKey);
    this.#verifiedReceipts += result.receipts.length;
    return {
      recordsPerSecond: (result.records * 1000) / result.millis,
      p50Millis: result.p50Millis,
      p95Millis: result.p95Millis,
      p99Millis: result.p99Millis,
      cpuMicrosPerRecord: cpu / result.records,
    };
  }

  async #state(): Promise<z.infer<typeof stateSchema>> {
    const response = await this.#fetch(`/${NAME}`);
    return stateSchema.parse(await response.json());
  }

  #fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const { url, apiKey } = this.#node;
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    return fetch(`${url}/v1/ledgers${path}`, { ...init, headers });
  }
}

async function generate(plan: LoadPlan, interrupted: AbortSignal): Promise<LoadResult> {
  const child = spawn(process.execPath, [LOAD, JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    signal: interrupted,
  });
  // It has then written nothing, which is an error below.
  child.on('error', () => undefined);
  const output = await text(child.stdout);
  if (output === '') throw new Error('the load generator failed');
  return loadResultSchema.parse(JSON.parse(output));
}
