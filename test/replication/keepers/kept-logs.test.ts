/** What a keeper takes, and what it answers for: real Hypercores, real signatures, and a writer that may do anything. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { TreeSize } from '../../../src/base/brand.js';
import { ChirographError } from '../../../src/base/errors.js';
import { formatStatement } from '../../../src/records/statement.js';
import { leafHash } from '../../../src/tlog/merkle-hash.js';
import { type Fault, FaultyFiles, PowerCut } from '../../support/faulty-files.js';
import { caseNumbers, spread, timeLimit } from '../../support/suite.js';
import { WholeTree } from '../../support/whole-tree.js';
import { type HostileWriter, ORIGIN } from '../support/hostile-writer.js';
import { expectProven, Stage } from '../support/stage.js';
import { KEEPER, Keeping, type KeepingOptions, RECOVERY_KEY, STRANGER } from './keeping.js';

const stage = Stage.forEach();

async function written(blocks: number): Promise<HostileWriter> {
  const writer = await stage.writer();
  for (let block = 0; block < blocks; block++) await writer.write(3);
  return writer;
}

async function keeper(options: KeepingOptions = {}): Promise<Keeping> {
  const one = await Keeping.open(stage.root, options);
  stage.keep(one);
  return one;
}

/** As the writer proves it: what it wrote was all honest. */
function wishFrom(writer: HostileWriter, from: number, to = writer.size) {
  const tree = new WholeTree(
    Array.from({ length: to }, (_, at) => leafHash(formatStatement(writer.statement(at, 'a')))),
  );
  const [known, all] = [from as TreeSize, to as TreeSize];
  return { from: known, proof: from === 0 ? [] : tree.consistencyProof(known, all) };
}

