/** A chain of anchors whose key is elsewhere: asked for, waited for, answered late, twice, or by a stranger. */
import { describe, expect, it } from '@jest/globals';
import { Psbt, Transaction } from 'bitcoinjs-lib';
import * as secp256k1 from 'tiny-secp256k1';
import type { Anchorer } from '../../src/anchoring/anchorer.js';
import { parseRawBlock } from '../../src/anchoring/internal/raw-block.js';
import { concat, toHex, utf8 } from '../../src/base/bytes.js';
import { parseBlockHeader } from '../../src/evidence/bitcoin/block-header.js';
import { type Fault, FaultyFiles, PowerCut } from '../support/faulty-files.js';
import { type AnchoringLife, CONFIRMATIONS, provenIn, withAnchoring } from './anchoring-life.js';
import {
  carry,
  finalised,
  newestOf,
  OTHER_WALLET,
  signed,
  signedOther,
  WALLET,
  withHighS,
  withSignatures,
} from './distant-wallet.js';
import {
  FEES,
  OTHER_SIGNER,
  payloadOf,
  POLICY,
  refusal,
  SCRIPT,
  SIGNATURE_MILLIS,
  SIGNER,
} from './fixture.js';

const DISTANT = { signer: WALLET.signer };

/** Extracted by the library, which would not have to be us. */
function transactionOf(answer: Uint8Array): Uint8Array {
  const psbt = Psbt.fromBuffer(answer);
  psbt.finalizeAllInputs();
  return psbt.extractTransaction().toBuffer();
}

async function settledAs(life: AnchoringLife, anchorer: Anchorer, size: number): Promise<void> {
  await life.chain.mine(CONFIRMATIONS);
  await anchorer.poll();
  expect(anchorer.settledSize).toBe(size);
  expect(await provenIn(life, size)).toBe('proven');
}

async function mempoolHas(life: AnchoringLife, answer: Uint8Array): Promise<boolean> {
  const txid = Transaction.fromBuffer(transactionOf(answer)).getId();
  return (await life.chain.transactionStatus(txid as never)).state === 'mempool';
}

