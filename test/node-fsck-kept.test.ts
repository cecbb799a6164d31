/** What others said of the epoch log, as the node keeps it and as it gave it away: `fsck` names each damage of it. */
import { appendFile, cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject, JsonValue } from '../src/base/canonical-json.js';
import { formatStoredJson, parseStoredJson } from '../src/base/stored-json.js';
import { CalendarDouble } from './anchoring/calendar-double.js';
import { append, createLedger } from './api/support/ledger-client.js';
import { nodeFindings } from './faults/damaged-node.js';
import { internalHost } from './keys/support/local-server.js';
import { FakeClock } from './support/fake-clock.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';
import { openTestService, type TestService } from './support/test-service.js';

const HOUR = 3_600_000;
/** Of the epoch log: its first entry, an epoch each round, and one at the stop between. */
const [FIRST, MIDDLE, LAST] = [2, 3, 5] as const;

let root: string;
let handle: string;
beforeAll(async () => {
  root = await temporaryDirectory();
  const calendar = await CalendarDouble.open();
  const clock = new FakeClock();
  const options = {
    clock,
    timeStamps: 'development' as const,
    epochTimeStampMillis: 0,
    anchorFiles: join(root, 'source', 'media'),
    calendars: [
      { url: calendar.url, host: internalHost(`127.0.0.1:${calendar.port}`), promises: [] },
    ],
    calendarIntervalMillis: 0,
  };
  let node = await openTestService(join(root, 'source'), options);
  await createLedger(node, 'kyc');
  for (const size of [FIRST, MIDDLE, LAST]) {
    await append(node, 'kyc');
    clock.advance(HOUR);
    await anchored(node, size);
    // What was promised of the first is kept with the next; the others stay open.
    if (size === FIRST) calendar.mine(800_000);
    if (size !== MIDDLE) continue;
    await node.service.close();
    await cp(join(root, 'source'), join(root, 'early'), { recursive: true });
    node = await openTestService(join(root, 'source'), options, node.adminKey);
  }
  await node.service.close();
  await calendar.close();
  [handle = ''] = await readdir(join(root, 'source', 'data', 'stamps'));
});
afterAll(() => removeDirectory(root));

