/**
 * What anchoring needs of a chain, as one life: the same for the development chain, for bcoin, and for
 * Bitcoin Core. Where nodes may differ, the node says how, and that is asserted too.
 */
import { describe, expect, it } from '@jest/globals';
import { type AnchorSigner, softwareAnchorSigner } from '../../src/anchoring/anchor-signer.js';
import { AnchorStore } from '../../src/anchoring/anchor-store.js';
import { chainScript, signAnchor } from '../../src/anchoring/anchor-transaction.js';
import { Anchorer, type AnchorerOptions } from '../../src/anchoring/anchorer.js';
import type { ChainSource } from '../../src/anchoring/chain-source.js';
import type { FundingCoin } from '../../src/anchoring/funding-coin.js';
import { equalBytes } from '../../src/base/bytes.js';
import { verifyAnchorProof } from '../../src/evidence/bitcoin/anchor-proof.js';
import { parseBlockHeader } from '../../src/evidence/bitcoin/block-header.js';
import { REGTEST } from '../../src/evidence/bitcoin/network.js';
import { liveCutAtEachStep } from './cut-life.js';
import { OTHER_WALLET, signed, WALLET } from './distant-wallet.js';
import {
  FEES,
  inTempDir,
  OTHER_SIGNER,
  payloadOf,
  POLICY,
  refusal,
  SIGNATURE_MILLIS,
  SIGNER,
  TestClock,
  withDevChain,
} from './fixture.js';
import { LogOfChains } from './log-of-chains.js';

export interface ConformingNode {
  readonly source: ChainSource;
  /** Whether a replacement that pays more takes the place of what is unconfirmed (BIP 125). */
  readonly replaces: boolean;
  /** A spendable coin of that script, in a block. */
  fund(script: Uint8Array): Promise<FundingCoin>;
  /** Mines blocks unlike all others. */
  mine(count: number): Promise<void>;
  /** Takes the last blocks back, and makes sure that nothing of them waits to be mined again. */
  takeBack(count: number): Promise<void>;
}

/** Keys of the fixture's secrets, wherever they are: what is anchored does not show it. */
export interface AnchorKeys {
  /** Completes "with keys …". */
  readonly where: string;
  readonly first: AnchorSigner;
  readonly second: AnchorSigner;
  /** Whoever has stolen the second. */
  readonly thief: AnchorSigner;
  /** What the owner does once an anchor was published. */
  readonly carry: (anchorer: Anchorer) => Promise<void>;
}

const SOFTWARE_KEYS: AnchorKeys = {
  where: 'in the node',
  first: SIGNER,
  second: OTHER_SIGNER,
  thief: OTHER_SIGNER,
  carry: () => Promise.resolve(),
};

/** Signed by a wallet that knows nothing but the PSBTs that it is given. */
export const DISTANT_KEYS: AnchorKeys = {
  where: 'elsewhere',
  first: WALLET.signer,
  second: OTHER_WALLET.signer,
  thief: OTHER_SIGNER,
  carry: async (anchorer) => {
    // Both secrets are the wallet's: the anchor says by what it spends which one is asked for.
    const newest = anchorer.unsigned().at(-1);
    if (newest === undefined) return;
    const isFirst = equalBytes(anchorer.namedScript, chainScript(WALLET.signer.publicKey));
    await anchorer.accept(signed(newest.psbt, isFirst ? WALLET : OTHER_WALLET));
    await anchorer.send();
  },
};

const CONFIRMATIONS = 6;

/** @param withNode runs `act` with a node of its own. */
export function describeConformance(
  name: string,
  withNode: (act: (node: ConformingNode) => Promise<void>) => Promise<void>,
  timeoutMillis?: number,
  keys: readonly AnchorKeys[] = [SOFTWARE_KEYS, DISTANT_KEYS],
): void {
  describe(`anchoring on ${name}`, () => {
    it.each(keys.map((one) => [one.where, one] as const))(
      'with keys %s funds, anchors, replaces, proves, survives reorganisations and a lost key, and ends where a stranger spends',
      (_where, one) => withNode((node) => inTempDir((directory) => live(node, directory, one))),
      timeoutMillis,
    );

    it(
      'goes on after a cut at each durable step, and pays once',
      () =>
        withNode((node) =>
          inTempDir((directory) => liveCutAtEachStep(node, directory, keys[0]?.first ?? SIGNER)),
        ),
      timeoutMillis,
    );
  });
}

export function withConformingDevChain(
  act: (node: ConformingNode) => Promise<void>,
): Promise<void> {
  return withDevChain((chain) =>
    act({
      source: chain,
      replaces: true,
      fund: (script) => chain.fund(script),
      mine: async (count) => {
        await chain.mine(count);
      },
      takeBack: async (count) => {
        await chain.disconnect(count);
        await chain.dropMempool();
      },
    }),
  );
}

