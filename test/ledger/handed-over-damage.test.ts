/** A log that lies in several Hypercores: what is done to it on disk is noticed, and gone on from. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Corestore from 'corestore';
import { fromHex, utf8 } from '../../src/base/bytes.js';
import type { JsonObject, JsonValue } from '../../src/base/canonical-json.js';
import { sha256 } from '../../src/base/hash.js';
import { isJsonObject } from '../../src/base/json-members.js';
import { formatStoredJson, parseStoredJson } from '../../src/base/stored-json.js';
import { durableFileSystem, writeFileDurably } from '../../src/keys/durable-file.js';
import type { ClientMemory } from '../support/client-memory.js';
import { corePublicKeyOf } from '../support/damage-log.js';
import { DamagedStore } from '../support/damaged-store.js';
import { rejection } from '../support/errors.js';
import { fsckFindings } from '../support/fsck-findings.js';

let damaged: DamagedStore;
beforeEach(async () => {
  damaged = await DamagedStore.begin();
});
afterEach(() => damaged.end());

describe('damage to a log that was handed over', () => {
  it('in the Hypercore of old keys: what is left stays, and a successor goes on', async () => {
    const memory = await handedOver();
    await damaged.damage('hole', 2);
    expect(await fsckFindings(damaged.root)).not.toEqual([]);
    await damaged.salvage();
    expect(await damaged.standing('kyc')).toMatchObject({ sizes: [2, 1] });
    // The entry is lost that names the key which there is now: what is left cannot be signed any more.
    expect(await damaged.broken(memory, { kyc: 2 })).toEqual([
      expect.stringContaining('by none of the keys of its log'),
    ]);
    expect(await fsckFindings(damaged.root)).toEqual([]);
    expect(await writtenOn()).toEqual([]);
  });

  it('in the Hypercore that is written: both parts are kept up to there', async () => {
    const memory = await handedOver();
    // Five entries under the first keys, the handover, four more.
    await damaged.damage('flip', 7, 'kyc', 1);
    await damaged.salvage();
    const kyc = await damaged.standing('kyc');
    expect(kyc).toMatchObject({ sizes: [7, 1], first: { kind: 'loss', recoveredSize: 7 } });
    expect(await damaged.broken(memory, { kyc: 7 })).toEqual([]);
    expect(await fsckFindings(damaged.root)).toEqual([]);
    expect(await writtenOn()).toEqual([]);
  });

  it('elsewhere: it is copied whole, and can be handed over again', async () => {
    const memory = await handedOver();
    await damaged.damage('hole', 1, 'audit');
    await damaged.salvage();
    expect(await damaged.standing('kyc')).toMatchObject({ sizes: [10] });
    expect(await damaged.broken(memory, { audit: 1 })).toEqual([]);
    const { store } = await damaged.open();
    for (const { identity } of store.allLedgers()) await store.rotateKeys(identity.handle);
    await store.close();
    expect(await damaged.broken(memory, { audit: 1 })).toEqual([]);
    expect(await fsckFindings(damaged.root)).toEqual([]);
  });
});

describe('fsck of a log that was handed over', () => {
  it('misses the Hypercore of the old keys where the catalog names another', async () => {
    await handedOver();
    const other = await corePublicKeyOf(damaged.data, 'audit');
    await changeCatalog('kyc', (log) => changeEnded(log, { corePublicKey: other }));
    expect(await fsckFindings(damaged.root)).not.toEqual([]);
    expect((await rejection(damaged.open())).code).toBe('LEDGER_DAMAGED');
  });

  it.each([
    ['misses a handover that the catalog names', { size: 4 }, 'should be a handover'],
    ['misses its key', { verifierKey: 'new' }, 'between other keys'],
  ])('%s', async (_, change, problem) => {
    await handedOver();
    await changeCatalog('kyc', (log) =>
      changeEnded(log, 'size' in change ? change : { verifierKey: log['verifierKey'] ?? '' }),
    );
    expect((await fsckFindings(damaged.root)).join('\n')).toContain(problem);
  });

  it('finds a handover that the catalog does not know of', async () => {
    await handedOver();
    await handOver();
    await changeCatalog('kyc', (log) => {
      const [first, second] = endedOf(log);
      return { ...log, before: [{ ...first, size: 4 }, second ?? {}] };
    });
    const findings = await fsckFindings(damaged.root);
    expect(findings.join('\n')).toContain('a handover that the catalog does not know');
  });

  it('finds that somebody wrote on with keys that were handed over', async () => {
    await damaged.write(2);
    const publicKey = await corePublicKeyOf(damaged.data, 'kyc');
    const file = (await readdir(join(damaged.root, 'data.keys'))).filter((name) =>
      name.startsWith('log.'),
    );
    const kept = await Promise.all(
      file.map((name) => readFile(join(damaged.root, 'data.keys', name), 'utf8')),
    );
    await handOver();
    await appendTo(publicKey, kept);
    expect((await fsckFindings(damaged.root)).join('\n')).toContain('its key was handed over at 5');
  });
});

/** Five entries, the handover, and four more, in every ledger. */
async function handedOver(): Promise<ClientMemory> {
  const memory = await damaged.write(2);
  await handOver();
  return damaged.write(2, memory, 'more');
}

