/**
 * Damage on disk is reported, by `fsck` or at the opening, or it lies in bytes that no answer rests on.
 * It is never papered over. Which bytes those are:
 *
 * - RocksDB's texts (LOG, OPTIONS, IDENTITY) and the note of Corestore on which disk it lies;
 * - RocksDB's own log and tables where the journal, or the log of the ledger, makes good what is lost:
 *   then the same bytes are there again, and the whole tree is compared with what was signed;
 * - the index of epochs, which is made again from the epoch log;
 * - the row that says that the index of a vault is complete: without it the index is made again;
 * - rows of a vault after a kill: those that the journal has since its snapshot are written again;
 * - an older mark or node file, or an older key store that has all keys: it remembers less, but nothing
 *   false; and an older `chain.json` of before the last anchor had settled, which is settled again.
 *
 * `intact` means more than that nothing was noticed: all receipts and checkpoints that clients hold are
 * kept, repeats get their first answer, and keys, anchors and statements are answered byte for byte.
 */
import { cp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiKeyRegistry } from '../../src/access/api-key-registry.js';
import { directoryDigests } from '../support/directory-digests.js';
import { rejection } from '../support/errors.js';
import { SeededChoice } from '../support/seeded-choice.js';
import { caseNumbers, isLong, report } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestNode } from '../support/test-node.js';
import {
  type Image,
  IMAGES,
  judge,
  liveAndStop,
  type LivedNode,
  nodeFindings,
} from './damaged-node.js';
import { classOf, damage, type Damage } from './damages.js';

/** Of `npm test`, and of the whole suite. */
const SHARE = 16;
const TOTAL = 2400;

let root: string;
let lived: LivedNode;
beforeAll(async () => {
  root = await temporaryDirectory();
  lived = await liveAndStop(root);
});
afterAll(() => removeDirectory(root));

async function onCopy<T>(image: Image, use: (directory: string) => Promise<T>): Promise<T> {
  const directory = join(root, 'case');
  await rm(directory, { recursive: true, force: true });
  await cp(join(root, image), directory, { recursive: true });
  return use(directory);
}

const OLDER_IS_HARMLESS = new Set(['mark', 'node file', 'access mark', 'anchor chain']);

/** Where nothing need be reported, because nothing rests on the bytes or they are made good. */
function mayBeIntact(found: Damage, image: Image): boolean {
  const { class: name, file, kind, where } = found;
  if (/^(?:log|state) (?:files|texts)$/.test(name)) return true;
  // Made again from the epoch log.
  if (name === 'epoch index' || file.startsWith('data/epoch-index')) return true;
  if (name === 'vault' || file === 'data/vault') return image === 'killed';
  if (name.startsWith('state rows')) return where.startsWith(VAULT_INDEX);
  return kind === 'older' && (OLDER_IS_HARMLESS.has(name) || file === 'data.keys');
}

/** Made again where the row that says that it is complete is lost. */
const VAULT_INDEX = 'ffffffff02';

/** What a kill leaves beneath RocksDB's checksums the next opening writes again. */
function imageOf(number: number): Image {
  const isBeneath = /^(?:state rows|log blocks)/.test(classOf(number));
  return isBeneath || new SeededChoice(`image ${number}`).below(2) === 0 ? 'clean' : 'killed';
}

describe('a damaged node', () => {
  it.each(IMAGES)(
    'is not said of the %s one that is whole, and looking changes nothing',
    async (image) => {
      await onCopy(image, async (directory) => {
        const before = await directoryDigests(directory);
        expect(await nodeFindings(directory)).toEqual([]);
        expect(await directoryDigests(directory)).toEqual(before);
        expect(await judge(directory, image, lived)).toBe('intact');
      });
    },
  );

  it(
    'is reported, or nothing rests on what was damaged',
    async () => {
      const wrong: string[] = [];
      const tally = new Map<string, number>();
      const count = (what: string): void => {
        tally.set(what, (tally.get(what) ?? 0) + 1);
      };
      for (const number of caseNumbers(SHARE, TOTAL)) {
        const image = imageOf(number);
        await onCopy(image, async (directory) => {
          const sources = { early: join(root, 'early'), other: join(root, 'other') };
          const found = await damage(number, directory, sources);
          const outcome = await judge(directory, image, lived);
          count(outcome);
          count(`${found.class}: ${outcome}`);
          const isSound =
            outcome === 'reported' || (outcome === 'intact' && mayBeIntact(found, image));
          const line = `${number}: ${image} ${found.file} ${found.kind} ${found.where}: ${outcome}`;
          if (!isSound) {
            wrong.push(line);
            report(line);
          }
        });
        if (number % 100 === 99)
          report(`${number + 1} ${JSON.stringify(Object.fromEntries(tally))}`);
      }
      report(JSON.stringify(Object.fromEntries([...tally].sort())));
      expect(wrong).toEqual([]);
    },
    isLong ? 595_000 : 110_000,
  );

  it('names both formats when it was written by a newer version', async () => {
    await onCopy('clean', async (directory) => {
      await writeFile(join(directory, 'data', 'FORMAT'), 'chirograph 7\n');
      const error = await rejection(openTestNode(directory));
      expect(error).toMatchObject({ code: 'LEDGER_FORMAT_NEWER' });
      expect(error.message).toMatch(/format 7.*up to 1/);
    });
  });
});

const LOST: readonly (readonly [what: string, file: RegExp, says: RegExp])[] = [
  ['access.json', /^data\/access\.json$/, /access\.json is missing.*restore --successor/],
  ['run.json', /^data\/run\.json$/, /last written in run 0.*restore --successor/],
  ['mark', /^data\.keys\/mark\.json$/, /mark\.json.*restore/],
  ['seal', /^data\.keys\/seal\.json$/, /seal\.json.*restore/],
  ['anchor key', /^data\.keys\/anchor\.json$/, /anchor\.json.*restore/],
  ['a key of a log', /^data\.keys\/log\..*$/, /log\..*restore/],
  ['the whole key store', /^data\.keys\/.*$/, /key store is empty.*restore/],
  ['a tenant', /^data\/catalog\/tenant\..*$/, /^catalog: .*missing/],
  ['a ledger', /^data\/catalog\/ledger\..*$/, /^catalog: .*missing/],
  ['the journal', /^data\/journal\/.*$/, /journal is missing/],
  ['FORMAT', /^data\/FORMAT$/, /FORMAT.*missing/],
  ['the anchors', /^data\/anchors\/.*\.json$/, /chain\.json is missing/],
  ['a settled anchor', /^data\/anchors\/.*\/settled.*\.json$/, /settled anchors are there/],
  ['the development chain', /^data\/devchain$/, /newest copy of `devchain`/],
  ['the vaults', /^data\/vault\/.*\.rows$/, /vault file of generation 1 cannot be opened/],
];

describe('a node that has lost', () => {
  it.each(LOST)('%s does not begin it anew, and says what to do', async (_, pattern, says) => {
    await onCopy('clean', async (directory) => {
      for (const name of await readdir(directory, { recursive: true }))
        if (pattern.test(name)) await rm(join(directory, name), { recursive: true, force: true });
      const opening = openTestNode(directory).then(async (opened) => {
        const { clock, random, keyStore: memory } = opened;
        try {
          await ApiKeyRegistry.open(join(directory, 'data'), { clock, random, memory });
        } finally {
          await opened.close();
        }
      });
      expect((await rejection(opening)).message).toMatch(says);
    });
  });
});
