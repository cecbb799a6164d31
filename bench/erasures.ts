/**
 * What an erasure costs where a tenant has many secrets: how long the vault takes to be rotated, how long whoever writes
 * meanwhile has to wait, and how many erasures an hour has room for, each with a rotation of its own or many with one.
 * Beside it what opening, sealing and writing as many secrets takes with nothing around it.
 */
import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { AEAD_NONCE_LENGTH, AEAD_TAG_LENGTH, openSealed, sealInPlace } from '../src/base/aead.js';
import { BenchLedger } from './bench-ledger.js';
import type { ErasureFigures } from './bench-result.js';
import { type NodeProcess, startNode } from './node-process.js';
import { type Scratch, within } from './scratch.js';
import { median, quantile } from './statistics.js';

export interface ErasureExtent {
  readonly secrets: readonly number[];
  /** Erasures with a rotation each, and those that share one. */
  readonly alone: number;
  readonly together: number;
  /** How long is written with no rotation. */
  readonly millis: number;
}

/** A person has a secret of tags and one of data. */
const SECRETS_A_PERSON = 2;
const HOUR_MILLIS = 3_600_000;
const NEVER_MILLIS = HOUR_MILLIS;
const ASK_MILLIS = 20;

export async function measureErasures(
  scratch: Scratch,
  apiKey: string,
  { secrets: sizes, ...extent }: ErasureExtent,
  tell: (what: string) => void,
): Promise<ErasureFigures[]> {
  const figures: ErasureFigures[] = [];
  for (const secrets of sizes) {
    tell(`erasures among ${secrets} secrets`);
    const place = await within(scratch, `erasures-${secrets}`);
    const node = await startNode(place, apiKey);
    figures.push(await measureAmong(node, place.directory, { ...extent, secrets }));
    await node.stop('SIGTERM');
    await rm(place.directory, { recursive: true });
  }
  return figures;
}

async function measureAmong(
  node: NodeProcess,
  directory: string,
  { secrets, alone, together, millis }: Omit<ErasureExtent, 'secrets'> & { secrets: number },
): Promise<ErasureFigures> {
  const persons = secrets / SECRETS_A_PERSON;
  const ledger = await BenchLedger.open(node);
  const stream = { kind: 'ndjson', connections: 1, millis: NEVER_MILLIS } as const;
  await ledger.run({ ...stream, records: persons, subjects: persons });
  const eraser = await Eraser.open(node, (n) => `${persons > 10_000 ? 'new' : 'customer'}-${n}`);
  const writer = new Writer(node);
  const quiet = await writer.whileWaiting(delay(millis));
  const residentBytes = await node.residentBytes();
  const rotated = await rotations(node);
  const aloneMillis: number[] = [];
  const busy = await writer.whileWaiting(
    (async () => {
      for (let run = 0; run < alone; run++) aloneMillis.push(await eraser.erase(1));
    })(),
  );
  const rotationMillis = (1000 * ((await rotations(node)).seconds - rotated.seconds)) / alone;
  const togetherMillis = await eraser.erase(together);
  return {
    secrets,
    rotationMillis,
    ofRaw: (await rawMillis(join(directory, 'raw'), secrets)) / rotationMillis,
    quiet: pauseOf(quiet.millis),
    rotating: pauseOf(busy.millis),
    residentMebibytes: residentBytes / 2 ** 20,
    peakMebibytes: busy.peakBytes / 2 ** 20,
    aloneAnHour: HOUR_MILLIS / median(aloneMillis),
    together,
    togetherAnHour: (together * HOUR_MILLIS) / togetherMillis,
  };
}

function pauseOf(millis: readonly number[]): ErasureFigures['quiet'] {
  return {
    p50Millis: median(millis),
    p99Millis: quantile(millis, 0.99),
    longestMillis: quantile(millis, 1),
  };
}

/** One client that writes record after record, and knows how long each took. */
class Writer {
  readonly #node: NodeProcess;

  constructor(node: NodeProcess) {
    this.#node = node;
  }

