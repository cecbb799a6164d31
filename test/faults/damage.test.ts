/**
 * Damage on disk is reported, or made good from the journal and said so, or it was in bytes that hold
 * nothing: then everything that was acknowledged is still there. It is never papered over.
 */
import { cp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ChirographError } from '../../src/base/errors.js';
import { ask, brokenPromises, ClientMemory } from '../support/client-memory.js';
import { copyDirectory } from '../support/copy-directory.js';
import { rejection } from '../support/errors.js';
import { fsckFindings } from '../support/fsck-findings.js';
import { SeededChoice } from '../support/seeded-choice.js';
import { caseNumbers, isLong, report } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestStore } from '../support/test-store.js';

let root: string;
const memory = new ClientMemory();
beforeAll(async () => {
  root = await temporaryDirectory();
  const opened = await openTestStore(join(root, 'source'));
  const tenant = await opened.store.createTenant('bank', 'example.org');
  await opened.store.createLedger(tenant, 'kyc');
  for (let n = 0; n < 20; n++)
    await ask(
      opened,
      'bank',
      memory,
      Array.from({ length: 1 + (n % 4) }, (_, at) => ({
        ledger: 'kyc',
        subject: `subject-${n % 5}`,
        payload: { at, n },
        idempotencyKey: null,
      })),
    );
  await copyDirectory(join(root, 'source'), join(root, 'killed'));
  await opened.store.close();
  await cp(join(root, 'source'), join(root, 'clean'), { recursive: true });
}, 60_000);
afterAll(() => removeDirectory(root));

/**
 * @returns `reported`, by fsck or at the opening; `good` if all that was acknowledged is there and
 * proves itself; or in words what must not be.
 */
async function judge(directory: string): Promise<string> {
  try {
    if ((await fsckFindings(directory)).length > 0) return 'reported';
    const opened = await openTestStore(directory);
    try {
      const broken = await brokenPromises(opened.store, memory, 3);
      return broken.length === 0 ? 'good' : `papered over: ${broken.join('; ')}`;
    } finally {
      await opened.store.close();
    }
  } catch (cause) {
    // An error without a code is one that nobody foresaw: it does not say what is damaged.
    return cause instanceof ChirographError ? 'reported' : `unclear: ${String(cause)}`;
  }
}

async function onCopy<T>(image: string, use: (directory: string) => Promise<T>): Promise<T> {
  const directory = join(root, 'case');
  await rm(directory, { recursive: true, force: true });
  await cp(join(root, image), directory, { recursive: true });
  return use(directory);
}

/** Files by what they are; diagnostics of RocksDB and locks are not data. */
async function filesOf(image: string): Promise<Map<string, string[]>> {
  const classes = new Map<string, string[]>();
  for (const file of (await readdir(join(root, image), { recursive: true })).sort()) {
    const kind = KINDS.find(([, pattern]) => pattern.test(file))?.[0];
    const { size } = await stat(join(root, image, file));
    if (kind !== undefined && size > 0) classes.set(kind, [...(classes.get(kind) ?? []), file]);
  }
  return classes;
}

const KINDS: readonly (readonly [string, RegExp])[] = [
  ['journal', /^data\/journal\/.*\.journal$/],
  ['log files', /^data\/logs\/.*(?:\.sst|\.log|MANIFEST-\d+|CURRENT)$/],
  ['write state', /^data\/state\/.*(?:\.sst|\.log|MANIFEST-\d+|CURRENT)$/],
  ['vault', /^data\/vault\/.*\.rows$/],
  ['catalog', /^data\/catalog\/.*\.json$/],
  ['format', /^data\/FORMAT$/],
  ['log keys', /^data\.keys\/log\..*\.json$/],
  ['vault keys', /^data\.keys\/tenant\..*\.vault\..*\.json$/],
  ['root keys', /^data\.keys\/tenant\..*\.root\.json$/],
];
/**
 * Where there can be bytes that hold nothing, or that the journal makes good: RocksDB's files, and
 * the rows that the vault got since the journal's snapshot.
 */