/** Makes an epoch, and waits until all that are asked have it. */
async function anchored(node: TestService, size: number): Promise<void> {
  await node.request('/v1/anchors', { method: 'POST' });
  for (let look = 0; ; look++) {
    const response = await node.request('/v1/anchors');
    const { epochSize, backends, calendars } = (await response.json()) as {
      epochSize: number;
      backends: readonly { kind: string; waiting: { epochs: number } }[];
      calendars: { stampedSize: number };
    };
    const waiting = backends.filter(({ kind }) => kind !== 'calendars');
    expect(epochSize).toBe(size);
    if (waiting.every((one) => one.waiting.epochs === 0) && calendars.stampedSize === size) return;
    if (look === 500) throw new Error(`it does not come: ${JSON.stringify(backends)}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const digits = (size: number): string => String(size).padStart(12, '0');
const stamp = (size: number): string => `data/stamps/${handle}/${digits(size)}.json`;
const settled = (size: number): string => `data/calendars/${handle}/${digits(size)}.json`;
const pending = (size: number): string => `data/calendars/${handle}/pending.${digits(size)}.json`;
const media = (size: number, kind: string): string =>
  `media/${handle}/00000000/${digits(size)}.${kind}`;

/** What `fsck` says of a copy after `change`. */
async function findingsAfter(
  change: (directory: string) => Promise<unknown>,
  from = 'source',
): Promise<string[]> {
  const directory = join(root, 'case');
  await rm(directory, { recursive: true, force: true });
  await cp(join(root, from), directory, { recursive: true });
  await change(directory);
  return nodeFindings(directory, join(directory, 'media'));
}

type Content = Readonly<Record<string, JsonValue>>;
const NEVER = (reason: string | number): Error => new Error(String(reason));

/** Says something else, with a digest that fits. */
const saying =
  (path: string, change: (content: Content) => JsonObject, to = path) =>
  async (directory: string): Promise<void> => {
    const place = (name: string): string => name.replace('data/', '');
    const bytes = await readFile(join(directory, path));
    const content = parseStoredJson(place(path), bytes, { damaged: NEVER, newer: NEVER });
    await writeFile(join(directory, to), formatStoredJson(place(to), change(content)));
  };

const writing =
  (path: string, content: string | Uint8Array) =>
  async (directory: string): Promise<void> => {
    await mkdir(join(directory, path, '..'), { recursive: true });
    await writeFile(join(directory, path), content);
  };

/** Only the first half is left. */
const torn =
  (path: string) =>
  async (directory: string): Promise<void> => {
    const bytes = await readFile(join(directory, path));
    await writeFile(join(directory, path), bytes.subarray(0, bytes.length >> 1));
  };

const flipped =
  (path: string, from: 'start' | 'end') =>
  async (directory: string): Promise<void> => {
    const bytes = await readFile(join(directory, path));
    const at = from === 'start' ? 20 : bytes.length - 20;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(join(directory, path), bytes);
  };

const as =
  (path: () => string, change: (path: string) => (directory: string) => Promise<unknown>) =>
  (directory: string): Promise<unknown> =>
    change(path())(directory);

/** Another byte of what stands there in base64. */
function otherBase64(text: JsonValue | undefined, at: (length: number) => number): string {
  const bytes = Buffer.from(text as string, 'base64');
  const place = at(bytes.length);
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  return bytes.toString('base64');
}

const DAMAGES: readonly (readonly [
  name: string,
  change: (directory: string) => Promise<unknown>,
  says: RegExp,
])[] = [
  [
    'a time-stamp of which half is lost',
    as(() => stamp(FIRST), torn),
    /^stamps\/\w+\/0+2\.json is not what was written/,
  ],
  [
    'a time-stamp whose token was changed',
    as(
      () => stamp(FIRST),
      (path) =>
        saying(path, ({ token, ...rest }) => ({
          ...rest,
          token: otherBase64(token, (length) => length - 3),
        })),
    ),
    /^stamps\/\w+\/0+2\.json: /,
  ],
  [
    'a time-stamp of another time than its token',
    as(
      () => stamp(FIRST),
      (path) => saying(path, (content) => ({ ...content, at: '2020-01-01T00:00:00.000Z' })),
    ),
    /another time or authority than its token/,
  ],
  [
    'a time-stamp under another size',
    as(
      () => stamp(FIRST),
      (path) => saying(path, (content) => ({ ...content, size: MIDDLE }), stamp(MIDDLE)),
    ),
    /0+3\.json is of another checkpoint/,
  ],
  [
    'a file that is no time-stamp',
    as(
      () => `${stamp(FIRST)}.bak`,
      (path) => writing(path, ''),
    ),
    /^stamps\/\w+\/0+2\.json\.bak does not belong there/,
  ],
  [
    'time-stamps of another node',
    writing('data/stamps/0123456789abcdef/000000000002.json', '{}'),
    /^stamps\/0123456789abcdef is of no epoch log of this node/,
  ],
  [
    'a proof of calendars of which half is lost',
    as(() => settled(FIRST), torn),
    /not what was written: calendars\/\w+\/0+2\.json/,
  ],
  [
    'a promise of calendars of which half is lost',
    as(() => pending(LAST), torn),
    /not what was written: calendars\/\w+\/pending\.0+5\.json/,
  ],
  [
    'a proof of calendars of another root',
    as(
      () => settled(FIRST),
      (path) => saying(path, ({ ots, ...rest }) => ({ ...rest, ots: otherBase64(ots, () => 40) })),
    ),
    /0+2\.json is of another root/,
  ],
  [
    'a promise that stands as a proof',
    as(
      () => pending(LAST),
      (path) => saying(path, (content) => content, settled(LAST)),
    ),
    /0+5\.json is settled, and names no block/,
  ],
  [
    'a file that is of no calendar',
    as(
      () => settled(FIRST).replace('.json', '.ots'),
      (path) => writing(path, ''),
    ),
    /^calendars\/\w+\/0+2\.ots does not belong there/,
  ],
  [
    'a cosigned head that is none',
    writing('data/witnessed.json', '{}'),
    /^witnessed\.json is not what was written/,
  ],
  [
    'an anchor file with another byte',
    as(
      () => media(FIRST, 'checkpoint'),
      (path) => flipped(path, 'start'),
    ),
    /0+2\.checkpoint is not the checkpoint of the epoch log/,
  ],
  [
    'an older anchor file of which half is lost',
    as(() => media(FIRST, 'checkpoint'), torn),
    /0+2\.checkpoint is not the checkpoint of the epoch log/,
  ],
  [
    'an anchor file to which something was added',
    as(
      () => media(LAST, 'checkpoint'),
      (path) => (directory) => appendFile(join(directory, path), '\n'),
    ),
    /0+5\.checkpoint is not the checkpoint of the epoch log/,
  ],
  [
    'an anchor file that was removed',
    as(
      () => media(MIDDLE, 'checkpoint'),
      (path) => (directory) => rm(join(directory, path)),
    ),
    /0+3\.checkpoint is missing among the anchor files/,
  ],
  [
    'a token among anchor files with another byte',
    as(
      () => media(FIRST, 'tst'),
      (path) => flipped(path, 'end'),
    ),
    /0+2\.tst: /,
  ],
  [
    'a cosigned note that is of something else',
    as(
      () => media(FIRST, 'cosigned'),
      (path) => writing(path, 'log.example\n1\nAAAA\n\n— a AAAAAA==\n'),
    ),
    /0+2\.cosigned/,
  ],
  [
    'a directory of anchor files that is away',
    (directory) => rename(join(directory, 'media'), join(directory, 'away')),
    /^the directory of anchor files cannot be read \(ENOENT\)/,
  ],
];

describe('fsck of what others said of epochs', () => {
  it.each(DAMAGES)('names %s', async (_, change, says) => {
    const findings = await findingsAfter(change);
    expect(findings).toEqual([expect.stringMatching(says)]);
  });

  it.each([
    ['all that is as it was written', () => Promise.resolve()],
    [
      'what a crash left of a file that was being replaced',
      as(
        () => `${stamp(LAST)}.tmp`,
        (path) => writing(path, 'half'),
      ),
    ],
    [
      'a promise beside its proof',
      as(
        () => settled(FIRST),
        (path) => saying(path, (content) => content, pending(FIRST)),
      ),
    ],
    ['the newest checkpoint of which a crash left half', as(() => media(LAST, 'checkpoint'), torn)],
    ['the newest token of which a crash left half', as(() => media(LAST, 'tst'), torn)],
    [
      'files of others among anchor files',
      as(
        () => `media/${handle}/README`,
        (path) => writing(path, 'ours'),
      ),
    ],
    [
      'anchor files of another node',
      writing('media/0123456789abcdef/00000000/000000000002.checkpoint', 'x'),
    ],
  ] as const)('takes %s', async (_, change) => {
    expect(await findingsAfter(change)).toEqual([]);
  });

  it('names what is of more than an older copy has', async () => {
    const findings = await findingsAfter(async (directory) => {
      for (const path of [stamp(LAST), pending(LAST), 'media'])
        await cp(join(root, 'source', path), join(directory, path), { recursive: true });
    }, 'early');
    const says = /is of 5 entries, and the epoch log has 4: the node was rolled back/;
    expect(findings).toEqual(Array<unknown>(4).fill(expect.stringMatching(says)));
  });
});