  async whileWaiting(
    until: Promise<unknown>,
  ): Promise<{ readonly millis: number[]; readonly peakBytes: number }> {
    const ended = until.then(() => true);
    const millis: number[] = [];
    let peakBytes = 0;
    do {
      const begun = performance.now();
      const body = { type: 'bench.Record', subject: 'writer', payload: { n: millis.length } };
      await ask(this.#node, '/ledgers/bench/records', body);
      millis.push(performance.now() - begun);
      peakBytes = Math.max(peakBytes, await this.#node.residentBytes());
    } while (!(await Promise.race([ended, Promise.resolve(false)])));
    return { millis, peakBytes };
  }
}

const keySchema = z.object({ key: z.string() });
const idSchema = z.object({ id: z.string() });
const listSchema = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      state: z.enum(['approved', 'executing', 'done']),
      progress: z.object({ step: z.enum(['waiting', 'judging', 'destroying']) }).optional(),
    }),
  ),
});

/** Two persons who erase one after the other. */
class Eraser {
  readonly #node: NodeProcess;
  readonly #officer: NodeProcess;
  readonly #nameOf: (n: number) => string;
  #next = 0;

  private constructor(node: NodeProcess, apiKey: string, nameOf: (n: number) => string) {
    this.#node = node;
    this.#officer = { ...node, apiKey };
    this.#nameOf = nameOf;
  }

  static async open(node: NodeProcess, nameOf: (n: number) => string): Promise<Eraser> {
    const { key } = keySchema.parse(await ask(node, '/keys', { role: 'officer' }));
    return new Eraser(node, key, nameOf);
  }

  /** @returns from the first proposal to the last certificate, milliseconds. @throws Error if one is not done. */
  async erase(persons: number): Promise<number> {
    const begun = performance.now();
    const ids: string[] = [];
    for (let n = 0; n < persons; n++) {
      const subject = this.#nameOf(this.#next++);
      const proposal = { subject, reason: 'asked for', legalBasis: 'a benchmark' };
      const { id } = idSchema.parse(await ask(this.#node, '/erasures', proposal));
      await ask(this.#officer, `/erasures/${id}/approval?run=false`, {});
      ids.push(id);
    }
    await ask(this.#node, '/erasures/run', {});
    while (await this.#isUnderWay(ids)) await delay(ASK_MILLIS);
    for (const id of ids) await ask(this.#node, `/erasures/${id}/certificate`);
    return performance.now() - begun;
  }

  async #isUnderWay(ids: readonly string[]): Promise<boolean> {
    const { items } = listSchema.parse(await ask(this.#node, '/erasures?limit=1000'));
    return items.some(({ id, state }) => ids.includes(id) && state !== 'done');
  }
}

async function ask({ url, apiKey }: NodeProcess, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${url}/v1${path}`, {
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: status ${response.status}: ${await response.text()}`);
  return response.json();
}

/** What the node has rotated so far. */
async function rotations({ metricsUrl }: NodeProcess): Promise<{ readonly seconds: number }> {
  const text = await (await fetch(`${metricsUrl}/metrics`)).text();
  const sum = /^chirograph_vault_rotation_seconds_sum ([\d.e+-]+)$/m.exec(text)?.[1];
  if (sum === undefined) throw new Error('the node does not say how long it rotated');
  return { seconds: Number(sum) };
}

/** A row without its place in the file: a secret and a scope of usual length. */
const ROW_BYTES = 32 + 80 + AEAD_TAG_LENGTH;
const BATCH_ROWS = 400;

/** The same bytes opened and sealed anew, written once and synced, in batches as the rotation has them. */
async function rawMillis(path: string, rows: number): Promise<number> {
  const [old, now] = [randomBytes(32), randomBytes(32)];
  const nonce = randomBytes(AEAD_NONCE_LENGTH);
  const about = randomBytes(32);
  const sealed = randomBytes(ROW_BYTES);
  sealInPlace(sealed, old, nonce, about);
  const file = await open(path, 'w');
  const begun = performance.now();
  for (let done = 0; done < rows; done += BATCH_ROWS) {
    const batch = Buffer.alloc(Math.min(BATCH_ROWS, rows - done) * ROW_BYTES);
    for (let at = 0; at < batch.length; at += ROW_BYTES) {
      const plain = openSealed(sealed, old, nonce, about);
      if (plain === null) throw new Error('what was sealed does not open');
      const row = batch.subarray(at, at + ROW_BYTES);
      row.set(plain);
      sealInPlace(row, now, randomBytes(AEAD_NONCE_LENGTH), about);
    }
    await file.write(batch);
  }
  await file.sync();
  const taken = performance.now() - begun;
  await file.close();
  return taken;
}