describe('an anchor whose key is elsewhere', () => {
  it('waits without a broadcast, is seen to, and goes on once it is signed', () =>
    withAnchoring(async (life) => {
      const anchorer = await life.open(DISTANT);
      await anchorer.publish(payloadOf(2));
      await anchorer.poll();
      const [{ candidate, psbt } = { candidate: null, psbt: new Uint8Array() }] =
        anchorer.unsigned();
      expect(anchorer.state).toMatchObject({ state: 'pending', epochSize: 2 });
      const waiting = {
        txid: candidate?.txid,
        epochSize: 2,
        fee: candidate?.fee,
        since: life.clock.now(),
      };
      expect(anchorer.report.signing).toEqual({ key: 'psbt', failure: null, waiting });
      expect(anchorer.report.alarms).toEqual([]);
      life.clock.advance(SIGNATURE_MILLIS);
      expect(anchorer.report.alarms).toEqual(['unsigned']);
      // Later heads wait for this one: who signs has it in hand.
      await anchorer.publish(payloadOf(3));
      expect(newestOf(anchorer)).toEqual(psbt);
      expect(await mempoolHas(life, signed(psbt))).toBe(false);

      await anchorer.accept(signed(psbt));
      expect(anchorer.report).toMatchObject({ signing: { waiting: null }, alarms: [] });
      await anchorer.poll();
      expect(await mempoolHas(life, signed(psbt))).toBe(true);
      await settledAs(life, anchorer, 2);
      await anchorer.publish(payloadOf(4));
      await carry(anchorer);
      await settledAs(life, anchorer, 4);
    }));

  it('is the same over a restart, and its signature is taken then', () =>
    withAnchoring(async (life) => {
      const anchorer = await life.open(DISTANT);
      await anchorer.publish(payloadOf(2));
      const psbt = newestOf(anchorer);
      const since = life.clock.now();
      life.clock.advance(1_000);
      const again = await life.open(DISTANT);
      await again.publish(payloadOf(5));
      expect(newestOf(again)).toEqual(psbt);
      expect(again.report.signing.waiting).toMatchObject({ since });
      await carry(again);
      await settledAs(life, again, 2);
    }));

  it.each([
    ['finalised by the device', finalised],
    ['with a high s', withHighS],
    ['with what else wallets add', (psbt: Uint8Array) => withForeign(signed(psbt))],
  ])('is taken %s, as the bytes that any signer makes', (_how, answer) =>
    withAnchoring(async (life) => {
      const anchorer = await life.open(DISTANT);
      await anchorer.publish(payloadOf(2));
      const psbt = newestOf(anchorer);
      await anchorer.accept(answer(psbt));
      const [candidate] = (await life.stored()).candidates;
      expect(toHex(candidate?.bytes ?? new Uint8Array())).toBe(toHex(transactionOf(signed(psbt))));
      await anchorer.poll();
      await settledAs(life, anchorer, 2);
    }),
  );

  it('takes the same answer twice, and any that comes too late not', () =>
    withAnchoring(async (life) => {
      const anchorer = await life.open(DISTANT);
      await anchorer.publish(payloadOf(2));
      const answer = signed(newestOf(anchorer));
      const first = await anchorer.accept(answer);
      const stored = await life.stored();
      expect((await anchorer.accept(answer)).txid).toBe(first.txid);
      expect(await life.stored()).toEqual(stored);
      await anchorer.poll();
      await settledAs(life, anchorer, 2);
      expect(await refusal(() => anchorer.accept(answer))).toMatch(
        /^ANCHOR_PSBT_UNKNOWN: .*no signature is waited for/,
      );
    }));

  it('pays in a coin, and every input is signed', () =>
    withAnchoring(async (life) => {
      const anchorer = await life.open(DISTANT);
      await anchorer.publish(payloadOf(2));
      await carry(anchorer);
      await settledAs(life, anchorer, 2);
      const coin = await life.chain.fund(SCRIPT);
      await anchorer.topUp(coin.outpoint);
      await anchorer.publish(payloadOf(3));
      const psbt = newestOf(anchorer);
      expect(Psbt.fromBuffer(psbt).inputCount).toBe(2);
      const partly = Psbt.fromBuffer(signed(psbt));
      delete partly.data.inputs[1]?.partialSig;
      expect(await refusal(() => anchorer.accept(partly.toBuffer()))).toMatch(
        /^ANCHOR_PSBT_UNSIGNED: input 1/,
      );
      await carry(anchorer);
      await settledAs(life, anchorer, 3);
    }));
});

