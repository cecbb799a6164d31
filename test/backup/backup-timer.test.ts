/** Backups by the clock: when one is due, that two never overlap, what follows a failure, and that a restart knows the last. */
import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BackupKeeper, type BackupOutcome } from '../../src/backup/backup-keeper.js';
import { KnownTargets } from '../../src/backup/known-targets.js';
import { silentLogger } from '../../src/base/logger.js';
import { durableFileSystem } from '../../src/keys/durable-file.js';
import { LedgerError } from '../../src/ledger/ledger-error.js';
import { ClientMemory } from '../support/client-memory.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestNode, type TestNode } from '../support/test-node.js';
import { appendSome } from './backed-node.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let root: string;
let opened: TestNode;
/** What became of each try, in order. */
let tries: (BackupOutcome & { readonly at: number })[];
/** What a try waits for: its beginning on record. */
let gate: () => Promise<void>;
beforeEach(async () => {
  root = await temporaryDirectory();
  await mkdir(join(root, 'target'));
  opened = await openTestNode(root);
  await opened.node.createLedger('default', 'kyc');
  await appendSome(opened, new ClientMemory(), 0, 3);
  [tries, gate] = [[], () => Promise.resolve()];
});
afterEach(async () => {
  await opened.close();
  await removeDirectory(root);
});

async function openKeeper(intervalMillis: number | null = DAY): Promise<BackupKeeper> {
  const { node, keyStore, clock, random } = opened;
  const keeper = new BackupKeeper({
    ...{ keyStore, clock, random, intervalMillis },
    directories: [join(root, 'target')],
    known: await KnownTargets.open(join(root, 'data'), durableFileSystem),
    dataDirectory: join(root, 'data'),
    source: node.store.backupSource,
    content: () => Promise.resolve([]),
    nodeTenant: node.tenantNamed('_node').handle,
    logger: silentLogger,
    begins: () => gate(),
    done: (outcome) => {
      tries.push({ ...outcome, at: clock.now() });
      return Promise.resolve();
    },
  });
  await keeper.open();
  return keeper;
}

/** What the timer does each second, for so long; what it began is waited for each time. */
async function pass(keeper: BackupKeeper, millis: number, step = MINUTE): Promise<void> {
  for (let passed = 0; passed < millis; passed += step) {
    opened.clock.advance(step);
    keeper.beginDue();
    await keeper.settled();
  }
}

const numbers = (): (number | string | null)[] =>
  tries.map(({ result, problem }) => result?.number ?? problem);

const away = (): Promise<void> => rename(join(root, 'target'), join(root, 'away'));
const back = (): Promise<void> => rename(join(root, 'away'), join(root, 'target'));

