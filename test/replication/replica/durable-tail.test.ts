/** What a crash leaves of a tail: its view was true, and nothing is forgotten of it that was told, but for what was discarded. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { ChirographError } from '../../../src/base/errors.js';
import { formatStoredJson, parseStoredJsonUpTo } from '../../../src/base/stored-json.js';
import { type DurableFileSystem, durableFileSystem } from '../../../src/keys/durable-file.js';
import { commonLength } from '../../../src/replication/protocol/log-end.js';
import type { LogView } from '../../../src/replication/protocol/log-view.js';
import type { OwnBlock } from '../../../src/replication/replica/tail.js';
import { copyDirectory } from '../../support/copy-directory.js';
import { type Fault, FaultyFiles, PowerCut } from '../../support/faulty-files.js';
import { caseNumbers, spread, timeLimit } from '../../support/suite.js';
import { Stage } from '../support/stage.js';
import { groupStatement, TailMember } from '../support/tail-member.js';

const stage = Stage.forEach();

async function member(at: number, files?: DurableFileSystem, opened?: Closing[]) {
  return TailMember.open(stage.root, at, files, opened);
}

interface Closing {
  close(): Promise<void>;
}

/** One that has been written by the first of two members, with three blocks. */
async function begun(): Promise<TailMember> {
  const writer = await stage.writer();
  await writer.write(3);
  await writer.writeStatements([groupStatement(3)]);
  const other = await member(1);
  stage.keep(other);
  stage.connect(other, writer);
  await other.follow(await writer.announcement());
  return other;
}

/** Follows, writes, loses, follows again, takes over. @param told after each step. */
async function live(one: TailMember, other: TailMember, told: (view: LogView) => void) {
  const tell = (): void => {
    if (one.failures.length > 0) throw one.failures[0];
    told(one.tail.view);
  };
  stage.connect(one, other);
  await one.follow(other);
  tell();
  for (let block = 0; block < 2; block++) {
    await one.write(1);
    tell();
  }
  await other.begin(2);
  await other.write(1);
  await one.tail.discard(2);
  tell();
  await one.follow(other);
  tell();
  await one.tail.keep(3);
  await one.begin(3);
  tell();
  await one.write(1);
  tell();
}

/** Steps of the disk in that life. */
const STEPS = 100;
const MOMENTS: readonly Fault[] = ['before', 'torn', 'after'];
const CUTS = spread(
  Array.from({ length: STEPS }, (_, step) => MOMENTS.map((fault) => ({ step, fault }))).flat(),
);

it.each(
  caseNumbers(24, CUTS.length).map((at) => CUTS[at] ?? { step: 0, fault: 'before' as const }),
)(
  'a power cut $fault step $step of the disk leaves what was told',
  async ({ step, fault }) => {
    const other = await begun();
    const opened: Closing[] = [];
    let last: LogView = { end: { segments: [], length: 0 }, groups: [] };
    const own: TailMember['own'][] = [];
    try {
      const one = await member(0, new FaultyFiles(step, fault), opened);
      await live(one, other, (view) => {
        last = view;
        own.push(one.own);
      });
    } catch (cause) {
      if (!(cause instanceof PowerCut || cause instanceof ChirographError)) throw cause;
    }
    await stage.cutOff();
    for (const one of opened.reverse()) await Promise.allSettled([one.close()]);
    const again = await member(0);
    stage.keep(again);
    expect(again.tail.isWhole).toBe(true);
    const { view } = again.tail;
    // It may be in the middle of what came next: one block more, or cut to where the other goes on.
    const common = commonLength(view.end, last.end);
    expect([last.end.length, Math.min(last.end.length, 2)]).toContain(common);
    expect(view.end.length - common).toBeLessThanOrEqual(3);
    const core = own.at(-1)?.core;
    if (again.tail.isUnfinished && core !== undefined) await again.tail.finish(core);
    expect(again.tail.isUnfinished).toBe(false);
    const end = again.length;
    for (let block = 0; block < end; block++) await again.tail.block(block);
  },
  timeLimit,
);