async function handOver(): Promise<void> {
  const { store } = await damaged.open();
  for (const { identity } of store.allLedgers()) await store.rotateKeys(identity.handle);
  await store.close();
}

async function writtenOn(): Promise<string[]> {
  await damaged.write(1, undefined, 'after');
  await handOver();
  return fsckFindings(damaged.root);
}

function endedOf(log: JsonObject): JsonObject[] {
  const before = log['before'] ?? [];
  return Array.isArray(before) ? before.filter(isJsonObject) : [];
}

/** Of the first keys that a log had. */
function changeEnded(log: JsonObject, change: JsonObject): JsonObject {
  const [first, ...others] = endedOf(log);
  return { ...log, before: [{ ...first, ...change }, ...others] };
}

/** As somebody would who knows the format. */
async function changeCatalog(
  ledger: string,
  change: (log: JsonObject) => JsonObject,
): Promise<void> {
  const directory = join(damaged.data, 'catalog');
  for (const name of await readdir(directory)) {
    const bytes = await readFile(join(directory, name));
    if (!name.startsWith('ledger.') || !bytes.includes(`"name":"${ledger}"`)) continue;
    const refuse = (): Error => new Error('not a file of the catalog');
    const refusal = { damaged: refuse, newer: refuse };
    const content = parseStoredJson(`catalog/${name}`, bytes, refusal);
    const logs: JsonValue = content['logs'] ?? [];
    const changed = Array.isArray(logs) ? logs.filter(isJsonObject).map(change) : [];
    const written = formatStoredJson(`catalog/${name}`, { ...content, logs: changed });
    await writeFileDurably(join(directory, name), written, 0o600, durableFileSystem);
  }
}

/** A block behind the end of a Hypercore whose seed is in one of the files. */
async function appendTo(corePublicKey: string, keyFiles: readonly string[]): Promise<void> {
  const { keyPairOf } = await import('../../src/keys/key-pair.js');
  const pairs = keyFiles.map((text) => {
    const seed = /"core":"([^"]+)"/.exec(text)?.[1] ?? '';
    return keyPairOf(Buffer.from(seed, 'base64'));
  });
  const publicKey = fromHex(corePublicKey);
  const keyPair = pairs.find((pair) => Buffer.from(publicKey).equals(pair.publicKey));
  if (keyPair === undefined) throw new Error('the key is gone');
  const namespace = sha256(utf8('chirograph/log/1'));
  const signer = { signature: 'ed25519', namespace, publicKey } as const;
  const store = new Corestore(join(damaged.data, 'logs'), { allowBackup: true });
  const core = store.get({
    manifest: { version: 1, hash: 'blake2b', quorum: 1, signers: [signer] },
  });
  await core.append([utf8('one more')], { keyPair });
  await store.storage.db.flush();
  await store.close();
}
