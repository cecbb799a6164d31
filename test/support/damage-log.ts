/** What a bad disk or an intruder does to one log of a closed store, below everything that is checked. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import Corestore from 'corestore';
import { fromHex, utf8 } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';

interface StorageWrite {
  putBlock(number: number, block: Uint8Array): void;
  deleteBlock(number: number): void;
  flush(): Promise<void>;
}

interface WithStorage {
  readonly storage: { write(): StorageWrite };
}

/** Takes blocks away, or changes one byte of each. */
export async function damageBlocks(
  dataDirectory: string,
  corePublicKey: string,
  numbers: readonly number[],
  kind: 'hole' | 'flip',
): Promise<void> {
  const store = new Corestore(join(dataDirectory, 'logs'), { allowBackup: true });
  try {
    await store.ready();
    const namespace = sha256(utf8('chirograph/log/1'));
    const signer = { signature: 'ed25519', namespace, publicKey: fromHex(corePublicKey) } as const;
    const core = store.get({
      manifest: {
        version: 1,
        hash: 'blake2b',
        quorum: 1,
        signers: [signer],
        ...(await prologueOf(dataDirectory, corePublicKey)),
      },
    });
    await core.ready();
    const { state } = core.core;
    if (!hasStorage(state)) throw new Error('a Hypercore of another make');
    for (const number of numbers) {
      const block = await core.get(number, { wait: false });
      if (block === null) throw new Error('there is no such block');
      const write = state.storage.write();
      if (kind === 'hole') write.deleteBlock(number);
      else
        write.putBlock(
          number,
          block.map((byte, at) => (at === 40 ? byte ^ 1 : byte)),
        );
      await write.flush();
    }
    await store.storage.db.flush();
  } finally {
    await store.close();
  }
}

/** What a Hypercore goes on from, if it was handed over to. */
async function prologueOf(
  dataDirectory: string,
  corePublicKey: string,
): Promise<{ prologue?: { hash: Uint8Array; length: number } }> {
  const catalog = join(dataDirectory, 'catalog');
  for (const name of await readdir(catalog)) {
    const text = await readFile(join(catalog, name), 'utf8');
    const at = text.indexOf(`"corePublicKey":"${corePublicKey}"`);
    if (at === -1) continue;
    // Members are in order: an end comes before the key that came after it.
    const ends = [...text.slice(0, at).matchAll(/"length":(\d+).*?"treeHash":"([0-9a-f]{64})"/g)];
    const [, length, hash] = ends.at(-1) ?? [];
    if (length === undefined || hash === undefined) return {};
    return { prologue: { hash: fromHex(hash), length: Number(length) } };
  }
  return {};
}

/** Key of the Hypercore that a log of a ledger has, as the catalog names it. @param log counted from 0. */
export async function corePublicKeyOf(
  dataDirectory: string,
  ledger: string,
  log = 0,
): Promise<string> {
  const catalog = join(dataDirectory, 'catalog');
  for (const name of await readdir(catalog)) {
    const text = await readFile(join(catalog, name), 'utf8');
    if (!text.includes(`"name":"${ledger}"`) || !name.startsWith('ledger.')) continue;
    const key = [...text.matchAll(/"corePublicKey":"([0-9a-f]{64})"/g)][log]?.[1];
    if (key !== undefined) return key;
  }
  throw new Error('there is no such log');
}

function hasStorage(state: unknown): state is WithStorage {
  return typeof state === 'object' && state !== null && 'storage' in state;
}
