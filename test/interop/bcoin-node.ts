/**
 * A bcoin 1.0.2 full node on regtest, in memory, on ports of its own. Installed apart from the
 * product: `npm ci --ignore-scripts` in test/interop/bcoin. Its quirks are described in
 * src/anchoring/bitcoin-rpc.ts where they matter.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Transaction } from 'bitcoinjs-lib';
import { z } from 'zod';
import { BCOIN_REGTEST } from '../../src/anchoring/bitcoin-network.js';
import { BitcoinRpc } from '../../src/anchoring/bitcoin-rpc.js';
import { JsonRpc } from '../../src/anchoring/internal/json-rpc.js';
import { parseTxid } from '../../src/evidence/bitcoin/hash256.js';
import { freePort } from '../support/free-port.js';
import { refusalOf } from './raw-send.js';

const PROGRAM = fileURLToPath(new URL('bcoin/node_modules/bcoin/bin/node', import.meta.url));
const API_KEY = 'interop';
/** It answers before it has looked at a transaction, and takes one within a few milliseconds. */
const ACCEPT_MILLIS = 400;
const ACCEPT_POLL_MILLIS = 20;

export class BcoinNode implements AsyncDisposable {
  readonly source: BitcoinRpc;
  readonly url: string;
  readonly password = API_KEY;
  readonly #rpc: JsonRpc;
  readonly #process: ChildProcess;
  readonly #prefix: string;

  static async start(): Promise<BcoinNode> {
    const prefix = await mkdtemp(join(tmpdir(), 'chirograph-bcoin-'));
    const port = await freePort();
    const process = spawn(
      globalThis.process.execPath,
      [
        PROGRAM,
        '--network=regtest',
        '--memory=true',
        `--prefix=${prefix}`,
        '--index-tx=true',
        '--index-address=true',
        `--api-key=${API_KEY}`,
        '--http-host=127.0.0.1',
        `--http-port=${port}`,
        '--listen=false',
        '--workers=false',
        '--no-wallet=true',
      ],
      { env: { NODE_BACKEND: 'js', HOME: prefix }, stdio: 'ignore' },
    );
    const options = {
      url: `http://127.0.0.1:${port}/`,
      user: 'x',
      password: API_KEY,
      timeoutMillis: 30_000,
      // Until it listens, connections are refused: the very case that retries are for.
      retries: 30,
      retryMillis: 100,
    };
    try {
      const source = await BitcoinRpc.open({
        ...options,
        network: BCOIN_REGTEST,
        acceptMillis: 1_500,
      });
      return new BcoinNode(source, options.url, new JsonRpc(options), process, prefix);
    } catch (cause) {
      await stop(process, prefix);
      throw cause;
    }
  }

  private constructor(
    source: BitcoinRpc,
    url: string,
    rpc: JsonRpc,
    process: ChildProcess,
    prefix: string,
  ) {
    this.source = source;
    this.url = url;
    this.#rpc = rpc;
    this.#process = process;
    this.#prefix = prefix;
  }

  /** Mines so many blocks whose rewards go to `address`. */
  generate(count: number, address: string): Promise<unknown> {
    return this.#rpc.call('generatetoaddress', [count, address], z.array(z.string()).length(count));
  }

  invalidate(blockHash: string): Promise<unknown> {
    return this.#rpc.call('invalidateblock', [blockHash], z.null());
  }

  /** Null when it is in the mempool; it seldom says why not, nor that it is not. */
  async send(transaction: Uint8Array): Promise<string | null> {
    const refusal = await refusalOf(this.#rpc, transaction);
    if (refusal !== null) return refusal;
    const txid = parseTxid(Transaction.fromBuffer(transaction, true).getId());
    for (let waited = 0; waited < ACCEPT_MILLIS; waited += ACCEPT_POLL_MILLIS) {
      if ((await this.source.transactionStatus(txid)).state !== 'unknown') return null;
      await delay(ACCEPT_POLL_MILLIS);
    }
    return 'refused';
  }

  /** Null when the block was taken, else the reason why not. */
  submit(block: Uint8Array): Promise<string | null> {
    const hex = Buffer.from(block).toString('hex');
    return this.#rpc.call('submitblock', [hex], z.string().nullable());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await stop(this.#process, this.#prefix);
  }
}

async function stop(process: ChildProcess, prefix: string): Promise<void> {
  if (process.exitCode === null && process.signalCode === null) {
    process.kill('SIGKILL');
    await once(process, 'exit');
  }
  await rm(prefix, { recursive: true });
}
