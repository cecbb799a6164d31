/** A log whose keys were lost or stolen goes on by the word of the tenant's recovery key, and a thief's files are refused. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LeafIndex } from '../src/base/brand.js';
import { RandomPool } from '../src/base/random.js';
import { finishHandover, requestHandover } from '../src/hand-over-log.js';
import { DirectoryKeyStore } from '../src/keys/directory-key-store.js';
import type { KeyStore } from '../src/keys/key-store.js';
import { prepareHandover } from '../src/ledger/hand-over-stopped.js';
import { parseStatement } from '../src/records/parse-statement.js';
import { signHandover } from '../src/tlog/handover.js';
import { brokenPromises, type ClientMemory } from './support/client-memory.js';
import { DamagedStore } from './support/damaged-store.js';
import { rejection } from './support/errors.js';
import { FakeClock } from './support/fake-clock.js';
import { fsckFindings } from './support/fsck-findings.js';

let store: DamagedStore;
let memory: ClientMemory;
beforeEach(async () => {
  store = await DamagedStore.begin();
  memory = await store.write(2);
});
afterEach(() => store.end());

describe('a handover by the recovery key', () => {
  it('lets a log go on whose keys are gone, and is found sound', async () => {
    await loseKeys();
    const { request, signed, refusal } = await requestHandover(await options(), null);
    expect([signed?.signature.by, refusal]).toEqual([
      expect.stringContaining('example.org/'),
      null,
    ]);
    const opened = await store.open();
    const { reader } = opened.store.ledger(opened.store.tenantNamed('bank')?.handle ?? '', 'kyc');
    expect(reader.verifierKey).toBe(request.new);
    const { statement } = await reader.entry(request.size as LeafIndex);
    expect(parseStatement(statement)).toMatchObject({ kind: 'handover', ...terms(request) });
    expect(await brokenPromises(opened.store, memory)).toEqual([]);
    await opened.store.close();
    memory = await store.write(1, memory, 'after');
    expect(await store.broken(memory)).toEqual([]);
    expect(await fsckFindings(store.root)).toEqual([]);
  });

  it('waits for a key that is elsewhere, and asked again makes the same request', async () => {
    const away = await options(withoutRecovery);
    const first = await requestHandover(away, 5);
    expect(first.signed).toBeNull();
    expect(await requestHandover(away, null)).toEqual(first);
    // Until the answer has come back, the node may go on by its old keys.
    expect(await store.broken(memory)).toEqual([]);
    const signed = await signedBy(first.request);
    expect(await finishHandover(away, signed)).toBeNull();
    expect(await store.broken(memory)).toEqual([]);
    expect(await fsckFindings(store.root)).toEqual([]);
    expect((await rejection(finishHandover(away, signed))).code).toBe('LEDGER_HANDOVER');
  });

  it('is refused with terms that are not the log’s, or by another key', async () => {
    const away = await options(withoutRecovery);
    expect((await rejection(requestHandover(away, 4))).code).toBe('LEDGER_HANDOVER');
    const { request } = await requestHandover(away, null);
    const signed = await signedBy(request);
    const forged = { ...signed.signature, signature: `${'A'.repeat(86)}==` };
    for (const wrong of [
      { ...signed, signature: forged },
      { ...signed, size: 4 },
      { ...signed, rootHash: 'ab'.repeat(32) as never },
    ])
      expect((await rejection(finishHandover(away, wrong))).code).toBe('LEDGER_HANDOVER');
    memory = await store.write(1, memory, 'meanwhile');
    expect((await rejection(finishHandover(away, signed))).code).toBe('LEDGER_HANDOVER');
    expect(await store.broken(memory)).toEqual([]);
  });
});

async function options(change: (keyStore: KeyStore) => KeyStore = (keyStore) => keyStore) {
  const random = new RandomPool();
  const dataDirectory = store.data;
  const directory = join(store.root, 'data.keys');
  const keyStore = change(await DirectoryKeyStore.open({ directory, dataDirectory, random }));
  return { dataDirectory, keyStore, random, clock: new FakeClock(), tenant: 'bank', ledger: 'kyc' };
}

function terms(request: { readonly old: string; readonly new: string; readonly size: number }) {
  return { old: request.old, new: request.new, size: request.size };
}

/** As of a tenant whose recovery key lies with its officers. */
function withoutRecovery(keyStore: KeyStore): KeyStore {
  return new Proxy(keyStore, {
    get: (target, name) => {
      if (name === 'recoveryKey') return () => target.recoveryKey('0000000000000000');
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

async function signedBy<T extends Awaited<ReturnType<typeof requestHandover>>['request']>(
  request: T,
) {
  const here = await options();
  const { owner, recoveryKey } = await prepareHandover(here);
  const { development } = await here.keyStore.recoveryKey(owner);
  if (development === null) throw new Error('its recovery key lies in the key store');
  const { sign } = development;
  return { ...request, signature: signHandover(request.origin, request, recoveryKey, sign) };
}

/** Of all logs but `audit`: which file is whose is not for a test to know. */
async function loseKeys(): Promise<void> {
  const directory = join(store.root, 'data.keys');
  const catalog = join(store.data, 'catalog');
  for (const name of await readdir(catalog)) {
    const text = await readFile(join(catalog, name), 'utf8');
    const handle = /"corePublicKey":"[0-9a-f]+","handle":"([0-9a-f]{16})"/.exec(text)?.[1];
    if (!text.includes('"name":"kyc"') || handle === undefined) continue;
    await rm(join(directory, `log.${handle}.json`));
    return;
  }
  await writeFile(directory, '');
}
