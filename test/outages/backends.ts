/** The backends of a node that can be away, each with how it goes, how it comes back, and where what waits is shown. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { anchorSecret } from '../../src/anchor-key.js';
import { softwareAnchorSigner } from '../../src/anchoring/anchor-signer.js';
import { chainScript } from '../../src/anchoring/anchor-transaction.js';
import { DevChain } from '../../src/anchoring/devchain.js';
import { formatOutpoint } from '../../src/anchoring/outpoint-text.js';
import { utf8 } from '../../src/base/bytes.js';
import { silentLogger } from '../../src/base/logger.js';
import { RandomPool } from '../../src/base/random.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import { WitnessService } from '../../src/witness-service.js';
import { type EsploraFault, EsploraDouble } from '../anchoring/esplora-double.js';
import { answer } from '../api/support/ledger-client.js';
import { makeKeys, placesIn } from '../checkpoint/support/opened-witness.js';
import type { FakeClock } from '../support/fake-clock.js';
import { openTestService, type TestServiceOptions } from '../support/test-service.js';

export interface Place {
  readonly root: string;
  readonly clock: FakeClock;
}

export interface Away {
  readonly settings: TestServiceOptions;
  /** Of a node that was opened before. */
  readonly adminKey?: string;
  readonly begin: () => Promise<void> | void;
  readonly end: () => Promise<void> | void;
  /** After each try to anchor: blocks come, where they do. */
  readonly meanwhile: () => Promise<unknown>;
  readonly close: () => Promise<unknown>;
}

export interface Backend {
  readonly name: string;
  /** What of the state of anchoring is behind because of it, in epochs. */
  readonly waiting: (anchors: Anchors) => number;
  /** What `/readyz` says of it; null where nothing fails and only time passes. */
  readonly reason: RegExp | null;
  /** A gauge that is not what it was while it is away. */
  readonly metric: string;
  /** Whether the node is started anew when it goes: it is looked at once a start. */
  readonly restarts?: true;
  readonly open: (place: Place) => Promise<Away>;
}

export interface Anchors {
  readonly verifierKey: string;
  readonly epochSize: number;
  readonly settledSize: number;
  readonly waiting: { readonly epochs: number; readonly since: string | null };
  readonly witnesses: { readonly size: number } | null;
}

const onChain = {
  waiting: ({ waiting }: Anchors) => waiting.epochs,
  metric: 'chirograph_anchor_waiting_since_seconds',
};
const FAILS = /^anchoring has failed \d+ times in a row/;

/** Time-stamp authorities, calendars and files are added here, a row each. */
export const BACKENDS: readonly Backend[] = [
  { ...onChain, name: 'a Bitcoin source, which is down', reason: FAILS, open: bitcoin(down) },
  { ...onChain, name: 'a Bitcoin source, which answers 500', reason: FAILS, open: bitcoin(broken) },
  {
    ...onChain,
    name: 'a Bitcoin source, which is of another network',
    reason: FAILS,
    restarts: true,
    open: bitcoin(ofAnotherNetwork),
  },
  {
    ...onChain,
    name: 'a Bitcoin source, which sees no new blocks',
    reason: null,
    open: bitcoin(null),
  },
  {
    name: 'a witness, which is down',
    waiting: ({ epochSize, witnesses }) => epochSize - (witnesses?.size ?? 0),
    reason: /^too few witnesses have cosigned/,
    metric: 'chirograph_witness_rounds_missed',
    open: witness,
  },
];

function down(...[, response]: Parameters<EsploraFault>): boolean {
  response.destroy();
  return true;
}

function broken(...[, response]: Parameters<EsploraFault>): boolean {
  response.statusCode = 500;
  response.end('internal error');
  return true;
}

function ofAnotherNetwork(...[path, response]: Parameters<EsploraFault>): boolean {
  if (path !== '/block-height/0') return false;
  response.end('00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6');
  return true;
}

/** @param fault null for one that answers, and for which no block comes. */
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

async function witness({ root, clock }: Place): Promise<Away> {
  const first = await openTestService(root, { clock });
  const { verifierKey } = await answer<Anchors>(first.request('/v1/anchors'));
  await first.service.close();
  await makeKeys(placesIn(root));
  const open = (port: number): Promise<WitnessService> =>
    WitnessService.open(
      {
        ...{ ...placesIn(root), requestsPerMinute: 100_000 },
        ...{ host: '127.0.0.1', port, maxBytesPerLog: 16 * 1024 * 1024 },
        logs: utf8(`log ${verifierKey}\n`),
      },
      { clock, logger: silentLogger },
    );
  let opened: WitnessService | null = await open(0);
  const url = new URL(opened.url);
  const witnessPolicy = join(root, 'policy.txt');
  await writeFile(witnessPolicy, `witness one ${opened.verifierKey} ${opened.url}\nquorum one\n`);
  const close = async (): Promise<void> => {
    await opened?.close();
    opened = null;
  };
  return {
    settings: { witnessPolicy, witnessInternal: url.host },
    adminKey: first.adminKey,
    begin: close,
    end: async () => {
      opened = await open(Number(url.port));
    },
    meanwhile: () => Promise.resolve(),
    close,
  };
}
