/**
 * Clients of a cluster that go to whoever takes what they write, and ask with the same idempotency key until they are answered.
 * What they were told, and what anybody showed, they remember.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Receipt } from '../../../src/queries/receipt.js';
import { call, type NodeAddress, type Wish } from '../../faults/node-calls.js';
import { type Cluster, LEDGER, type Name, NAMES } from './cluster.js';

export interface Told {
  readonly idempotencyKey: string;
  readonly record: Wish['record'];
  readonly index: number;
  readonly leafHash: string;
  readonly by: Name;
}

const PAUSE_MILLIS = 40;
/** Nobody waits for ever for a node that is cut off. */
const PATIENCE_MILLIS = 12_000;

export class Clients {
  readonly #cluster: Cluster;
  readonly #ending = new AbortController();
  readonly #running: Promise<unknown>;
  readonly told: Told[] = [];
  /** Text of signed notes, of any node. */
  readonly checkpoints = new Set<string>();
  /** What no node may ever answer. */
  readonly problems: string[] = [];
  readonly #answers = new Map<string, number>();

  constructor(cluster: Cluster, writers: number) {
    this.#cluster = cluster;
    const writing = Array.from({ length: writers }, (_, at) => this.#write(at));
    this.#running = Promise.all([...writing, this.#look()]);
  }

  /** Waits until so many more writes were acknowledged. @returns what is wrong if they are not within the time. */
  async acknowledged(more: number, withinMillis: number): Promise<string[]> {
    const wanted = this.told.length + more;
    const end = performance.now() + withinMillis;
    while (this.told.length < wanted) {
      if (performance.now() > end) {
        const missing = wanted - this.told.length;
        const problem = `${missing} of ${more} writes were not answered: ${this.#heard()}`;
        return [problem, await this.#cluster.describe()];
      }
      await delay(PAUSE_MILLIS);
    }
    return [];
  }

  /** Answers by kind, for whoever has to find out. */
  #heard(): string {
    return JSON.stringify(Object.fromEntries(this.#answers));
  }

  /** What was begun is seen through. */
  async end(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  async #write(client: number): Promise<void> {
    let name: Name = NAMES[client % NAMES.length] ?? 'a';
    for (let n = 0; !this.#ending.signal.aborted; n++) {
      const idempotencyKey = `${client}-${n}`;
      const subject = `subject-${n % 7}`;
      const record = { type: 'test.Record', subject, payload: { said: idempotencyKey } };
      for (let isTold = false; !isTold;) {
        const answer = await this.#append(name, record, idempotencyKey);
        isTold = answer === 'told';
        if (isTold) continue;
        name = answer === 'told' || answer === null ? after(name) : answer;
        await delay(PAUSE_MILLIS);
      }
    }
  }

  /** @returns whom to ask next; null where nobody knows. */
  async #append(
    by: Name,
    record: Told['record'],
    idempotencyKey: string,
  ): Promise<Name | 'told' | null> {
    if (!this.#cluster.takesClients(by)) return null;
    const answer = await this.#answerOf(this.#cluster.address(by), record, idempotencyKey);
    if (answer === null) return null;
    const { status, text, location } = answer;
    this.#count(`${status} ${/"code":"(\w+)"/.exec(text)?.[1] ?? ''}`);
    if (status === 200 || status === 201) {
      const { index, leafHash, checkpoint } = JSON.parse(text) as Receipt & { checkpoint: string };
      this.told.push({ idempotencyKey, record, index, leafHash, by });
      this.checkpoints.add(checkpoint);
      return 'told';
    }
    if (status === 202) return by;
    if (status === 307) return this.#cluster.at(location);
    if (status < 500) this.problems.push(`${by} answered ${idempotencyKey} with ${status} ${text}`);
    return null;
  }

  async #answerOf(
    { url, key }: NodeAddress,
    record: object,
    idempotencyKey: string,
  ): Promise<{ status: number; text: string; location: string } | null> {
    try {
      const response = await fetch(`${url}/v1/ledgers/${LEDGER}/records`, {
        method: 'POST',
        redirect: 'manual',
        body: JSON.stringify(record),
        headers: {
          ...{ authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          'idempotency-key': idempotencyKey,
        },
        signal: AbortSignal.timeout(PATIENCE_MILLIS),
      });
      const location = response.headers.get('location') ?? '';
      return { status: response.status, text: await response.text(), location };
    } catch (cause) {
      // It was killed, or has no quorum: what became of it is asked with the same key.
      this.#count(String(cause));
      return null;
    }
  }

  /** Readers, who see what each node shows. */
  async #look(): Promise<void> {
    for (let at = 0; !this.#ending.signal.aborted; at++) {
      const name = NAMES[at % NAMES.length] ?? 'a';
      await delay(PAUSE_MILLIS);
      if (!this.#cluster.takesClients(name)) continue;
      try {
        const path = `/ledgers/${LEDGER}/checkpoint`;
        const response = await call(this.#cluster.address(name), path);
        const text = await response.text();
        if (response.ok) this.checkpoints.add(text);
      } catch (cause) {
        this.#count(String(cause));
      }
    }
  }

  #count(answer: string): void {
    this.#answers.set(answer, (this.#answers.get(answer) ?? 0) + 1);
  }
}

function after(name: Name): Name {
  return NAMES[(NAMES.indexOf(name) + 1) % NAMES.length] ?? 'a';
}
