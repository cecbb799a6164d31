/**
 * A Bitcoin Core node on regtest, in a directory and on a port of its own. Its mempool is not kept over
 * what takes blocks back: it is started again without it, as the other nodes of the suite forget theirs.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { BITCOIN_REGTEST } from '../../src/anchoring/bitcoin-network.js';
import { BitcoinRpc } from '../../src/anchoring/bitcoin-rpc.js';
import { JsonRpc } from '../../src/anchoring/internal/json-rpc.js';
import { freePort } from '../support/free-port.js';
import { refusalOf } from './raw-send.js';

const PASSWORD = 'interop';
/** While it reads its blocks it answers, and says that it is not ready. */
const TRIES = 300;
const PAUSE_MILLIS = 100;

export class CoreNode implements AsyncDisposable {
  readonly source: BitcoinRpc;
  readonly #rpc: JsonRpc;
  readonly #directory: string;
  readonly #start: () => ChildProcess;
  #process: ChildProcess;

  static async start(program: string): Promise<CoreNode> {
    const directory = await mkdtemp(join(tmpdir(), 'chirograph-core-'));
    const port = await freePort();
    const start = (): ChildProcess =>
      spawn(
        program,
        [
          '-regtest',
          `-datadir=${directory}`,
          '-server',
          '-listen=0',
          '-disablewallet',
          '-persistmempool=0',
          `-rpcport=${port}`,
          '-rpcuser=x',
          `-rpcpassword=${PASSWORD}`,
        ],
        { stdio: 'ignore' },
      );
    const options = {
      url: `http://127.0.0.1:${port}/`,
      user: 'x',
      password: PASSWORD,
      timeoutMillis: 30_000,
      retries: 60,
      retryMillis: 100,
    };
    const process = start();
    try {
      const source = await opened(options);
      return new CoreNode(source, new JsonRpc(options), directory, start, process);
    } catch (cause) {
      await end(process);
      await rm(directory, { recursive: true });
      throw cause;
    }
  }

  private constructor(
    source: BitcoinRpc,
    rpc: JsonRpc,
    directory: string,
    start: () => ChildProcess,
    process: ChildProcess,
  ) {
    this.source = source;
    this.#rpc = rpc;
    this.#directory = directory;
    this.#start = start;
    this.#process = process;
  }

  generate(count: number, address: string): Promise<unknown> {
    return this.#rpc.call('generatetoaddress', [count, address], z.array(z.string()).length(count));
  }

  /** Null when it is in the mempool, else why not. */
  send(transaction: Uint8Array): Promise<string | null> {
    return refusalOf(this.#rpc, transaction);
  }

  /** Null when the block is the tip now, else Bitcoin Core's word for what it is. */
  submit(block: Uint8Array): Promise<string | null> {
    const hex = Buffer.from(block).toString('hex');
    return this.#rpc.call('submitblock', [hex], z.string().nullable());
  }

  async invalidate(blockHash: string): Promise<void> {
    await this.#rpc.call('invalidateblock', [blockHash], z.null());
    await this.#rpc.call('stop', [], z.string());
    await once(this.#process, 'exit');
    this.#process = this.#start();
    await this.#ready();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#process);
    await rm(this.#directory, { recursive: true });
  }

  async #ready(): Promise<void> {
    for (let tries = 0; tries < TRIES; tries++)
      try {
        await this.source.tip();
        return;
      } catch {
        await delay(PAUSE_MILLIS);
      }
    throw new Error('Bitcoin Core does not start again');
  }
}

async function opened(options: ConstructorParameters<typeof JsonRpc>[0]): Promise<BitcoinRpc> {
  for (let tries = 0; ; tries++)
    try {
      return await BitcoinRpc.open({ ...options, network: BITCOIN_REGTEST, acceptMillis: 1_500 });
    } catch (cause) {
      if (tries > TRIES) throw cause;
      await delay(PAUSE_MILLIS);
    }
}

async function end(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  process.kill('SIGKILL');
  await once(process, 'exit');
}
