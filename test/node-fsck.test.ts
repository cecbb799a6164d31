/** What no digest shows: files that are as somebody wrote them, and do not fit the rest. */
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject, JsonValue } from '../src/base/canonical-json.js';
import { formatStoredJson, parseStoredJsonUpTo } from '../src/base/stored-json.js';
import { nodeFindings } from './faults/damaged-node.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';
import { openTestNode } from './support/test-node.js';

let root: string;
beforeAll(async () => {
  root = await temporaryDirectory();
  const first = await openTestNode(join(root, 'source'));
  await first.node.createLedger('default', 'kyc');
  await first.node.anchorNow();
  await first.node.createLedger('default', 'loans');
  await first.node.anchorNow();
  await first.close();
});
afterAll(() => removeDirectory(root));

type Change = (content: Readonly<Record<string, JsonValue>>) => JsonObject;

const NEVER = (reason: string | number): Error => new Error(String(reason));

/** A copy in which the first file of a kind says something else, with a digest that fits. */
async function findingsWith(base: string, pattern: RegExp, change: Change): Promise<string[]> {
  const directory = join(root, 'case');
  await rm(directory, { recursive: true, force: true });
  await cp(join(root, 'source'), directory, { recursive: true });
  const names = await readdir(join(directory, base), { recursive: true });
  const place = names.filter((name) => pattern.test(name)).sort()[0] ?? '';
  const path = join(directory, base, place);
  const refusal = { damaged: NEVER, newer: NEVER };
  const { format, content } = parseStoredJsonUpTo(9, place, await readFile(path), refusal);
  await writeFile(path, formatStoredJson(place, change(content), format));
  return nodeFindings(directory);
}

/** One digit of a base64 or hex text. */
const other = (text: JsonValue | undefined): string => {
  const digits = typeof text === 'string' ? text : '';
  const at = digits.length >> 1;
  return digits.slice(0, at) + (digits[at] === '1' ? '2' : '1') + digits.slice(at + 1);
};

const CASES: readonly (readonly [
  what: string,
  base: string,
  file: RegExp,
  change: Change,
  says: RegExp,
])[] = [
  [
    'an anchor of another head',
    'data',
    /^anchors\/.*\/settled\..*\.json$/,
    ({ epochSize, proof, ...rest }) => {
      const transaction = other((proof as Record<string, string>)['transaction']);
      return {
        ...rest,
        epochSize: epochSize ?? 0,
        proof: { ...(proof as JsonObject), transaction },
      };
    },
    /./,
  ],
  [
    'another recovery key than the catalog names',
    'data.keys',
    /\.recovery\.json$/,
    ({ seed }) => ({ seed: other(seed) }),
    /another recovery key for tenant/,
  ],
  [
    'another key of a log than the catalog names',
    'data.keys',
    /^log\..*\.json$/,
    ({ core, note }) => ({ core: core ?? '', note: other(note) }),
    /another checkpoint key for log/,
  ],
  [
    'a mark of another epoch log',
    'data.keys',
    /^mark\.json$/,
    ({ epochs, run, nodeId }) => {
      const rootHash = other((epochs as Record<string, string>)['rootHash']);
      return {
        epochs: { ...(epochs as JsonObject), rootHash },
        run: run ?? 0,
        nodeId: nodeId ?? '',
      };
    },
    /it was rewritten/,
  ],
  [
    'a run file from before',
    'data',
    /^run\.json$/,
    (content) => ({ ...content, run: 0 }),
    /last written in run 0/,
  ],
];

describe('fsck of a node', () => {
  it.each(CASES)('names %s', async (_, base, file, change, says) => {
    const findings = await findingsWith(base, file, change);
    expect(findings[0]).toMatch(says);
  });

  it('finds nothing where the same is written again', async () => {
    expect(await findingsWith('data.keys', /^mark\.json$/, (content) => content)).toEqual([]);
  });
});
