import { describe, expect, it } from '@jest/globals';
import type { AsciiJson } from '../../src/base/ascii-json.js';
import { utf8 } from '../../src/base/bytes.js';
import type { AppendTarget } from '../../src/commands/append-target.js';
import { type AppendTexts, RecordGatherer } from '../../src/commands/record-gatherer.js';
import { LedgerError } from '../../src/ledger/ledger-error.js';
import { rejection } from '../support/errors.js';

const kyc: AppendTarget = { tenant: 't', ledger: 'kyc', author: 'anna' };
const textOf = (content: string) => ({ bytes: utf8(content), idempotencyKey: null });

/** Answers each text with itself, and notes who came with whom. */
function echoing() {
  const groups: { target: AppendTarget; sizes: number[] }[] = [];
  const append: AppendTexts = (target, texts) => {
    groups.push({ target, sizes: texts.map(({ bytes }) => bytes.length) });
    return Promise.resolve(
      texts.map(({ bytes }) => ({
        kind: 'receipt' as const,
        receipt: { id: Buffer.from(bytes).toString(), json: '{}' as AsciiJson },
        isRepeated: false,
      })),
    );
  };
  return { groups, gatherer: new RecordGatherer(append) };
}

async function idsOf(results: readonly ReturnType<RecordGatherer['append']>[]): Promise<unknown[]> {
  return (await Promise.all(results)).map((one) => one.kind === 'receipt' && one.receipt.id);
}

describe('records that arrive at the same time', () => {
  it('are appended together, and each gets its own result', async () => {
    const { groups, gatherer } = echoing();
    const names = ['a', 'bb', 'ccc'];
    expect(await idsOf(names.map((name) => gatherer.append(kyc, textOf(name))))).toEqual(names);
    expect(groups).toEqual([{ target: kyc, sizes: [1, 2, 3] }]);
    expect(await idsOf([gatherer.append(kyc, textOf('later'))])).toEqual(['later']);
    expect(groups).toHaveLength(2);
  });

  it('are kept apart where tenant, ledger or author differ', async () => {
    const { groups, gatherer } = echoing();
    const targets = [
      kyc,
      { ...kyc, tenant: 'u' },
      { ...kyc, ledger: 'audit' },
      { ...kyc, author: 'bo' },
    ];
    await Promise.all(targets.map((target) => gatherer.append(target, textOf('x'))));
    expect(groups.map(({ target }) => target)).toEqual(targets);
  });

  it('go in several groups, in their order, where one would be too large', async () => {
    const { groups, gatherer } = echoing();
    const many = Array.from({ length: 600 }, (_, n) => `${n}`);
    expect(await idsOf(many.map((name) => gatherer.append(kyc, textOf(name))))).toEqual(many);
    expect(groups.map(({ sizes }) => sizes.length)).toEqual([256, 256, 88]);
    const large = ['a', 'b', 'c'].map((letter) => letter.repeat(600_000));
    await Promise.all(large.map((text) => gatherer.append(kyc, textOf(text))));
    expect(groups.slice(3).map(({ sizes }) => sizes)).toEqual([[600_000], [600_000], [600_000]]);
  });

  it('all fail with what failed their group, and the next group is none the worse', async () => {
    const error = new LedgerError('LEDGER_PUSHBACK', 'try again');
    let calls = 0;
    const gatherer = new RecordGatherer((target, texts) =>
      calls++ === 0
        ? Promise.reject(error)
        : echoing()
            .gatherer.append(target, texts[0] ?? textOf(''))
            .then((one) => [one]),
    );
    const both = [gatherer.append(kyc, textOf('a')), gatherer.append(kyc, textOf('b'))];
    for (const one of both) expect(await rejection(one)).toBe(error);
    expect(await idsOf([gatherer.append(kyc, textOf('c'))])).toEqual(['c']);
  });

  it('are not left waiting by an answer that is too short', async () => {
    const gatherer = new RecordGatherer(() => Promise.resolve([]));
    await expect(gatherer.append(kyc, textOf('a'))).rejects.toThrow('fewer results than texts');
  });
});