describe('an anchor that is asked for anew', () => {
  /** The fee that the first was asked for no longer does. */
  async function askedTwice(life: AnchoringLife): Promise<{
    anchorer: Anchorer;
    older: Uint8Array;
    newer: Uint8Array;
  }> {
    let rate = 1;
    const source = { ...sourceOf(life), feeRate: () => Promise.resolve(rate) };
    const anchorer = await life.open({ ...DISTANT, source });
    await anchorer.publish(payloadOf(2));
    const older = newestOf(anchorer);
    rate = 5;
    await anchorer.publish(payloadOf(3));
    return { anchorer, older, newer: newestOf(anchorer) };
  }

  it('is not for a new head alone, nor before its time', () =>
    withAnchoring(async (life) => {
      let rate = 1;
      const source = { ...sourceOf(life), feeRate: () => Promise.resolve(rate) };
      const fees = { ...FEES, intervalMillis: 3_600_000 };
      const anchorer = await life.open({ ...DISTANT, source, fees });
      await anchorer.publish(payloadOf(2));
      life.clock.advance(3_599_999);
      rate = 5;
      await anchorer.publish(payloadOf(3));
      expect(anchorer.unsigned()).toHaveLength(1);
      life.clock.advance(1);
      rate = 1;
      await anchorer.publish(payloadOf(3));
      expect(anchorer.unsigned()).toHaveLength(1);
      rate = 5;
      await anchorer.publish(payloadOf(3));
      expect(anchorer.unsigned()).toHaveLength(2);
    }));

  it('is still answered by the older one, and replaced by the newer', () =>
    withAnchoring(async (life) => {
      const { anchorer, older, newer } = await askedTwice(life);
      expect(anchorer.unsigned()).toHaveLength(2);
      await anchorer.accept(signed(older));
      await anchorer.poll();
      expect(await mempoolHas(life, signed(older))).toBe(true);
      expect(newestOf(anchorer)).toEqual(newer);
      await carry(anchorer);
      expect(await mempoolHas(life, signed(newer))).toBe(true);
      expect(await mempoolHas(life, signed(older))).toBe(false);
      await settledAs(life, anchorer, 3);
    }));

  it('has no use for the older one once the newer is signed', () =>
    withAnchoring(async (life) => {
      const { anchorer, older } = await askedTwice(life);
      await carry(anchorer);
      expect(await refusal(() => anchorer.accept(signed(older)))).toMatch(
        /^ANCHOR_PSBT_SUPERSEDED/,
      );
      expect(anchorer.unsigned()).toEqual([]);
      await settledAs(life, anchorer, 3);
    }));

  it.each([
    ['the older', false],
    ['the newer', true],
  ])('is one of ours also where its signer publishes %s himself', (_which, isNewer) =>
    withAnchoring(async (life) => {
      const { anchorer, older, newer } = await askedTwice(life);
      await life.chain.broadcast(transactionOf(signed(isNewer ? newer : older)));
      await anchorer.poll();
      await settledAs(life, anchorer, isNewer ? 3 : 2);
      expect(anchorer.report).toMatchObject({ closed: null, alarms: [] });
      // A reorganisation asks for its bytes again, which never came back: its block had them.
      await life.chain.disconnect(CONFIRMATIONS);
      await life.chain.dropMempool();
      await life.chain.mine(CONFIRMATIONS + 1);
      await anchorer.poll();
      expect(anchorer.report.alarms).toEqual(['reorganised']);
      await anchorer.poll();
      await settledAs(life, anchorer, isNewer ? 3 : 2);
    }),
  );

  it('is signed at once where the key has come into the node', () =>
    withAnchoring(async (life) => {
      await (await life.open(DISTANT)).publish(payloadOf(2));
      const anchorer = await life.open();
      await anchorer.publish(payloadOf(3));
      expect(anchorer.unsigned()).toEqual([]);
      await settledAs(life, anchorer, 3);
    }));
});

const FOREIGN_SCRIPT = concat(Uint8Array.of(0, 20), new Uint8Array(20).fill(1));

/** What comes back, whose transaction or signature is not the one asked for, and what is said of it. */
const HOSTILE: readonly (readonly [string, (psbt: Uint8Array) => Uint8Array, RegExp])[] = [
  [
    'another output',
    (psbt) =>
      signedOther(psbt, ({ outs: [first] }) => {
        if (first !== undefined) first.script = FOREIGN_SCRIPT;
      }),
    /^ANCHOR_PSBT_UNKNOWN: .* has other outputs/,
  ],
  [
    'one output more',
    (psbt) =>
      signedOther(psbt, (one) => {
        one.addOutput(FOREIGN_SCRIPT, 1_000n);
      }),
    /^ANCHOR_PSBT_UNKNOWN: .* has other outputs/,
  ],
  [
    'a higher fee',
    (psbt) =>
      signedOther(psbt, ({ outs: [first] }) => {
        if (first !== undefined) first.value -= 1n;
      }),
    /^ANCHOR_PSBT_UNKNOWN: .* has other amounts/,
  ],
  [
    'another input',
    (psbt) =>
      signedOther(psbt, ({ ins: [first] }) => {
        if (first !== undefined) first.index++;
      }),
    /^ANCHOR_PSBT_UNKNOWN: .* has other inputs/,
  ],
  [
    'one input more',
    (psbt) =>
      signedOther(psbt, (one) => {
        one.addInput(new Uint8Array(32).fill(5), 0, 0xfffffffd);
      }),
    /^ANCHOR_PSBT_UNKNOWN: .* has other inputs/,
  ],
  [
    'another sequence',
    (psbt) =>
      signedOther(psbt, ({ ins: [first] }) => {
        if (first !== undefined) first.sequence = 0xffffffff;
      }),
    /^ANCHOR_PSBT_UNKNOWN: .* has other sequences/,
  ],
  [
    'a lock time',
    (psbt) => signedOther(psbt, (one) => (one.locktime = 1)),
    /^ANCHOR_PSBT_UNKNOWN: .* has other lock time/,
  ],
  [
    'another version',
    (psbt) => signedOther(psbt, (one) => (one.version = 1)),
    /^ANCHOR_PSBT_UNKNOWN: .* has other version/,
  ],
  [
    'no signature',
    (psbt) => psbt,
    /^ANCHOR_PSBT_UNSIGNED: input 0 .* not signed by the anchor key/,
  ],
  [
    'another hash type',
    (psbt) =>
      withSignatures(signed(psbt), (one) => Uint8Array.from([...one.subarray(0, -1), 0x81])),
    /^ANCHOR_PSBT_UNSIGNED: input 0 .* SIGHASH_ALL/,
  ],
  [
    'a signature over another hash type that says it is over all',
    (psbt) => signedOverNone(psbt),
    /^ANCHOR_PSBT_UNSIGNED: .* not of this transaction/,
  ],
  [
    'a signature that is none',
    (psbt) => withSignatures(signed(psbt), () => Uint8Array.of(1)),
    /^ANCHOR_PSBT_(?:UNSIGNED|MALFORMED)/,
  ],
  ['garbage', () => utf8('not a PSBT at all'), /^ANCHOR_PSBT_MALFORMED: .* cannot be read/],
  ['nothing', () => new Uint8Array(), /^ANCHOR_PSBT_MALFORMED/],
  ['a huge file', () => new Uint8Array(300_000), /^ANCHOR_PSBT_MALFORMED: .* longer than 262144/],
];

