import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../src/base/logger.js';
import { systemClock } from '../../src/base/time.js';
import { RowDb } from '../../src/ledger/row-db.js';
import { FORMAT_KEY } from '../../src/views/internal/view-keys.js';
import { NodeViews } from '../../src/views/node-views.js';
import { openViewEngine, VIEW_FORMAT } from '../../src/views/view-engine.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  await removeDirectory(root);
});

describe('views that cannot be read', () => {
  it.each([
    ['of another format', Uint8Array.of(0, 0, 0, 9)],
    ['of the format before', Uint8Array.of(0, 0, 0, VIEW_FORMAT - 1)],
    ['whose format is damaged', Uint8Array.of(1)],
  ])('%s are made again', async (_, row) => {
    const directory = join(root, 'views');
    const db = await RowDb.open(directory);
    await db.write({ put: [[FORMAT_KEY, row]] });
    await db.close();
    const options = {
      directory,
      openEngine: openViewEngine,
      logger: silentLogger,
      clock: systemClock,
    };
    const views = await NodeViews.open(options, []);
    await views.close();
    const again = await RowDb.open(directory);
    expect(await again.get(FORMAT_KEY)).toEqual(Buffer.from([0, 0, 0, VIEW_FORMAT]));
    await again.close();
  });
});
