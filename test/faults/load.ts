/**
 * Clients that write to a node over HTTP, and read it, as fast as it answers until it is gone: single
 * records, streams, signatures, what was just written, repeats, checkpoints, epochs.
 */
import type { Receipt } from '../../src/queries/receipt.js';
import { append, call, type NodeAddress, type Wish } from './node-calls.js';
import type { Epochs, NodeMemory } from './node-memory.js';

export const LEDGERS = ['kyc', 'audit'] as const;
const STREAM_LINES = 24;
const JSON_TYPE = 'application/json';

/** @param round makes what is written in it, and the idempotency keys, unlike those of other rounds. */
export class Load {
  readonly #node: NodeAddress;
  readonly #memory: NodeMemory;
  readonly #round: number;
  readonly #clients: Promise<unknown>;
  #receipts = 0;
  readonly #waiting: { receipts: number; wake: () => void }[] = [];

  constructor(node: NodeAddress, memory: NodeMemory, round: number) {
    this.#node = node;
    this.#memory = memory;
    this.#round = round;
    const clients: ((n: number) => Promise<void>)[] = [
      (n) => this.#write('kyc', `a-${n}`),
      (n) => this.#write('audit', `b-${n}`),
      (n) => this.#writeAndRead(n),
      (n) => this.#stream(n),
      (n) => this.#sign(n),
      (n) => this.#look(n),
    ];
    this.#clients = Promise.all(clients.map((step) => this.#untilGone(step)));
  }

  /** Resolves when so many receipts have come, or none will any more. */
  async received(receipts: number): Promise<void> {
    const enough = new Promise<void>((wake) => this.#waiting.push({ receipts, wake }));
    await Promise.race([enough, this.#clients]);
  }

  /** Resolves when no client can reach the node; @returns how many receipts they had got. */
  async ended(): Promise<number> {
    await this.#clients;
    return this.#receipts;
  }

  async #untilGone(step: (n: number) => Promise<void>): Promise<void> {
    try {
      for (let n = 0; this.#memory.problems.length === 0; n++) await step(n);
    } catch (cause) {
      // What `fetch` throws when the connection breaks, in another realm than this; else a mistake of ours.
      if (!/^TypeError: (?:fetch failed|terminated)$/.test(String(cause))) throw cause;
    }
  }

  async #write(ledger: string, name: string): Promise<void> {
    const wish = this.#wish(ledger, name, true);
    this.#memory.keyed.push(wish);
    this.#note(wish, await this.#answer<Receipt>(await append(this.#node, wish)));
  }

  /** What was acknowledged can be read at once. */
  async #writeAndRead(n: number): Promise<void> {
    const wish = this.#wish('kyc', `c-${n}`, false);
    const receipt = await this.#answer<Receipt>(await append(this.#node, wish));
    this.#note(wish, receipt);
    if (receipt === null) return;
    const path = `/ledgers/kyc/records/${receipt.id}`;
    const read = await this.#answer<{ index: number }>(await call(this.#node, path));
    if (read?.index !== receipt.index)
      this.#problem(`kyc: entry ${receipt.index} cannot be read when it has been acknowledged`);
  }

  async #stream(n: number): Promise<void> {
    const wishes = Array.from({ length: STREAM_LINES }, (_, at) =>
      this.#wish('audit', `d-${n}-${at}`, at % 3 === 0),
    );
    this.#memory.keyed.push(...wishes.filter(({ idempotencyKey }) => idempotencyKey !== null));
    const text = wishes
      .map(({ record, idempotencyKey }) =>
        JSON.stringify({ ...record, ...(idempotencyKey !== null && { idempotencyKey }) }),
      )
      .join('\n');
    const path = '/ledgers/audit/records';
    const response = await call(this.#node, path, { text, type: 'application/x-ndjson' });
    let at = 0;
    for await (const line of lines(response)) {
      const receipt = JSON.parse(line) as Receipt;
      if (typeof receipt.leafHash === 'string') this.#note(wishes[at++], receipt);
      else this.#problem(`a line was refused: ${line}`);
    }
  }

  async #sign(n: number): Promise<void> {
    const wish = this.#wish('kyc', `e-${n}`, false);
    const receipt = await this.#answer<Receipt>(await append(this.#node, wish));
    this.#note(wish, receipt);
    if (receipt === null) return;
    const path = `/ledgers/kyc/records/${receipt.id}/signatures`;
    const attached = await this.#answer<{ receipt: Receipt }>(
      await call(this.#node, path, { text: '{"signer":"seal"}', type: JSON_TYPE }),
    );
    if (attached === null) return;
    this.#memory.note({ ledger: 'kyc', receipt: attached.receipt, wish: null, signed: receipt.id });
    this.#count();
  }

  async #look(n: number): Promise<void> {
    const ledger = LEDGERS[n % LEDGERS.length] ?? 'kyc';
    const checkpoint = await call(this.#node, `/ledgers/${ledger}/checkpoint`);
    this.#memory.noteCheckpoint(ledger, await checkpoint.text());
    const epochs = await this.#answer<Epochs>(await call(this.#node, '/anchors'));
    if (epochs !== null) this.#memory.noteEpochs(epochs);
  }

  #wish(ledger: string, name: string, isKeyed: boolean): Wish {
    const said = `${this.#round}-${name}`;
    return {
      ledger,
      record: { type: 'test.Record', subject: `subject-${name.length}`, payload: { said } },
      idempotencyKey: isKeyed ? said : null,
    };
  }

  #note(wish: Wish | undefined, receipt: Receipt | null): void {
    if (receipt === null || wish === undefined) return;
    this.#memory.note({ ledger: wish.ledger, receipt, wish, signed: null });
    this.#count();
  }

  #count(): void {
    this.#receipts++;
    for (const { receipts, wake } of this.#waiting) if (this.#receipts >= receipts) wake();
  }

  /** A refusal is a problem: nothing that these clients ask for may be refused. */
  async #answer<T>(response: Response): Promise<T | null> {
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as T;
    this.#problem(`${response.status} ${text}`);
    return null;
  }

  #problem(problem: string): void {
    this.#memory.problems.push(problem);
  }
}

/** Whole ones: nobody was told what a line says that a kill has cut. */
async function* lines(response: Response): AsyncGenerator<string> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    const pieces = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
    rest = pieces.pop() ?? '';
    yield* pieces;
  }
}