describe('an answer of a hostile or broken signer', () => {
  it.each(HOSTILE)('with %s is refused by name, and changes nothing', (_what, answer, said) =>
    withAnchoring(async (life) => {
      const anchorer = await life.open(DISTANT);
      await anchorer.publish(payloadOf(2));
      const psbt = newestOf(anchorer);
      const before = await life.stored();
      expect(await refusal(() => anchorer.accept(answer(psbt)))).toMatch(said);
      expect(await life.stored()).toEqual(before);
      await anchorer.poll();
      expect(await mempoolHas(life, signed(psbt))).toBe(false);
      // And the true one is taken after it.
      await carry(anchorer);
      await settledAs(life, anchorer, 2);
    }),
  );

  it('by another key is refused', () =>
    withAnchoring(async (life) => {
      const anchorer = await life.open(DISTANT);
      await anchorer.publish(payloadOf(2));
      const answer = withSignatures(signed(newestOf(anchorer)), (one) => one);
      const read = Psbt.fromBuffer(answer);
      for (const input of read.data.inputs)
        for (const one of input.partialSig ?? []) one.pubkey = OTHER_SIGNER.publicKey;
      expect(await refusal(() => anchorer.accept(read.toBuffer()))).toMatch(
        /^ANCHOR_PSBT_UNSIGNED: input 0 .* not signed by the anchor key/,
      );
    }));

  it('for a fee above limits that were lowered meanwhile is refused', () =>
    withAnchoring(async (life) => {
      await (await life.open(DISTANT)).publish(payloadOf(2));
      const fees = { ...FEES, policy: { ...POLICY, maxFee: 100n } };
      const anchorer = await life.open({ ...DISTANT, fees });
      expect(await refusal(() => anchorer.accept(signed(newestOf(anchorer))))).toMatch(
        /^ANCHOR_FEE_EXCESSIVE/,
      );
    }));

  it('is not taken for a chain that has ended, or of another key', () =>
    withAnchoring(async (life) => {
      const anchorer = await life.open(DISTANT);
      expect(await refusal(() => anchorer.accept(utf8('anything')))).toMatch(
        /^ANCHOR_PSBT_UNKNOWN: no anchor was asked for/,
      );
      await anchorer.publish(payloadOf(2));
      const answer = signed(newestOf(anchorer));
      const other = await life.open({ signer: OTHER_WALLET.signer });
      expect(other.unsigned()).toEqual([]);
      expect(await refusal(() => other.accept(answer))).toMatch(/^ANCHOR_CHAIN_CLOSED/);
    }));
});