describe('a keeper', () => {
  it('gives a signed receipt for what it has on disk, and again after a start', async () => {
    const writer = await written(4);
    const one = await keeper();
    const first = await one.hear(writer);
    await one.until(() => one.receipted === 12, 'a receipt');
    const [{ receipt } = { receipt: null }] = one.of('receipt');
    expect(receipt).toMatchObject({ origin: ORIGIN, length: 4, size: 12, term: { number: 0 } });
    expect(Buffer.from(receipt?.by ?? []).toString('hex')).toBe(KEEPER);
    await first.close();
    await stage.close(one);
    // Without anybody to fetch from: it has them.
    const again = await keeper();
    expect(again.kept.all()).toHaveLength(1);
    stage.keep(await again.hear(writer, { isGiven: false }));
    await again.until(() => again.receipted === 12, 'a receipt after a start');
    expect([again.failures, again.dropped]).toEqual([[], []]);
  });

  it('says nothing before it has the blocks', async () => {
    const writer = await written(2);
    const one = await keeper({ isWitness: true });
    stage.keep(await one.hear(writer, { isGiven: false, witness: wishFrom(writer, 0) }));
    await one.until(() => one.kept.all()[0]?.heardAt !== undefined, 'that it was heard');
    const next = { witness: wishFrom(writer, 0) };
    stage.keep(await one.hear(writer, { ...next, isGiven: false }));
    expect(one.said).toEqual([]);
    stage.keep(await one.hear(writer, next));
    await one.until(() => one.receipted === 6 && one.cosigned === 6, 'blocks');
    const kinds = one.said.map(({ message }) => message.kind);
    expect(kinds.indexOf('receipt')).toBeLessThan(kinds.indexOf('cosigned'));
  });

  it('answers nobody that has no limits, and writes nothing for them', async () => {
    const writer = await written(2);
    const one = await keeper();
    stage.keep(await one.hear(writer, { from: STRANGER }));
    const other = await one.hear(writer);
    await one.until(() => one.receipted === 6, 'what another says');
    expect(one.said.filter(({ to }) => to === STRANGER)).toEqual([]);
    await other.close();
    await stage.close(one);
    const alone = await keeper({ keeps: null });
    stage.keep(await alone.hear(writer));
    stage.keep(await alone.hear(writer, { from: STRANGER }));
    expect(alone.said).toEqual([]);
    expect(alone.kept.all()).toEqual([]);
  });

  it('keeps no more bytes than it may, and as soon as it may', async () => {
    const writer = await written(6);
    const one = await keeper({ keeps: { maxBytes: 300, maxLogs: 1 } });
    const first = await one.hear(writer);
    await one.until(() => one.of('refuse').length > 0, 'no room');
    expect(one.of('refuse')[0]).toMatchObject({ why: 'full', origin: ORIGIN });
    expect(one.receipted).toBe(0);
    await first.close();
    await stage.close(one);
    const again = await keeper();
    stage.keep(await again.hear(writer));
    await again.until(() => again.receipted === 18, 'room');
  });

  it('keeps no log for which there is no place, and none of its own', async () => {
    const writer = await written(1);
    const none = await keeper({ isOwn: () => true });
    stage.keep(await none.hear(writer));
    await none.until(() => none.said.length > 0, 'an answer');
    expect(none.of('refuse')).toMatchObject([{ why: 'member' }]);
    expect(await readdir(join(stage.root, 'kept', 'logs'))).toEqual([]);
  });

  it('takes a log by the keys of its first word alone, and only once they have signed', async () => {
    const writer = await written(2);
    const one = await keeper();
    stage.keep(await one.hear(writer, { lies: { origin: 'log.example/acme/other' } }));
    await one.until(() => one.said.length === 1, 'an answer to a false head');
    expect(await readdir(join(stage.root, 'kept', 'logs'))).toEqual([]);
    stage.keep(await one.hear(writer));
    await one.until(() => one.receipted === 6, 'a receipt');
    const other = 'log.example/acme+00000000+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c';
    stage.keep(await one.hear(writer, { recoveryKey: other }));
    await one.until(() => one.of('refuse').length === 2, 'an answer to other keys');
    expect(one.of('refuse').map(({ why }) => why)).toEqual(['keys', 'keys']);
    expect(RECOVERY_KEY).not.toBe(other);
  });

  it('never follows a fork: it keeps the proof, and says so', async () => {
    const writer = await written(4);
    const one = await keeper();
    const first = await one.hear(writer);
    await one.until(() => one.receipted === 12, 'a receipt');
    await first.close();
    await writer.cut(3, 0);
    await writer.write(3, 'b');
    stage.keep(await one.hear(writer));
    await one.until(() => one.of('refuse').length > 0, 'a refusal');
    stage.keep(await one.hear(writer));
    await one.until(() => one.of('refuse').some(({ why }) => why === 'stopped'), 'an alarm');
    expect(one.kept.all()[0]?.alarm).toMatchObject({ code: 'misbehaviour' });
    expect(one.kept.all()[0]?.stored?.size).toBe(12);
    expectProven(await one.memory.proof(ORIGIN), 'roots');
    await stage.close(one);
    const again = await keeper();
    expect(again.kept.all()[0]?.alarm).toMatchObject({ code: 'misbehaviour' });
  });
});

