import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { concat, fromHex, toHex } from '../../../src/base/bytes.js';
import { BitcoinReader } from '../../../src/evidence/bitcoin/bitcoin-reader.js';
import { BitcoinProofError } from '../../../src/evidence/bitcoin/errors.js';
import { internalOrder, parseTxid } from '../../../src/evidence/bitcoin/hash256.js';
import {
  isCoinbase,
  parseStrippedTransaction,
  parseTransaction,
  readTransaction,
} from '../../../src/evidence/bitcoin/transaction.js';
import type { Transaction } from '../../../src/evidence/bitcoin/transaction.js';
import { refusal } from './error-code.js';
import { sha256d, transactionBytes } from './synthetic-chain.js';
import { blocks, spv } from './vectors.js';

/** The P2WPKH example of BIP 143, signed. */
const BIP143_SIGNED =
  '01000000000102fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f00000000494830450221008b9d1dc26ba6a9cb62127b02742fa9d754cd3bebf337f7a55d114c8e5cdd30be022040529b194ba3f9281a99f2b1c0a19c0489bc22ede944ccf4ecbab4cc618ef3ed01eeffffffef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ffffffff02202cb206000000001976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac9093510d000000001976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815988ac000247304402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a0220573a954c4518331561406f90300e8f3358f51928d43c212a8caed02de67eebee0121025476c2e83188368da1ff3e292e7acafcdb3566bb0ad253f62fc70f07aeee635711000000';

const malformed = (reason: string): Error =>
  new BitcoinProofError('BITCOIN_TRANSACTION_MALFORMED', reason);
const script = Buffer.from('0014'.padEnd(44, '7'), 'hex');
const plain = transactionBytes({
  inputs: [{ txid: sha256d(Buffer.of(1)), vout: 0 }],
  outputs: [{ value: 1000n, script }],
});

