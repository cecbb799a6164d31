/** What an index that cannot be read sets off, and how often: whoever asks must not be able to keep a node busy. */
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EpochHistory } from '../../src/anchoring/epoch-history.js';
import { makeEpochs } from '../../src/anchoring/epoch-log.js';
import type { LeafIndex } from '../../src/base/brand.js';
import { sha256 } from '../../src/base/hash.js';
import { RandomPool } from '../../src/base/random.js';
import type { LogReader } from '../../src/ledger/log-reader.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestStore, type TestStore } from '../support/test-store.js';

let root: string;
let store: TestStore;
let epochs: LogReader;
beforeEach(async () => {
  root = await temporaryDirectory();
  store = await openTestStore(root);
  const log = await store.store.createLedger(
    await store.store.createTenant('_node', 'test.example'),
    'epochs',
  );
  const bank = await store.store.createTenant('bank', 'test.example');
  const history = await open(() => false);
  // Each with a log more.
  for (const name of ['kyc', 'deals', 'loans']) {
    await store.store.createLedger(bank, name);
    const ledgers = () => store.store.allLedgers().filter((one) => one !== log);
    const anchorScript = () => Uint8Array.of(0x00, 0x14, ...new Uint8Array(20));
    await makeEpochs({ ledgers, epochs: log, history, random: new RandomPool(), anchorScript });
  }
  await history.close();

  function open(isWrong: () => boolean): Promise<EpochHistory> {
    epochs = log.reader;
    return openHistory(isWrong);
  }
});
afterEach(async () => {
  await store.store.close();
  await removeDirectory(root);
});

const INDEX = 'epoch-index';

/** @param isWrong asked at each use of a tenant’s key, so that what is read is not what was committed to. */
function openHistory(isWrong: () => boolean): Promise<EpochHistory> {
  return EpochHistory.open({
    epochs,
    headsDirectory: join(root, 'data', 'epochs'),
    indexDirectory: join(root, 'data', INDEX),
    indexKeyOf: (tenant) => sha256(Buffer.from(isWrong() ? `not ${tenant}` : tenant)),
  });
}

/** Lies beside the rows until the index is made again. */
const mark = (): Promise<void> => writeFile(join(root, 'data', INDEX, 'mark'), '');
const isMarked = (): Promise<boolean> =>
  access(join(root, 'data', INDEX, 'mark')).then(
    () => true,
    () => false,
  );

describe('an index that is not what the epochs say', () => {
  it('is made again once until the next start, and then is an error each time, of that question alone', async () => {
    let wrong = 0;
    const [ledger] = store.store.allLedgers().filter(({ identity }) => identity.name === 'kyc');
    if (ledger === undefined) throw new Error('there is a ledger');
    const { identity, reader } = ledger;
    for (let start = 0; start < 2; start++) {
      const history = await openHistory(() => wrong-- > 0);
      const read = (epoch: number) =>
        history.path(epoch as LeafIndex, identity.tenant, reader.handle);
      await mark();
      wrong = 1;
      expect((await read(1)).taken).not.toBeNull();
      expect(await isMarked()).toBe(false);

      await mark();
      for (let time = 0; time < 3; time++) {
        wrong = 1;
        await expect(read(2)).rejects.toMatchObject({ code: 'EPOCH_HEADS_DAMAGED' });
      }
      // Also where several ask at once.
      wrong = 1;
      const asked = await Promise.allSettled([read(2), read(2), read(2)]);
      expect(asked.some(({ status }) => status === 'rejected')).toBe(true);
      expect(await isMarked()).toBe(true);
      wrong = 0;
      for (const epoch of [1, 2, 3]) expect((await read(epoch)).taken).not.toBeNull();
      await history.close();
    }
  });
});