function mayBeGood(kind: string, image: string): boolean {
  return kind === 'log files' || kind === 'write state' || (kind === 'vault' && image === 'killed');
}

describe('a damaged data directory', () => {
  it.each(['clean', 'killed'])('is not said of the %s one that is whole', async (image) => {
    await onCopy(image, async (directory) => {
      expect(await fsckFindings(directory)).toEqual([]);
      expect(await judge(directory)).toBe('good');
    });
  });

  it(
    'is reported or made good, whichever byte it is',
    async () => {
      const images = await Promise.all(
        ['clean', 'killed'].map(async (image) => ({ image, files: [...(await filesOf(image))] })),
      );
      const wrong: string[] = [];
      const tally = new Map<string, number>();
      for (const number of caseNumbers(60, 2400)) {
        const choice = new SeededChoice(`damage ${number}`);
        const { image, files } = images[number % 2] ?? { image: '', files: [] };
        const [kind = '', names = []] = files[(number >> 1) % files.length] ?? [];
        const file = names[choice.below(names.length)] ?? '';
        await onCopy(image, async (directory) => {
          const path = join(directory, file);
          const bytes = await readFile(path);
          const at = choice.below(bytes.length);
          const cuts = choice.below(4) === 0;
          if (cuts) await truncate(path, at);
          else {
            bytes[at] = (bytes[at] ?? 0) ^ (1 << choice.below(8));
            await writeFile(path, bytes);
          }
          const outcome = await judge(directory);
          const line = `${number}: ${image} ${file} ${cuts ? 'cut' : 'flipped'} at ${at}`;
          tally.set(`${kind}: ${outcome}`, (tally.get(`${kind}: ${outcome}`) ?? 0) + 1);
          const isSound = outcome === 'reported' || (outcome === 'good' && mayBeGood(kind, image));
          if (!isSound) wrong.push(`${line}: ${outcome}`);
        });
        if (number % 50 === 0) report(`${number} ${JSON.stringify([...tally])}`);
      }
      report(JSON.stringify([...tally]));
      expect(wrong).toEqual([]);
    },
    isLong ? 590_000 : 60_000,
  );

  it.each(['journal', 'logs'])('is refused without its %s', async (part) => {
    await onCopy('clean', async (directory) => {
      await rm(join(directory, 'data', part), { recursive: true });
      const error = await rejection(openTestStore(directory));
      expect(error.code).toBe('LEDGER_DAMAGED');
    });
  });

  it('makes a lost write state again and says so', async () => {
    await onCopy('clean', async (directory) => {
      await rm(join(directory, 'data', 'state'), { recursive: true });
      const opened = await openTestStore(directory);
      expect(opened.store.report.logs[0]?.applied).toBeGreaterThan(0);
      expect(await brokenPromises(opened.store, memory, 3)).toEqual([]);
      await opened.store.close();
    });
  });

  it.each(['ledger.', 'tenant.'])(
    'is refused when the %s… file of the catalog is missing',
    async (prefix) => {
      await onCopy('clean', async (directory) => {
        const catalog = join(directory, 'data', 'catalog');
        for (const name of await readdir(catalog))
          if (name.startsWith(prefix)) await rm(join(catalog, name));
        const error = await rejection(openTestStore(directory));
        expect(error.message).toMatch(/^catalog: /);
      });
    },
  );

  it('names both formats when it was written by a newer version', async () => {
    await onCopy('clean', async (directory) => {
      await writeFile(join(directory, 'data', 'FORMAT'), 'chirograph 7\n');
      const error = await rejection(openTestStore(directory));
      expect(error).toMatchObject({ code: 'LEDGER_FORMAT_NEWER' });
      expect(error.message).toMatch(/format 7.*up to 1/);
    });
  });

  it('is refused when FORMAT is missing and data are there', async () => {
    await onCopy('clean', async (directory) => {
      await rm(join(directory, 'data', 'FORMAT'));
      expect((await rejection(openTestStore(directory))).message).toMatch(/FORMAT/);
    });
  });
});