describe('parseTransaction', () => {
  it('reads every transaction of four real blocks and leaves nothing over', () => {
    for (const vector of blocks) {
      const reader = new BitcoinReader(fromHex(vector.hex), malformed);
      reader.take(80);
      const count = reader.compactSize();
      const transactions = Array.from({ length: count }, () => readTransaction(reader));
      reader.end();
      expect(count).toBe(vector.transactions);
      expect(transactions.map(isCoinbase)).toEqual(transactions.map((_, at) => at === 0));
      for (const { bytes, txid, stripped } of transactions) {
        expect(parseTransaction(bytes).txid).toBe(txid);
        expect(parseStrippedTransaction(stripped).txid).toBe(txid);
      }
    }
  });

  it('computes the txid of a mainnet transaction', () => {
    const { txid } = parseTransaction(fromHex(spv.proof.transaction));
    expect(toHex(internalOrder(txid))).toBe(spv.proof.txidInternal);
  });

  it('reads the example of BIP 143 and cuts its witnesses out of the txid', () => {
    const transaction = parseTransaction(fromHex(BIP143_SIGNED));
    expect(toHex(transaction.stripped)).toBe(
      BIP143_SIGNED.replace('010000000001', '01000000').replace(/0002473044.*ee6357/, ''),
    );
    expect(toHex(internalOrder(transaction.txid))).toBe(
      sha256d(transaction.stripped).toString('hex'),
    );
    expect(transaction.inputs.map(({ witness }) => witness.length > 1)).toEqual([false, true]);
    expect(transaction.lockTime).toBe(17);
    expect(transaction.outputs.map(({ value }) => value)).toEqual([112_340_000n, 223_450_000n]);
    expect(transaction.hasWitness).toBe(true);
  });

  it.each([
    ['nothing at all', 'too early', new Uint8Array()],
    ['a byte too few', 'too early', plain.subarray(0, -1)],
    ['a byte too many', 'left over', concat(plain, Uint8Array.of(0))],
    ['no input', 'unknown flag', fromHex(`0200000000020000000000000000000000000000`)],
    ['no output', 'no output', spliced(plain, 46, 32, '00')],
    ['a segwit flag of 2', 'unknown flag', spliced(fromHex(BIP143_SIGNED), 5, 1, '02')],
    ['no input behind a segwit marker', 'no input', spliced(plain, 4, 42, '000100')],
    ['an input count in three bytes', 'shortest form', spliced(plain, 4, 1, 'fd0100')],
    ['an input count in five bytes', 'shortest form', spliced(plain, 4, 1, 'fe01000000')],
    ['an output count that cannot fit', 'larger than', spliced(plain, 46, 1, 'fe00000080')],
    ['a script beyond the end', 'too early', spliced(plain, 41, 1, 'fdffff')],
    ['a size of eight bytes', 'beyond every', spliced(plain, 41, 1, 'ff0000000000000001')],
    ['an output over 21 million', 'can exist', spliced(plain, 47, 8, 'ffffffffffffffff')],
    ['a segwit marker without witnesses', 'has none', withEmptyWitness()],
    ['64 bytes', '64 bytes', ofLength(64)],
    ['more than a block', 'larger than a block', new Uint8Array(4_000_001)],
  ])('refuses %s', (_name, reason, bytes) => {
    const refused = refusal(() => parseTransaction(bytes));
    expect(refused).toMatch(/^BITCOIN_TRANSACTION_MALFORMED/);
    expect(refused).toContain(reason);
  });

  it('takes a transaction of 63 and of 65 bytes, so that 64 is refused for its length alone', () => {
    for (const length of [63, 65])
      expect(parseTransaction(ofLength(length)).stripped.length).toBe(length);
  });

  it('takes for a coinbase only what has a single input of nothing', () => {
    const nothing = { txid: new Uint8Array(32), vout: 0xffffffff };
    const outputs = [{ value: 0n, script }];
    const other = { txid: sha256d(Buffer.of(1)), vout: 0 };
    const isOne = (inputs: { txid: Uint8Array; vout: number }[]): boolean =>
      isCoinbase(parseTransaction(transactionBytes({ inputs, outputs })));
    expect([[nothing], [nothing, other], [other]].map(isOne)).toEqual([true, false, false]);
  });

  it('refuses witnesses, and anything over a megabyte, where a proof carries a transaction', () => {
    expect(refusal(() => parseStrippedTransaction(fromHex(BIP143_SIGNED)))).toMatch(/MALFORMED/);
    expect(refusal(() => parseStrippedTransaction(new Uint8Array(1_000_001)))).toMatch(/MALFORMED/);
  });

  it('reads no two byte strings as the same fields', () => {
    const whole = fromHex(BIP143_SIGNED);
    const fields = ({ version, inputs, outputs, lockTime }: Transaction): unknown[] => [
      version,
      inputs,
      outputs,
      lockTime,
    ];
    const original = fields(parseTransaction(whole));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const mutated = whole.slice();
        mutated[at] = (mutated[at] ?? 0) ^ flip;
        try {
          expect(fields(parseTransaction(mutated))).not.toEqual(original);
        } catch (error) {
          expect(error).toBeInstanceOf(BitcoinProofError);
        }
      }),
    );
  });

  it('throws nothing but its own error for arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(refusal(() => parseTransaction(bytes))).toMatch(
          /^(none|BITCOIN_TRANSACTION_MALFORMED)/,
        );
      }),
    );
  });
});

describe('Txid', () => {
  it('is lower-case hex of 32 bytes, the reverse of the bytes hashed', () => {
    const text = `${'00'.repeat(31)}01`;
    expect(internalOrder(parseTxid(text))[0]).toBe(1);
    expect(() => parseTxid('00')).toThrow(/32 bytes/);
    expect(() => parseTxid('A'.repeat(64))).toThrow(/lower-case/);
  });
});

function spliced(bytes: Uint8Array, at: number, removed: number, hex: string): Uint8Array {
  return concat(bytes.subarray(0, at), fromHex(hex), bytes.subarray(at + removed));
}

function withEmptyWitness(): Uint8Array {
  return concat(
    plain.subarray(0, 4),
    Uint8Array.of(0, 1),
    plain.subarray(4, -4),
    new Uint8Array(5),
  );
}

function ofLength(length: number): Uint8Array {
  return transactionBytes({
    inputs: [{ txid: sha256d(Buffer.of(2)), vout: 0 }],
    outputs: [{ value: 0n, script: new Uint8Array(length - 60) }],
  });
}