async function live(node: ConformingNode, directory: string, keys: AnchorKeys): Promise<void> {
  const { source } = node;
  const script = chainScript(keys.first.publicKey);
  const log = new LogOfChains();
  const store = (): Promise<AnchorStore> => AnchorStore.open(directory, true);
  const open = async (options: Partial<AnchorerOptions> = {}): Promise<Anchorer> =>
    Anchorer.open({
      source,
      signer: keys.first,
      store: await store(),
      clock: new TestClock(),
      fees: FEES,
      confirmations: CONFIRMATIONS,
      targetBlocks: 6,
      signatureMillis: SIGNATURE_MILLIS,
      origin: null,
      named: log,
      firstCoin: (paid) => node.fund(paid),
      ...options,
    });
  const publish = async (size: number): Promise<void> => {
    await anchorer.publish(payloadOf(size));
    await keys.carry(anchorer);
  };
  const proven = async (size: number, of: Anchorer): Promise<void> => {
    expect(of.settledSize).toBe(size);
    const { proof } = await (await store()).readSettled(of.settledSize);
    const { height } = await source.tip();
    const pinned = { height, hash: parseBlockHeader(await source.headerAt(height)).hash };
    const verified = verifyAnchorProof(proof, {
      network: REGTEST,
      requiredConfirmations: CONFIRMATIONS,
      pinnedHeaders: [pinned],
    });
    expect(verified).toMatchObject({ payload: payloadOf(size), confirmations: CONFIRMATIONS });
    const now = await source.headerAt(verified.height);
    expect(parseBlockHeader(now).hash).toBe(verified.blockHash);
  };

  // Fund, anchor, six confirmations, proof.
  let anchorer = await open();
  await publish(1);
  expect(anchorer.state).toMatchObject({ state: 'pending', epochSize: 1, confirmations: 0 });
  await node.mine(CONFIRMATIONS - 1);
  expect(await anchorer.poll()).toBeNull();
  expect(anchorer.state).toMatchObject({ confirmations: CONFIRMATIONS - 1 });
  await node.mine(1);
  expect(await anchorer.poll()).toMatchObject({ epochSize: 1 });
  await proven(1, anchorer);

  // Replacement: whichever is mined, the chain goes on from it.
  await publish(2);
  const replaced = await refusal(() => publish(3));
  expect(replaced).toMatch(node.replaces ? /^none$/ : /^CHAIN_TRANSACTION_REJECTED/);
  await node.mine(CONFIRMATIONS);
  const third = node.replaces ? 3 : 2;
  expect(await anchorer.poll()).toMatchObject({ epochSize: third });
  await proven(third, anchorer);

  // A reorganisation deeper than was waited for, over a restart: the same bytes again.
  const before = (await (await store()).readBook(script)).chain;
  await node.takeBack(CONFIRMATIONS);
  await node.mine(CONFIRMATIONS + 1);
  expect(await anchorer.poll()).toBeNull();
  expect(anchorer.settledSize).toBe(1);
  anchorer = await open();
  expect(anchorer.report.alarms).toEqual(['reorganised']);
  await anchorer.poll();
  await node.mine(CONFIRMATIONS);
  expect(await anchorer.poll()).toMatchObject({ epochSize: third });
  await proven(third, anchorer);
  const after = (await (await store()).readBook(script)).chain;
  expect(after?.tip).toEqual(before?.tip);

  // A top-up, and a next anchor that pays it in.
  const coin = await node.fund(script);
  await anchorer.topUp(coin.outpoint);
  await publish(4);
  await node.mine(CONFIRMATIONS);
  expect(await anchorer.poll()).toMatchObject({ epochSize: 4 });
  expect((await (await store()).readBook(script)).chain?.tip.value).toBeGreaterThan(coin.value);

  // The key is lost: another chain, under another one.
  anchorer = await open({ signer: keys.second });
  await publish(5);
  expect(anchorer.report.closed).toEqual({ reason: 'key' });
  const next = await node.fund(chainScript(keys.second.publicKey));
  await log.succeed(anchorer, next.outpoint, 'lost-wallet');
  await publish(5);
  await node.mine(CONFIRMATIONS);
  expect(await anchorer.poll()).toMatchObject({ epochSize: 5 });
  await proven(5, anchorer);

  // A stranger with the key spends the coin: the chain ends, and what was anchored stays.
  const { chain } = await (await store()).readBook(script);
  if (chain === null) throw new Error('there is a chain');
  const draft = { spends: chain.tip, topUps: [], payload: payloadOf(9), fee: 5_000n };
  const foreign = await signAnchor(draft, keys.thief, POLICY);
  await source.broadcast(foreign.bytes);
  await node.mine(2);
  await publish(6);
  await anchorer.poll();
  expect(anchorer.report).toMatchObject({ closed: { txid: foreign.txid }, alarms: ['closed'] });
  expect((await open({ signer: keys.second })).report.alarms).toEqual(['closed']);
  await proven(5, anchorer);
}

/** Secrets of addresses that rewards go to, each used once: another address makes another block. */
export function elsewhere(salt: number): Uint8Array {
  const secret = new Uint8Array(32).fill(9);
  secret[30] = salt >> 8;
  secret[31] = salt & 0xff;
  return softwareAnchorSigner(secret).publicKey;
}
