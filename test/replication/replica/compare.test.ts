/** What another member says that it has, held against what is here: nothing is taken of it, and two histories are proven. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { ReplicaMemory } from '../../../src/replication/replica/replica-memory.js';
import { copyDirectory } from '../../support/copy-directory.js';
import { PINNED } from '../support/hostile-writer.js';
import { expectProven, Stage } from '../support/stage.js';
import { groupStatement, TailMember } from '../support/tail-member.js';

const stage = Stage.forEach();

async function member(at: number): Promise<TailMember> {
  const opened = await TailMember.open(stage.root, at);
  stage.keep(opened);
  return opened;
}

/** Two members with the first four blocks, and the keys to write; the second is a copy of the first. */
async function twins(): Promise<[TailMember, TailMember]> {
  const writer = await stage.writer();
  await writer.write(3);
  await writer.writeStatements([groupStatement(3)]);
  const one = await TailMember.open(stage.root, 0);
  stage.connect(one, writer);
  await one.follow(await writer.announcement());
  await stage.cutOff();
  await one.close();
  const replicas = (at: number): string => join(stage.root, `node${at}`, 'replicas');
  await copyDirectory(replicas(0), replicas(1));
  return [await member(0), await member(1)];
}

async function expectTwoHistories(one: TailMember, kind: string): Promise<void> {
  expect(one.alarms).toMatchObject([{ code: 'misbehaviour' }]);
  const memory = await ReplicaMemory.open(join(stage.root, 'node0', 'replicas'));
  const proof = await memory.proof(PINNED.origin);
  expectProven(proof, kind);
  expect(proof).toEqual(await readFile(memory.proofPath(PINNED.origin)));
}

it('of one length and another history is proven, though nobody follows it', async () => {
  const [one, other] = await twins();
  await one.write(1, 'a');
  await other.write(1, 'b');
  expect(await one.tail.compare(other.announcement())).toBe(true);
  await expectTwoHistories(one, 'roots');
});

it('of a shorter history is proven by the tree', async () => {
  const [one, other] = await twins();
  await one.write(2, 'a');
  await other.write(1, 'b');
  expect(await one.tail.compare(other.announcement())).toBe(true);
  await expectTwoHistories(one, 'roots');
});

it('of a longer history waits until there is as much here', async () => {
  const [one, other] = await twins();
  await one.write(1, 'a');
  await other.write(2, 'b');
  const said = other.announcement();
  expect(await one.tail.compare(said)).toBe(false);
  expect(one.alarms).toEqual([]);
  await one.write(1, 'a');
  expect(await one.tail.compare(said)).toBe(true);
  await expectTwoHistories(one, 'roots');
});

it('of the same history changes nothing, and nothing is fetched', async () => {
  const [one, other] = await twins();
  stage.connect(one, other);
  await other.write(1);
  expect(await one.tail.compare(other.announcement())).toBe(false);
  await one.tail.idle();
  expect([one.length, one.alarms, one.failures]).toEqual([2, [], []]);
});

it('by a writer behind the end of its term is no misbehaviour', async () => {
  const [one, other] = await twins();
  await one.write(1, 'a');
  await one.begin(2);
  // Nobody was shown it, and a later writer went on from before it.
  await other.write(3, 'b');
  const beyond = { ...other.announcement() };
  expect(await one.tail.compare(beyond)).toBe(true);
  expect(one.alarms).toEqual([]);
});

it('by nobody who has a key of the log says nothing', async () => {
  const [one, other] = await twins();
  await other.write(1, 'b');
  const { checkpoint, ...rest } = other.announcement();
  const forged = { ...rest, checkpoint: checkpoint.replace(/.{8}\n$/, 'AAAAAA=\n') };
  await expect(one.tail.compare(forged)).rejects.toMatchObject({
    code: 'REPLICA_HEAD_UNVERIFIED',
  });
  expect(one.alarms).toEqual([]);
});
