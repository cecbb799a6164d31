/** Bitcoin through Esplora's HTTP, on blocks that a test mines. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { anchorSecret } from '../../src/anchor-key.js';
import { softwareAnchorSigner } from '../../src/anchoring/anchor-signer.js';
import { chainScript } from '../../src/anchoring/anchor-transaction.js';
import { DevChain } from '../../src/anchoring/devchain.js';
import { formatOutpoint } from '../../src/anchoring/outpoint-text.js';
import { RandomPool } from '../../src/base/random.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import { type EsploraFault, EsploraDouble } from '../anchoring/esplora-double.js';
import type { Backend } from './away.js';

const FAILS = /^anchoring has failed \d+ times in a row/;

export const CHAINS_AWAY: readonly Backend[] = [
  row('is down', down),
  row('answers 500', broken),
  row('answers garbage', garbage),
  { ...row('is of another network', ofAnotherNetwork), restarts: true },
  { ...row('sees no new blocks', null), reason: null },
];

/** @param fault null for one that answers, and for which no block comes. */
function row(how: string, fault: EsploraFault | null): Backend {
  return {
    name: `a Bitcoin source, which ${how}`,
    waiting: ({ waiting }) => waiting.epochs,
    metric: 'chirograph_anchor_waiting_since_seconds',
    reason: FAILS,
    open: bitcoin(fault),
  };
}

function down(...[, response]: Parameters<EsploraFault>): boolean {
  response.destroy();
  return true;
}

function broken(...[, response]: Parameters<EsploraFault>): boolean {
  response.statusCode = 500;
  response.end('internal error');
  return true;
}

function garbage(...[, response]: Parameters<EsploraFault>): boolean {
  response.end('<!doctype html>');
  return true;
}

function ofAnotherNetwork(...[path, response]: Parameters<EsploraFault>): boolean {
  if (path !== '/block-height/0') return false;
  response.end('00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6');
  return true;
}

function bitcoin(fault: EsploraFault | null): Backend['open'] {
  return async ({ root, clock }) => {
    const dataDirectory = join(root, 'data');
    await mkdir(dataDirectory, { recursive: true });
    const random = new RandomPool();
    const directory = join(root, 'data.keys');
    const keyStore = await DirectoryKeyStore.open({ directory, dataDirectory, random });
    const secret = await anchorSecret({ keyStore, random, isDevelopment: false });
    const path = join(root, 'chain');
    const chain = await DevChain.open({ path, clock, blocksPerBroadcast: 0 });
    const coin = await chain.fund(chainScript(softwareAnchorSigner(secret).publicKey));
    const server = await EsploraDouble.start(chain);
    let isAway = false;
    return {
      settings: {
        anchorChain: 'bitcoin',
        bitcoinNetwork: 'regtest',
        esploraUrl: server.url,
        bitcoinFunding: formatOutpoint(coin.outpoint),
      },
      begin: () => {
        isAway = true;
        if (fault !== null) server.fault = fault;
      },
      end: () => {
        isAway = false;
        server.fault = () => false;
      },
      meanwhile: async () => {
        if (!isAway) await chain.mine(1);
      },
      close: async () => {
        await server[Symbol.asyncDispose]();
        await chain[Symbol.asyncDispose]();
      },
    };
  };
}
