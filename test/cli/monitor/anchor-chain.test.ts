/** Anchors of an epoch log, followed through a chain that is mined here: honest ones, and each way of not being so. */
import { describe, expect, it } from '@jest/globals';
import { BITCOIN_REGTEST } from '../../../src/anchoring/bitcoin-network.js';
import type { ChainSource } from '../../../src/anchoring/chain-source.js';
import { AnchoringError } from '../../../src/anchoring/errors.js';
import { parseRawBlock } from '../../../src/anchoring/internal/raw-block.js';
import type { Alarm } from '../../../src/cli/monitor/alarms.js';
import { chainAlarms } from '../../../src/cli/monitor/epochs/anchor-chain.js';
import { headOf } from '../../../src/cli/monitor/verified-head.js';
import { anchorProofToJson } from '../../../src/evidence/bitcoin/anchor-proof-json.js';
import { sameOutpoint } from '../../../src/evidence/bitcoin/transaction.js';
import { NO_TRUST, type PinnedScript } from '../../../src/evidence/trust.js';
import { EPOCH_KEY } from '../../evidence/misbehaviour/support/epochs.js';
import {
  type AnchorOrder,
  CHAIN_SCRIPT,
  mineChain,
  type SyntheticChain,
} from '../../evidence/support/synthetic-anchors.js';
import { derived } from '../../evidence/support/synthetic-keys.js';
import { EpochDouble } from './epoch-double.js';

const SCRIPT = CHAIN_SCRIPT.toString('hex');
const OTHER_SCRIPT = `0014${'78'.repeat(20)}`;
const CHAIN = 'bitcoin:regtest';
const FIRST_HEIGHT = 300;

interface Life {
  readonly node: EpochDouble;
  readonly chain: SyntheticChain;
}

interface LifeOrder {
  readonly sizes?: readonly number[];
  /** How many of the anchors are final; all unless told. */
  readonly settled?: number;
  readonly script?: (epoch: number) => string;
  readonly order?: (one: AnchorOrder, at: number) => AnchorOrder;
}

/** Epochs 1 to 8, and anchors of the sizes at one height after another. */
function lifeOf({
  sizes = [3, 5, 7],
  settled,
  script = () => SCRIPT,
  order = (one) => one,
}: LifeOrder = {}): Life {
  const node = new EpochDouble('node');
  for (let epoch = 1; epoch <= 8; epoch++) {
    node.anchorScript = script(epoch);
    node.make('gone');
  }
  const chain = mineChain({
    from: FIRST_HEIGHT,
    startMillis: 1_700_000_000_000,
    confirmations: 2,
    anchors: sizes.map((size, at) =>
      order({ height: FIRST_HEIGHT + 2 * at, size, rootHash: node.rootAt(size) }, at),
    ),
  });
  node.anchors = anchorsOf(chain, sizes).slice(0, settled);
  node.settledSize = node.anchors.at(-1)?.size ?? 0;
  return { node, chain };
}

function anchorsOf({ proofs }: SyntheticChain, sizes: readonly number[]) {
  return proofs.map((proof, at) => ({
    chain: CHAIN,
    size: sizes[at] ?? 0,
    transaction: anchorProofToJson(proof),
  })) satisfies EpochDouble['anchors'];
}

interface Asked {
  readonly pins?: readonly string[];
  readonly after?: number;
  readonly source?: ChainSource;
  readonly chain?: PinnedScript['chain'];
}

async function alarms(node: EpochDouble, asked: Asked = {}): Promise<readonly Alarm[]> {
  const { pins = [], after = 1, source, chain = CHAIN } = asked;
  const size = node.newest + 1;
  return chainAlarms({
    epochs: node,
    newest: { head: headOf(node.checkpointAt(size)), log: { key: EPOCH_KEY.key } },
    trust: { ...NO_TRUST, anchorScripts: pins.map((script) => ({ chain: CHAIN, script })) },
    after,
    source: source === undefined ? null : { chain, url: 'http://chain.example', source },
  });
}

