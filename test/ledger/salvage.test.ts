import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseCheckpoint } from '../../src/tlog/checkpoint.js';
import { parseSignedNote } from '../../src/tlog/signed-note.js';
import { ask, type Wish } from '../support/client-memory.js';
import { DamagedStore } from '../support/damaged-store.js';
import { rejection } from '../support/errors.js';
import { fsckFindings } from '../support/fsck-findings.js';

let damaged: DamagedStore;
beforeEach(async () => {
  damaged = await DamagedStore.begin();
});
afterEach(() => damaged.end());

describe('a log that lost blocks of which the journal no longer knows', () => {
  it.each(['hole', 'flip'] as const)('goes on as a successor after a %s', async (kind) => {
    const memory = await damaged.write(4);
    await damaged.damage(kind, 5);
    expect(await damaged.salvage()).toEqual({
      evidence: 'damaged/1',
      madeWhole: [],
      shortened: [],
    });
    const kyc = await damaged.standing('kyc');
    expect(kyc.origin).toMatch(/\/kyc\/2$/);
    expect(kyc.sizes).toEqual([5, 1]);
    if (kyc.first.kind !== 'loss') throw new Error('not a loss');
    expect(kyc.first).toMatchObject({ cause: 'a bad sector', recoveredSize: 5 });
    expect(`${kyc.first.from}/2`).toBe(kyc.first.origin);
    expect(sizeOf(kyc.first.checkpoint)).toBe(9);
    const shown = memory.checkpoints.get(kyc.first.from);
    expect(shown?.has(kyc.first.checkpoint)).toBe(true);
    expect((await damaged.standing('audit')).origin).toMatch(/\/audit$/);
    expect(await damaged.broken(memory, { kyc: 5 })).toEqual([]);
    expect(await fsckFindings(damaged.root)).toEqual([]);
  });

  it('goes on in the old and the new log, and again after a second loss', async () => {
    await damaged.write(4);
    await damaged.damage('hole', 5);
    await damaged.salvage();
    const memory = await damaged.write(3);
    await damaged.damage('flip', 4, 'kyc', 1);
    expect(await damaged.salvage()).toMatchObject({ evidence: 'damaged/2', shortened: [] });
    const kyc = await damaged.standing('kyc');
    expect(kyc.origin).toMatch(/\/kyc\/3$/);
    expect(kyc.sizes).toEqual([5, 4, 1]);
    expect(kyc.first).toMatchObject({ kind: 'loss', recoveredSize: 4 });
    expect(await damaged.broken(memory, { kyc: 4 })).toEqual([]);
    await damaged.write(1);
    expect((await damaged.standing('kyc')).sizes).toEqual([5, 4, 3]);
  });

  it('gives first receipts again for what is left, and new ones for what was lost', async () => {
    const memory = await damaged.write(1);
    const wish = (n: number): Wish => ({
      ledger: 'kyc',
      subject: 'anna',
      payload: { n },
      idempotencyKey: `request ${n}`,
    });
    const before = await damaged.open();
    for (const n of [0, 1]) await ask(before, 'bank', memory, [wish(n)]);
    const [kept, lost] = memory.told.slice(-2).map(({ receipt }) => receipt);
    await before.store.close();
    await damaged.damage('hole', 4);
    await damaged.salvage();
    const after = await damaged.open();
    for (const n of [0, 1]) await ask(after, 'bank', memory, [wish(n)]);
    const [first, other] = memory.told.slice(-2).map(({ receipt }) => receipt);
    await after.store.close();
    expect(first?.leafHash).toBe(kept?.leafHash);
    expect(lost?.index).toBe(4);
    expect(other?.index).toBe(1);
    expect(other?.checkpoint).toMatch(/^\S+\/kyc\/2\n/);
  });

  it('says how much is left of a log that was closed before, and needs no new one', async () => {
    await damaged.write(4);
    await damaged.damage('hole', 5);
    await damaged.salvage();
    await damaged.damage('hole', 2);
    const { shortened } = await damaged.salvage();
    expect(shortened).toEqual([{ origin: expect.stringMatching(/\/kyc$/), size: 2 }]);
    expect((await damaged.standing('kyc')).sizes).toEqual([2, 1]);
    expect(await fsckFindings(damaged.root)).toEqual([]);
  });
});