describe('a keeper that is a witness', () => {
  it('cosigns what goes on from what it cosigned, and nothing else', async () => {
    const writer = await written(2);
    const one = await keeper({ isWitness: true });
    stage.keep(await one.hear(writer, { witness: wishFrom(writer, 0) }));
    await one.until(() => one.cosigned === 6, 'a cosignature');
    await writer.write(3);
    // From what it never said: it says what it has.
    stage.keep(await one.hear(writer, { witness: wishFrom(writer, 3) }));
    await one.until(() => one.of('cosigned').length === 2, 'an answer');
    expect(one.of('cosigned')[1]).toMatchObject({ size: 6, line: null });
    const [first, ...rest] = wishFrom(writer, 6).proof;
    if (first === undefined) throw new Error('a proof without hashes');
    const broken = { from: 6 as TreeSize, proof: [...rest, first] };
    stage.keep(await one.hear(writer, { witness: broken }));
    await one.until(() => one.of('refuse').length === 1, 'a refusal');
    expect(one.of('refuse')[0]).toMatchObject({ why: 'unproven' });
    expect(one.cosigned).toBe(6);
    stage.keep(await one.hear(writer, { witness: wishFrom(writer, 6) }));
    await one.until(() => one.cosigned === 9, 'the next cosignature');
  });

  it('cosigns the head alone that it was asked for', async () => {
    const writer = await written(2);
    const one = await keeper({ isWitness: true });
    stage.keep(await one.hear(writer));
    await one.until(() => one.receipted === 6, 'a receipt');
    await writer.write(3);
    // Asked for a head whose blocks do not come: the smaller one is here, and nobody asked for it.
    const away = await one.hear(writer, { isGiven: false, witness: wishFrom(writer, 0) });
    await one.until(() => one.of('receipt').length >= 2, 'what it has');
    await away.close();
    stage.keep(await one.hear(writer, { witness: wishFrom(writer, 0) }));
    await one.until(() => one.cosigned === 9, 'a cosignature');
    // Asked twice, it says what it has cosigned; it has signed once.
    const said = one.of('cosigned');
    expect(said.flatMap(({ line, size }) => (line === null ? [] : [size]))).toEqual([9]);
    expect(said.filter(({ size }) => size !== 9)).toEqual([]);
  });

  it('that was made none says so', async () => {
    const writer = await written(1);
    const one = await keeper();
    stage.keep(await one.hear(writer, { witness: wishFrom(writer, 0) }));
    await one.until(() => one.receipted === 3, 'a receipt');
    expect(one.of('refuse')).toMatchObject([{ why: 'no-witness' }]);
    expect(one.of('cosigned')).toEqual([]);
  });
});

/** Steps at which the power may go, of a witness that is told of two heads. */
const STEPS = 42;
const MOMENTS: readonly Fault[] = ['before', 'torn', 'after'];
const CUTS = spread(
  Array.from({ length: STEPS }, (_, step) => MOMENTS.map((fault) => ({ step, fault }))).flat(),
);

async function tellTwice(one: Keeping, writer: HostileWriter): Promise<void> {
  for (const size of [6, 9]) {
    if (writer.size < size) await writer.write(3);
    const from = size === 6 ? 0 : 6;
    const at = await one.hear(writer, { witness: wishFrom(writer, from) });
    await one.until(() => one.receipted >= size && one.cosigned >= size, `${size} entries`);
    await at.close();
    if (one.failures.length > 0) return;
  }
}

describe('a power cut', () => {
  it.each(
    caseNumbers(20, CUTS.length).map((at) => CUTS[at] ?? { step: 0, fault: 'before' as const }),
  )(
    '$fault step $step leaves what was answered for on disk',
    async ({ step, fault }) => {
      const writer = await written(2);
      let one: Keeping | null = null;
      try {
        one = await Keeping.open(stage.root, {
          files: new FaultyFiles(step, fault),
          isWitness: true,
        });
        await tellTwice(one, writer);
      } catch (cause) {
        if (!(cause instanceof PowerCut || cause instanceof ChirographError)) throw cause;
      }
      const [receipted, cosigned] = [one?.receipted ?? 0, one?.cosigned ?? 0];
      await one?.close();
      expect(cosigned).toBeLessThanOrEqual(receipted);
      const again = await keeper({ isWitness: true });
      if (writer.size < 9) await writer.write(3);
      // It has all that it gave a receipt for, with nobody to fetch from.
      const log = again.kept.all()[0];
      if (receipted > 0)
        await again.until(() => (log?.stored?.size ?? 0) >= receipted, 'what was receipted');
      // And no other history of what it cosigned.
      stage.keep(await again.hear(writer, { witness: wishFrom(writer, 0) }));
      await again.until(() => again.of('cosigned').length > 0, 'an answer of the witness');
      const [answer] = again.of('cosigned');
      expect(answer?.size).toBeGreaterThanOrEqual(cosigned);
      if (cosigned > 0) expect(answer?.line).toBeNull();
      expect(again.failures).toEqual([]);
    },
    timeLimit,
  );

  it('has as many steps as are tried', async () => {
    const files = new FaultyFiles();
    const writer = await written(2);
    const one = await keeper({ files, isWitness: true });
    await tellTwice(one, writer);
    expect(one.failures).toEqual([]);
    expect(files.steps.length).toBeLessThanOrEqual(STEPS);
    expect(files.steps.length).toBeGreaterThan(STEPS - 12);
  });
});