const said = (found: readonly Alarm[]): string[] =>
  found.map(({ code, detail }) => `${code}: ${detail}`);

/** Honest over the blocks that it is given. */
function sourceOf({ rawBlocks }: SyntheticChain, bent: Partial<ChainSource> = {}): ChainSource {
  const blocks = [...rawBlocks].map(([height, raw]) => ({ height, raw, ...parseRawBlock(raw) }));
  const unknown = (): never => {
    throw new AnchoringError('CHAIN_BLOCK_UNKNOWN', 'no such block');
  };
  return {
    network: BITCOIN_REGTEST,
    tip: () => {
      const { height, header } = blocks.at(-1) ?? unknown();
      return Promise.resolve({ height, hash: header.hash });
    },
    headerAt: (height) =>
      Promise.resolve().then(() => (rawBlocks.get(height) ?? unknown()).slice(0, 80)),
    rawBlock: (hash) =>
      Promise.resolve().then(
        () => blocks.find(({ header }) => header.hash === hash)?.raw ?? unknown(),
      ),
    coin: (outpoint) => {
      const all = blocks.flatMap(({ height, transactions }) =>
        transactions.map((transaction) => ({ height, transaction })),
      );
      const made = all.find(({ transaction }) => transaction.txid === outpoint.txid);
      const output = made?.transaction.outputs[outpoint.vout];
      const isSpent = all.some(({ transaction }) =>
        transaction.inputs.some((input) => sameOutpoint(input.outpoint, outpoint)),
      );
      return Promise.resolve(
        made === undefined || output === undefined || isSpent
          ? undefined
          : { ...output, height: made.height },
      );
    },
    broadcast: () => Promise.reject(new Error('a monitor broadcasts nothing')),
    transactionStatus: () => Promise.reject(new Error('a monitor asks for no transaction')),
    feeRate: () => Promise.reject(new Error('a monitor pays nothing')),
    ...bent,
  };
}