describe('a log that is shorter than the journal says', () => {
  it('goes on as a successor', async () => {
    const memory = await damaged.write(2);
    await damaged.save('older', 'logs');
    await damaged.write(2, memory);
    await damaged.putBack('older', 'logs');
    expect((await rejection(damaged.open())).message).toMatch(/log .* holds 5 blocks/);
    await damaged.salvage();
    for (const name of ['kyc', 'audit'] as const) {
      const { first, sizes } = await damaged.standing(name);
      expect(sizes).toEqual([5, 1]);
      expect(first).toMatchObject({ kind: 'loss', recoveredSize: 5 });
    }
    expect(await damaged.broken(memory, { kyc: 5, audit: 5 })).toEqual([]);
  });

  it('goes on with nothing when nothing is left', async () => {
    await damaged.write(2);
    await rm(join(damaged.data, 'logs'), { recursive: true });
    await damaged.salvage();
    const { first, sizes } = await damaged.standing('kyc');
    expect(sizes).toEqual([0, 1]);
    expect(first).toMatchObject({ kind: 'loss', recoveredSize: 0 });
    expect(await fsckFindings(damaged.root)).toEqual([]);
  });
});

describe('a log that is longer than the journal says', () => {
  it('keeps what opens beyond it, and says that the journal was lost', async () => {
    const memory = await damaged.write(2);
    await damaged.save('older', 'journal');
    await damaged.write(2, memory);
    await damaged.putBack('older', 'journal');
    expect((await rejection(damaged.open())).message).toMatch(/has lost its end/);
    await damaged.salvage();
    const { first, sizes } = await damaged.standing('kyc');
    expect(sizes).toEqual([9, 1]);
    if (first.kind !== 'loss') throw new Error('not a loss');
    expect(sizeOf(first.checkpoint)).toBe(9);
    expect(await damaged.broken(memory)).toEqual([]);
  });
});

describe('a log of another history than the journal', () => {
  it('keeps what both have in common, and nothing of the other', async () => {
    const memory = await damaged.write(2);
    await damaged.save('common');
    await damaged.write(2);
    await damaged.save('other', 'logs');
    await damaged.putBack('common');
    await damaged.write(2, memory);
    await damaged.putBack('other', 'logs');
    expect((await rejection(damaged.open())).message).toMatch(/differs from the journal/);
    await damaged.salvage();
    expect((await damaged.standing('kyc')).sizes).toEqual([5, 1]);
    expect(await damaged.broken(memory, { kyc: 5, audit: 5 })).toEqual([]);
  });

  it('is not gone on with where the journal ends', async () => {
    const memory = await damaged.write(2);
    await damaged.save('common');
    await damaged.write(4);
    await damaged.save('other', 'logs');
    await damaged.putBack('common');
    await damaged.writeAndKill(memory);
    await damaged.putBack('other', 'logs');
    await damaged.salvage();
    expect((await damaged.standing('kyc')).sizes).toEqual([8, 1]);
    expect(await damaged.broken(memory)).toEqual([]);
  });
});

describe('a log whose damage the journal can make good', () => {
  it('is made whole, and loses neither its name nor an entry', async () => {
    const memory = await damaged.write(2);
    await damaged.writeAndKill(memory);
    await damaged.damage('flip', 6);
    expect((await rejection(damaged.open())).message).toMatch(/differs from the journal/);
    const { madeWhole } = await damaged.salvage();
    expect(madeWhole).toEqual([expect.stringMatching(/\/kyc$/)]);
    expect((await damaged.standing('kyc')).sizes).toEqual([8]);
    expect(await damaged.broken(memory)).toEqual([]);
  });
});

function sizeOf(checkpoint: string): number {
  return parseCheckpoint(parseSignedNote(checkpoint).text).size;
}