describe('backups by the clock', () => {
  it('begin at once where there is none, then an interval after the last complete one', async () => {
    const keeper = await openKeeper();
    await pass(keeper, MINUTE);
    expect(numbers()).toEqual([1]);
    await pass(keeper, DAY - MINUTE);
    expect(numbers()).toEqual([1]);
    await pass(keeper, MINUTE);
    expect(numbers()).toEqual([1, 2]);
    await pass(keeper, 3 * DAY, 10 * MINUTE);
    expect(numbers()).toEqual([1, 2, 3, 4, 5]);
  });

  it('are not made without an interval', async () => {
    const keeper = await openKeeper(null);
    await pass(keeper, 30 * DAY, DAY);
    expect(tries).toEqual([]);
    expect(keeper.reasons()).toEqual([]);
  });

  it('never overlap: one that takes longer than the interval is the only one, and one asked for meanwhile is refused', async () => {
    const keeper = await openKeeper();
    let open = (): void => undefined;
    const opening = new Promise<void>((resolve) => {
      open = resolve;
    });
    gate = () => opening;
    for (let turn = 0; turn < 5; turn++) {
      keeper.beginDue();
      opened.clock.advance(DAY);
    }
    expect(await keeper.statuses()).toMatchObject([{ state: 'running', isOverdue: true }]);
    expect(() => keeper.begin()).toThrow(expect.objectContaining({ code: 'BACKUP_RUNNING' }));
    open();
    await keeper.settled();
    expect(numbers()).toEqual([1]);
    expect(await keeper.statuses()).toMatchObject([{ state: 'idle', last: { number: 1 } }]);
  });

  it('are not made where their beginning cannot be put on record', async () => {
    const keeper = await openKeeper();
    gate = () => Promise.reject(new LedgerError('LEDGER_READ_ONLY', 'the node does not write yet'));
    await pass(keeper, MINUTE);
    expect(numbers()).toEqual(['LEDGER_READ_ONLY']);
    expect(await readdir(join(root, 'target'))).toEqual([]);
    gate = () => Promise.resolve();
    await pass(keeper, MINUTE);
    expect(numbers()).toEqual(['LEDGER_READ_ONLY', 1]);
  });

  it('are tried again after a failure, ever later, and at the interval once one is complete', async () => {
    const keeper = await openKeeper();
    await pass(keeper, MINUTE);
    await away();
    await pass(keeper, DAY);
    await pass(keeper, 4 * HOUR);
    const [, ...failed] = tries;
    expect(new Set(failed.map(({ problem }) => problem))).toEqual(
      new Set(['BACKUP_TARGET_UNUSABLE']),
    );
    // After 1, 2, 4, 8, 16 and 32 minutes, then each hour.
    const minutes = failed.map(({ at }) => (at - (failed[0]?.at ?? 0)) / MINUTE);
    expect(minutes).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183]);
    expect(keeper.reasons()).toEqual([expect.stringContaining('have failed')]);
    await back();
    await pass(keeper, HOUR);
    expect(numbers().at(-1)).toBe(2);
    expect(keeper.reasons()).toEqual([]);
    const made = tries.length;
    await pass(keeper, DAY - HOUR, 10 * MINUTE);
    expect(tries).toHaveLength(made);
    await pass(keeper, HOUR);
    expect(numbers().at(-1)).toBe(3);
  });

  it('can be asked for while a pause after a failure lasts', async () => {
    const keeper = await openKeeper();
    await away();
    await pass(keeper, 30 * MINUTE);
    await back();
    const failed = tries.length;
    await pass(keeper, MINUTE, 1_000);
    expect(tries).toHaveLength(failed);
    keeper.begin();
    await keeper.settled();
    expect(numbers().at(-1)).toBe(1);
  });

  it('go on after a restart from what the target says, made by whomever', async () => {
    await pass(await openKeeper(), MINUTE);
    await pass(await openKeeper(), DAY - 2 * MINUTE, MINUTE * 2);
    expect(numbers()).toEqual([1]);
    const again = await openKeeper();
    await pass(again, 2 * MINUTE);
    expect(numbers()).toEqual([1, 2]);
    // A node that was stopped for longer than the interval makes one at its first turn.
    opened.clock.advance(5 * DAY);
    await pass(await openKeeper(), MINUTE);
    expect(numbers()).toEqual([1, 2, 3]);
  });

  it('say what is wrong with a target that is away at the start, until it can be read', async () => {
    await pass(await openKeeper(), MINUTE);
    await away();
    const keeper = await openKeeper(null);
    expect(await keeper.statuses()).toMatchObject([{ problem: 'BACKUP_TARGET_UNUSABLE' }]);
    await back();
    expect(await keeper.statuses()).toMatchObject([{ problem: null, last: { number: 1 } }]);
  });

  it('are made though the clock was put back', async () => {
    const keeper = await openKeeper();
    opened.clock.advance(400 * DAY);
    await pass(keeper, MINUTE);
    opened.clock.advance(-400 * DAY);
    await pass(keeper, MINUTE);
    expect(numbers()).toEqual([1, 2]);
    await pass(keeper, HOUR);
    expect(numbers()).toEqual([1, 2]);
  });
});
