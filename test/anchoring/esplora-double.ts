/**
 * An Esplora server over a development chain: the paths that anchoring asks for, answered honestly as far
 * as the chain knows, and misbehaving on demand.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { DevChain } from '../../src/anchoring/devchain.js';
import { AnchoringError } from '../../src/anchoring/errors.js';
import { parseRawBlock } from '../../src/anchoring/internal/raw-block.js';
import { fromHex, toHex } from '../../src/base/bytes.js';
import { parseBlockHeader } from '../../src/evidence/bitcoin/block-header.js';
import { type BlockHash, parseBlockHash, parseTxid } from '../../src/evidence/bitcoin/hash256.js';
import { sameOutpoint } from '../../src/evidence/bitcoin/transaction.js';

/** Takes a request into its own hands, or leaves it to the honest server by answering false. */
export type EsploraFault = (path: string, response: ServerResponse) => boolean;

interface Answer {
  readonly status: number;
  readonly body: string | Uint8Array;
}

export class EsploraDouble implements AsyncDisposable {
  readonly url: string;
  readonly paths: string[] = [];
  fault: EsploraFault = () => false;
  readonly #server: ReturnType<typeof createServer>;
  readonly #chain: DevChain;
  readonly #sent = new Map<string, Uint8Array>();

  static async start(chain: DevChain): Promise<EsploraDouble> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return new EsploraDouble(server, `http://127.0.0.1:${address.port}/api`, chain);
  }

  private constructor(server: ReturnType<typeof createServer>, url: string, chain: DevChain) {
    this.#server = server;
    this.url = url;
    this.#chain = chain;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.#serve(request, response);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const path = (request.url ?? '').replace(/^\/api/, '');
    this.paths.push(path);
    if (this.fault(path, response)) return;
    const { status, body: answer } = await this.#answer(path, body);
    response.statusCode = status;
    response.setHeader(
      'content-type',
      typeof answer === 'string' ? 'text/plain' : 'application/octet-stream',
    );
    response.end(answer);
  }

  async #answer(path: string, body: string): Promise<Answer> {
    const [first = '', second = '', third = '', fourth = ''] = path.split('/').slice(1);
    try {
      if (path === '/blocks/tip/height') return ok(String((await this.#chain.tip()).height));
      if (path === '/fee-estimates') return ok('{"1":20.5,"3":9,"6":4,"144":1}');
      if (first === 'block-height') return ok(await this.#hashAt(Number(second)));
      if (first === 'block' && third === 'raw')
        return { status: 200, body: await this.#chain.rawBlock(parseBlockHash(second)) };
      if (first === 'block' && third === 'header')
        return ok(toHex((await this.#chain.rawBlock(parseBlockHash(second))).subarray(0, 80)));
      if (path === '/tx') return await this.#broadcast(body);
      if (first === 'tx' && third === 'status') return await this.#status(second);
      if (first === 'tx' && third === 'hex') return await this.#hex(second);
      if (first === 'tx' && third === 'outspend')
        return await this.#outspend(second, Number(fourth));
    } catch (error) {
      if (!(error instanceof AnchoringError)) throw error;
    }
    return { status: 404, body: 'not found' };
  }

  async #hashAt(height: number): Promise<BlockHash> {
    return parseBlockHeader(await this.#chain.headerAt(height)).hash;
  }

  async #broadcast(body: string): Promise<Answer> {
    try {
      const txid = await this.#chain.broadcast(fromHex(body));
      this.#sent.set(txid, fromHex(body));
      return ok(txid);
    } catch (error) {
      if (!(error instanceof AnchoringError)) throw error;
      return { status: 400, body: `sendrawtransaction RPC error: ${error.message}` };
    }
  }

  async #status(txid: string): Promise<Answer> {
    const status = await this.#chain.transactionStatus(parseTxid(txid));
    if (status.state === 'unknown') return { status: 404, body: 'Transaction not found' };
    if (status.state === 'mempool') return ok('{"confirmed":false}');
    const { height, blockHash } = status;
    return ok(JSON.stringify({ confirmed: true, block_height: height, block_hash: blockHash }));
  }

  async #hex(txid: string): Promise<Answer> {
    const status = await this.#chain.transactionStatus(parseTxid(txid));
    if (status.state === 'unknown') return { status: 404, body: 'Transaction not found' };
    const sent = this.#sent.get(txid);
    if (sent !== undefined) return ok(toHex(sent));
    if (status.state !== 'confirmed') return { status: 404, body: 'Transaction not found' };
    const { transactions } = parseRawBlock(await this.#chain.rawBlock(status.blockHash));
    const found = transactions.find((one) => one.txid === txid);
    return found === undefined ? { status: 404, body: '' } : ok(toHex(found.bytes));
  }

  async #outspend(text: string, vout: number): Promise<Answer> {
    const outpoint = { txid: parseTxid(text), vout };
    if ((await this.#chain.coin(outpoint)) === undefined) {
      const { height } = await this.#chain.tip();
      for (let at = 1; at <= height; at++) {
        const { transactions } = parseRawBlock(await this.#chain.rawBlock(await this.#hashAt(at)));
        const spender = transactions.find(({ inputs }) =>
          inputs.some((input) => sameOutpoint(input.outpoint, outpoint)),
        );
        if (spender === undefined) continue;
        const status = { confirmed: true, block_height: at, block_hash: await this.#hashAt(at) };
        return ok(JSON.stringify({ spent: true, txid: spender.txid, vin: 0, status }));
      }
    }
    return ok('{"spent":false}');
  }
}

function ok(body: string): Answer {
  return { status: 200, body };
}