describe('a power cut while an anchor is carried', () => {
  const FAULTS: readonly Fault[] = ['before', 'torn', 'after'];

  /** Asked for, signed, broadcast, settled, with the power gone at one step: how many steps there were. */
  async function lifeWithCut(at: number, fault: Fault): Promise<number> {
    return withAnchoring(async (life) => {
      const { signer } = WALLET;
      await life.open({ signer });
      const files = new FaultyFiles(at, fault);
      const answers: Uint8Array[] = [];
      const through = async (anchorer: Anchorer): Promise<void> => {
        await anchorer.publish(payloadOf(2));
        if (anchorer.unsigned().length > 0) answers.push(signed(newestOf(anchorer)));
        if (anchorer.unsigned().length > 0) await carry(anchorer);
        await life.chain.mine(CONFIRMATIONS);
        await anchorer.poll();
      };
      try {
        await through(await life.open({ signer, files }));
      } catch (cause) {
        if (!(cause instanceof PowerCut)) throw cause;
        const again = await life.open({ signer });
        // An answer that was carried before the cut is carried again: it is taken, or is not needed.
        for (const answer of answers)
          await again.accept(answer).catch((refused: unknown) => {
            expect(refused).toMatchObject({ code: 'ANCHOR_PSBT_UNKNOWN' });
          });
        await again.poll();
        await through(again);
      }
      const end = await life.open({ signer });
      expect(end.settledSize).toBe(2);
      expect(await provenIn(life, 2)).toBe('proven');
      expect(await anchorsOf(life)).toBe(1);
      return files.steps.length;
    });
  }

  it.each(FAULTS)('%s any durable step leaves one anchor, and loses no answer', async (fault) => {
    const steps = await lifeWithCut(Infinity, fault);
    expect(steps).toBeGreaterThan(9);
    for (let at = 1; at <= steps; at++) await lifeWithCut(at, fault);
  });
});

/** Transactions that carry an anchor's payload, in all blocks. */
async function anchorsOf({ chain }: AnchoringLife): Promise<number> {
  const { height } = await chain.tip();
  let found = 0;
  for (let at = 1; at <= height; at++) {
    const { hash } = parseBlockHeader(await chain.headerAt(at));
    for (const { outputs } of parseRawBlock(await chain.rawBlock(hash)).transactions)
      if (outputs[1]?.script.length === 42) found++;
  }
  return found;
}

function sourceOf({ chain }: AnchoringLife) {
  return {
    network: chain.network,
    tip: () => chain.tip(),
    headerAt: (height: number) => chain.headerAt(height),
    rawBlock: (hash: Parameters<typeof chain.rawBlock>[0]) => chain.rawBlock(hash),
    broadcast: (bytes: Uint8Array) => chain.broadcast(bytes),
    coin: (outpoint: Parameters<typeof chain.coin>[0]) => chain.coin(outpoint),
    feeRate: () => chain.feeRate(),
    transactionStatus: (txid: Parameters<typeof chain.transactionStatus>[0]) =>
      chain.transactionStatus(txid),
  };
}

/** With what a wallet may add of its own. */
function withForeign(psbt: Uint8Array): Uint8Array {
  const read = Psbt.fromBuffer(psbt);
  read.addUnknownKeyValToGlobal({ key: Uint8Array.of(0xfc, 1), value: utf8('a wallet') });
  read.addUnknownKeyValToInput(0, { key: Uint8Array.of(0xfc, 2), value: utf8('more of it') });
  return read.toBuffer();
}

/** Over no output, so that anybody may choose them, with the hash type's byte put right. */
function signedOverNone(psbt: Uint8Array): Uint8Array {
  const read = Psbt.fromBuffer(psbt);
  for (const input of read.data.inputs) input.sighashType = Transaction.SIGHASH_NONE;
  read.signAllInputs(
    { publicKey: SIGNER.publicKey, sign: (hash) => secp256k1.sign(hash, WALLET.secret) },
    [Transaction.SIGHASH_NONE],
  );
  return withSignatures(read.toBuffer(), (one) =>
    Uint8Array.from([...one.subarray(0, -1), Transaction.SIGHASH_ALL]),
  );
}