describe('a monitor that follows anchors', () => {
  it('has nothing to say of a chain that the log names, that was pinned, and whose coin is there', async () => {
    const { node, chain } = lifeOf();
    for (const after of [0, 1, 2, 3, 6, 8]) {
      expect(await alarms(node, { after })).toEqual([]);
      expect(await alarms(node, { after, pins: [SCRIPT], source: sourceOf(chain) })).toEqual([]);
    }
    expect(await alarms(new EpochDouble('empty'), { source: sourceOf(chain) })).toEqual([]);
  });

  it('has nothing to say while the next anchor of this log waits to be final', async () => {
    const { node, chain } = lifeOf({ settled: 2 });
    expect(await alarms(node, { source: sourceOf(chain) })).toEqual([]);
  });

  it('goes with a chain that the log itself succeeds, and asks for that to be pinned', async () => {
    const second = (epoch: number): string => (epoch < 5 ? SCRIPT : OTHER_SCRIPT);
    const { node } = lifeOf({
      script: second,
      order: (one, at) =>
        at < 2 ? one : { ...one, chainScript: Buffer.from(OTHER_SCRIPT, 'hex') },
    });
    expect(await alarms(node)).toEqual([]);
    expect(await alarms(node, { pins: [SCRIPT, OTHER_SCRIPT] })).toEqual([]);
    expect(said(await alarms(node, { pins: [SCRIPT] }))).toEqual([
      expect.stringMatching(
        /^anchor-chain: the anchor of epoch 5 pays none of the scripts that you/,
      ),
    ]);
  });

  it('says that an anchor pays a script that the log does not name', async () => {
    const { node } = lifeOf({
      order: (one, at) =>
        at < 1 ? one : { ...one, chainScript: Buffer.from(OTHER_SCRIPT, 'hex') },
    });
    expect(said(await alarms(node))).toEqual([
      'anchor-chain: the anchor of epoch 3 pays another script than the epoch log names',
    ]);
  });

  it('says that a chain is not the one that was pinned, at the first look too', async () => {
    const { node } = lifeOf();
    for (const after of [0, 1])
      expect(said(await alarms(node, { after, pins: [OTHER_SCRIPT] }))).toEqual([
        expect.stringMatching(/^anchor-chain: .* pays none of the scripts that you pinned/),
      ]);
  });

  it('says that an anchor does not spend the one before it', async () => {
    const { node } = lifeOf();
    const again = lifeOf({ sizes: [2, 7] });
    node.anchors = [...node.anchors.slice(0, 2), ...again.node.anchors.slice(1)];
    expect(said(await alarms(node))).toEqual([
      expect.stringMatching(/^anchor-chain: the anchor of epoch 5 breaks the chain: .*input 0/),
    ]);
  });

  it('says that an anchor holds another head than the node shows', async () => {
    const { node } = lifeOf({
      order: (one, at) => (at < 2 ? one : { ...one, rootHash: derived('another root') }),
    });
    expect(said(await alarms(node))).toEqual([
      'anchor-chain: the anchor of epoch 5 holds another head than the node shows',
    ]);
  });

  it('says that an anchor is withheld, or shown for another size', async () => {
    const { node } = lifeOf();
    const [first, ...others] = node.anchors;
    node.anchors = others.map((one) => ({ ...one, size: one.size + 1 }));
    expect(said(await alarms(node))).toEqual([
      'anchor-chain: the anchor of epoch 1 does not hold it',
    ]);
    node.anchors = first === undefined ? [] : [first];
    expect(said(await alarms(node))).toEqual(['anchor-chain: the anchor of epoch 3 is not shown']);
  });

  it('says that an anchor is in no block of the chosen source’s chain', async () => {
    const { node } = lifeOf();
    const other = lifeOf({ sizes: [2, 4, 6] });
    expect(said(await alarms(node, { source: sourceOf(other.chain) }))).toEqual([
      'anchor-chain: the anchor of epoch 1 is not in the best chain of your source',
    ]);
  });

  it('says that the coin of the last anchor was spent by what is no anchor of this log', async () => {
    const { node, chain } = lifeOf({
      settled: 2,
      order: (one, at) => (at < 2 ? one : { ...one, rootHash: derived('another root') }),
    });
    expect(said(await alarms(node, { source: sourceOf(chain) }))).toEqual([
      expect.stringMatching(
        /^anchor-spent: .* was spent by [0-9a-f]{64}, which is no anchor of this/,
      ),
    ]);
    const paid = lifeOf({
      settled: 2,
      order: (one, at) =>
        at < 2 ? one : { ...one, chainScript: Buffer.from(OTHER_SCRIPT, 'hex') },
    });
    expect(said(await alarms(paid.node, { source: sourceOf(paid.chain) }))).toEqual([
      expect.stringMatching(/^anchor-spent: /),
    ]);
  });

  it('says that the coin is nowhere if the source says so and shows no spender', async () => {
    const { node, chain } = lifeOf();
    const source = sourceOf(chain, { coin: () => Promise.resolve(undefined) });
    expect(said(await alarms(node, { source }))).toEqual([
      expect.stringMatching(
        /^anchor-spent: .* is not there, and no block of your source spends it$/,
      ),
    ]);
  });

  it('asks no source of another chain, and says what one that fails has said', async () => {
    const { node, chain } = lifeOf();
    const fails = sourceOf(chain, {
      headerAt: () => Promise.reject(new AnchoringError('CHAIN_UNAVAILABLE', 'it is away')),
    });
    expect(await alarms(node, { source: fails, chain: 'bitcoin:signet' })).toEqual([]);
    expect(said(await alarms(node, { source: fails }))).toEqual(['unreachable: it is away']);
  });
});
