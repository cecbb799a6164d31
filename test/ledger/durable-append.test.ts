/** Whoever waits only until an entry is durable goes on before readers find it, and loses nothing by that. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ACCESS_LEDGER, ACCESS_TYPE } from '../../src/access/access-entry.js';
import { appendAccess } from '../../src/commands/append-access.js';
import type { AppendedUntil } from '../../src/ledger/entry-draft.js';
import { PersonTags } from '../../src/records/tag.js';
import { rejection } from '../support/errors.js';
import { HeldStep } from '../support/held-step.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { depsOf, openTestStore, type TestStore } from '../support/test-store.js';

let root: string;
let step: HeldStep;
let opened: TestStore;
let tenant: string;
const tags = new PersonTags();

beforeEach(async () => {
  root = await temporaryDirectory();
  step = new HeldStep();
  opened = await openTestStore(root, { observer: step });
  const made = await opened.store.createTenant('default', 'example.org');
  await opened.store.createLedger(made, ACCESS_LEDGER);
  tenant = made.handle;
  // The first of an actor carries the actor's secrets.
  await enter('key:reader', 'applied');
});

afterEach(async () => {
  await opened.store.close();
  await removeDirectory(root);
});

async function enter(author: string, until: AppendedUntil): Promise<void> {
  const entry = { type: ACCESS_TYPE, subject: author, payload: { action: 'record:read' } };
  const deps = { ...(await depsOf(opened)), tags };
  await appendAccess(deps, { tenant, ledger: ACCESS_LEDGER, author, until }, [entry]);
}

const sizeOf = ({ store }: TestStore): number =>
  store.ledger(tenant, ACCESS_LEDGER).reader.head.size;

/** What a crash would leave now. */
async function reopenedCopy(): Promise<TestStore> {
  const copy = join(root, 'copy');
  await cp(join(root, 'data'), join(copy, 'data'), { recursive: true });
  await cp(join(root, 'data.keys'), join(copy, 'data.keys'), { recursive: true });
  return openTestStore(copy);
}

describe('an entry that is durable', () => {
  it('is told of while it is still being applied; readers wait, and find it', async () => {
    const before = sizeOf(opened);
    const { reached, release } = step.hold('log');
    await enter('key:reader', 'durable');
    await reached;
    expect(sizeOf(opened)).toBe(before);
    const applied = opened.store.applied();
    release();
    await applied;
    expect(sizeOf(opened)).toBe(before + 1);
  });

  it('is not told of before the journal has it', async () => {
    const { reached, release } = step.hold('journal');
    let isTold = false;
    const entering = enter('key:reader', 'durable').then(() => (isTold = true));
    await reached;
    await new Promise(setImmediate);
    expect(isTold).toBe(false);
    release();
    await entering;
  });

  it('is there after a crash before it was applied', async () => {
    const before = sizeOf(opened);
    const { reached, release } = step.hold('log');
    await enter('key:reader', 'durable');
    await reached;
    const copy = await reopenedCopy();
    expect(sizeOf(copy)).toBe(before + 1);
    await copy.store.close();
    release();
  });

  it('stays told of if applying it fails, and readers are told that it failed', async () => {
    const before = sizeOf(opened);
    const { reached, release } = step.hold('log');
    await enter('key:reader', 'durable');
    await reached;
    const reading = rejection(opened.store.applied());
    release(new Error('no space left'));
    expect(await reading).toMatchObject({ code: 'LEDGER_FAILED' });
    expect(opened.failures).toHaveLength(1);
    const copy = await reopenedCopy();
    expect(sizeOf(copy)).toBe(before + 1);
    await copy.store.close();
  });

  it('waits to be applied where it carries a secret, or another would be minted beside it', async () => {
    const { reached, release } = step.hold('vault');
    let isTold = false;
    const entering = enter('key:new', 'durable').then(() => (isTold = true));
    await reached;
    await new Promise(setImmediate);
    expect(isTold).toBe(false);
    release();
    await entering;
  });
});
