/** The tail of a shared ledger, and what becomes of what goes wrong with it: real Hypercores, a writer made by hand. */
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Logger } from '../../../src/base/logger.js';
import { silentLogger } from '../../../src/base/logger.js';
import { KeysError } from '../../../src/keys/keys-error.js';
import { LedgerError } from '../../../src/ledger/ledger-error.js';
import type { SharedSecret } from '../../../src/ledger/log-secrets.js';
import { ReplicaLogs } from '../../../src/ledger/replica-logs.js';
import { RecordsError } from '../../../src/records/records-error.js';
import { ReplicaError } from '../../../src/replication/replica/replica-error.js';
import { ReplicaMemory } from '../../../src/replication/replica/replica-memory.js';
import type { Tail } from '../../../src/replication/replica/tail.js';
import { ReplicationError } from '../../../src/replication/replication-error.js';
import { isBearable, openTail } from '../../../src/replication/shared/open-tail.js';
import type { SharedLedgerOptions } from '../../../src/replication/shared/shared-options.js';
import { eventually } from '../../support/eventually.js';
import { FakeClock } from '../../support/fake-clock.js';
import { BLOCK_KEY, PINNED } from '../support/hostile-writer.js';
import { relay } from '../support/relay.js';
import { Stage } from '../support/stage.js';

const stage = Stage.forEach();
const SECRET: SharedSecret = {
  ...{ rowId: new Uint8Array(16).fill(1), secret: new Uint8Array(32).fill(2) },
  scope: { kind: 'author-tags', author: 'a' } as never,
};

interface Opened {
  readonly tail: Tail;
  readonly warned: string[];
  readonly failures: unknown[];
  readonly offenders: (Uint8Array | null)[];
  readonly asked: number[];
}

interface Ways {
  /** Answers what is asked of a peer. */
  readonly give?: (to: number) => Promise<number>;
  readonly adopt?: () => Promise<void>;
}

async function opened({ give = (to) => Promise.resolve(to), adopt }: Ways = {}): Promise<Opened> {
  const directory = join(stage.root, 'replicas');
  const logs = await ReplicaLogs.open(directory);
  const [warned, asked]: [string[], number[]] = [[], []];
  const failures: unknown[] = [];
  const offenders: (Uint8Array | null)[] = [];
  const logger: Logger = { ...silentLogger, warn: (event) => warned.push(event) };
  const options = {
    ...{ pinned: PINNED, logs, memory: await ReplicaMemory.open(directory), logger },
    ...{ clock: new FakeClock(), isErased: () => false, acquaintances: ['peer'] },
    store: {
      ...{ blockKey: BLOCK_KEY, head: { length: 0 } },
      secrets: {
        adopt: async () => {
          await adopt?.();
          return 1;
        },
        hasOfBlock: () => Promise.resolve(false),
      },
    },
    secrets: {
      isLinked: () => true,
      ask: async (_: string, { to }: { readonly to: number }) => {
        asked.push(to);
        return { to: await give(to), secrets: [SECRET] };
      },
    },
    onOffender: (peer: Uint8Array | null) => offenders.push(peer),
    onFailure: (cause: unknown) => failures.push(cause),
  } as unknown as SharedLedgerOptions;
  const tail = await openTail(options, () => null);
  stage.keep({
    close: async () => {
      await tail.close();
      await logs.close();
    },
  });
  return { tail, warned, failures, offenders, asked };
}

/** A writer with one block, linked to the tail, and what it has announced. */
async function following({ tail }: Opened) {
  const writer = await stage.writer();
  await writer.write(3);
  stage.connect(tail, writer);
  await tail.announce(await writer.announcement());
}

const isStored =
  ({ tail }: Opened) =>
  () =>
    tail.head !== null;

describe('blocks of a shared ledger', () => {
  it('count as stored when the secrets that they rest on are here, and not before', async () => {
    let release!: (to: number) => void;
    const held = new Promise<number>((resolve) => (release = resolve));
    let taken = false;
    const one = await opened({
      give: () => held,
      adopt: () => {
        expect(one.tail.head).toBeNull();
        taken = true;
        return Promise.resolve();
      },
    });
    await following(one);
    await eventually(() => one.asked.length > 0, 'a question');
    expect([one.tail.head, taken]).toEqual([null, false]);
    release(1);
    await eventually(isStored(one), 'a head');
    expect([taken, one.failures]).toEqual([true, []]);
  });

  it('wait for room in the vault, and are no failure of the node', async () => {
    let tries = 0;
    const one = await opened({
      adopt: () =>
        ++tries === 1
          ? Promise.reject(new KeysError('KEYS_VAULT_PUSHBACK', 'too many wait'))
          : Promise.resolve(),
    });
    await following(one);
    await eventually(isStored(one), 'a head');
    expect([tries, one.failures]).toEqual([2, []]);
  });

  it('are asked for again of who did not answer', async () => {
    let tries = 0;
    const one = await opened({
      give: (to) =>
        ++tries === 1
          ? Promise.reject(new ReplicationError('REPLICATION_UNANSWERED', 'nothing came'))
          : Promise.resolve(to),
    });
    await following(one);
    await eventually(isStored(one), 'a head');
    expect(one.failures).toEqual([]);
  });

  it('that the store does not take for now are told of, and the node goes on', async () => {
    const readOnly = new LedgerError('LEDGER_READ_ONLY', 'nothing is written');
    const one = await opened({ adopt: () => Promise.reject(readOnly) });
    await following(one);
    await eventually(() => one.warned.length > 0, 'a warning');
    expect([one.tail.head, one.failures]).toEqual([null, []]);
  });

  it('that cannot be kept any more end the node', async () => {
    const failed = new LedgerError('LEDGER_FAILED', 'a disk');
    const one = await opened({ adopt: () => Promise.reject(failed) });
    await following(one);
    await eventually(() => one.failures.length > 0, 'a failure');
    expect([one.tail.head, one.failures]).toEqual([null, [failed]]);
  });
});

it('names the peer that sends what is not of the log, and takes the writer’s own', async () => {
  const one = await opened();
  const writer = await stage.writer();
  for (let block = 0; block < 4; block++) await writer.write(3);
  const between = await relay(stage, writer, 4);
  await between.alter(2);
  stage.connect(one.tail, between);
  await one.tail.announce(await writer.announcement());
  await eventually(() => one.offenders.length > 0, 'a peer to drop');
  expect([one.tail.head, one.tail.alarm, one.failures]).toEqual([null, null, []]);
  stage.connect(one.tail, writer);
  await eventually(isStored(one), 'a head');
});

it.each([
  [new ReplicaError('REPLICA_BUSY', 'later'), true],
  [new RecordsError('RECORD_FORMAT_NEWER', 'a newer one'), true],
  [new KeysError('KEYS_VAULT_PUSHBACK', 'full'), true],
  [new KeysError('KEYS_VAULT_DAMAGED', 'torn'), false],
  [new LedgerError('LEDGER_CLOSED', 'stopping'), true],
  [new LedgerError('LEDGER_READ_ONLY', 'not now'), true],
  [new LedgerError('LEDGER_REPLICA_LIMIT', 'no room'), true],
  [new LedgerError('LEDGER_FAILED', 'a disk'), false],
  [new LedgerError('LEDGER_DAMAGED', 'other blocks'), false],
  [new Error('anything else'), false],
])('goes on with the other ledgers or not: %s', (cause, isSo) => {
  expect(isBearable(cause)).toBe(isSo);
});