it('has as many steps as are tried', async () => {
  const other = await begun();
  const files = new FaultyFiles();
  const one = await member(0, files);
  stage.keep(one);
  const views: number[] = [];
  await live(one, other, (view) => views.push(view.end.length));
  expect(views).toEqual([2, 3, 4, 2, 4, 5, 6]);
  expect(files.steps.length).toBeLessThanOrEqual(STEPS);
});

/** A member that was killed when the block that it was writing was remembered, and nothing of it was in its Hypercore. */
async function killedWriting(): Promise<{
  again: TailMember;
  block: OwnBlock;
  killed: TailMember;
}> {
  const other = await begun();
  let isStuck = false;
  const files: DurableFileSystem = {
    ...durableFileSystem,
    rename: async (from, to) => {
      await durableFileSystem.rename(from, to);
      if (isStuck) throw new PowerCut();
    },
  };
  const killed = await member(0, files);
  stage.keep(killed);
  stage.connect(killed, other);
  await killed.follow(other);
  const block = await killed.next(2, 'x');
  isStuck = true;
  await expect(killed.tail.append(block)).rejects.toThrow(PowerCut);
  await stage.close(killed);
  const again = await member(0);
  stage.keep(again);
  return { again, block, killed };
}

it('writes the very block that a crash cut short, and no other in its place', async () => {
  const { again, block } = await killedWriting();
  expect([again.tail.isUnfinished, again.length]).toEqual([true, 2]);
  await expect(again.write(1)).rejects.toMatchObject({ code: 'REPLICA_DIVERGED' });
  const view = await again.tail.finish(again.own.core);
  expect([view.end.length, again.tail.isUnfinished]).toEqual([3, false]);
  expect(Buffer.from(await again.tail.block(2))).toEqual(Buffer.from(block.block));
  expect(again.tail.head?.note).toBe(block.note);
  await again.write(1);
  expect(again.length).toBe(4);
});

it('claims nothing where the blocks are lost, and has them again from others', async () => {
  const other = await begun();
  const one = await member(0);
  stage.connect(one, other);
  await one.follow(other);
  await stage.cutOff();
  await one.close();
  const replicas = (name: string): string => join(stage.root, name, 'replicas');
  await copyDirectory(join(replicas('node0'), 'heads'), join(replicas('lost'), 'heads'));
  await copyDirectory(replicas('lost'), join(stage.root, 'node2', 'replicas'));
  const lost = await member(2);
  stage.keep(lost);
  expect([lost.tail.isWhole, lost.length, lost.tail.head]).toEqual([false, 0, null]);
  stage.connect(lost, other);
  await lost.tail.idle();
  expect([lost.tail.isWhole, lost.length]).toEqual([true, 2]);
});

it('opens what was remembered before there were groups', async () => {
  const writer = await stage.writer();
  await writer.write(3);
  const one = await stage.replica('one');
  stage.connect(one.log, writer);
  await one.log.announce(await writer.announcement());
  await one.settled(3);
  await stage.cutOff();
  await stage.close(one);
  const heads = join(stage.root, 'one', 'replicas', 'heads');
  const [name = ''] = await readdir(heads);
  const place = `replicas/heads/${name}`;
  const refuse = (reason: string): Error => new Error(reason);
  const { content, format } = parseStoredJsonUpTo(2, place, await readFile(join(heads, name)), {
    damaged: refuse,
    newer: () => refuse('newer'),
  });
  expect([format, Object.keys(content)]).toEqual([2, ['checkpoint', 'keys', 'origin', 'walk']]);
  await writeFile(join(heads, name), formatStoredJson(place, content, 1));
  const again = await stage.replica('one');
  await again.settled(3);
  expect(again.log.stored?.size).toBe(3);
});
