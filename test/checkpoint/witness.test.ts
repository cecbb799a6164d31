/** What a witness answers, and what it keeps: the rules of C2SP tlog-witness, one by one, on real files. */
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { utf8, utf8ToString } from '../../src/base/bytes.js';
import { WitnessKeys } from '../../src/keys/witness-keys.js';
import { parseSignatureLines } from '../../src/tlog/add-checkpoint.js';
import { cosignatureVerifier, verifyCosignatures } from '../../src/tlog/cosignature.js';
import { parseSignedNote, signNote } from '../../src/tlog/signed-note.js';
import { copyDirectory } from '../support/copy-directory.js';
import { rejection } from '../support/errors.js';
import { FakeClock } from '../support/fake-clock.js';
import { SeededRandom } from '../support/seeded-random.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { logKey } from '../tlog/keys.js';
import { leaves, sizeOf } from '../tlog/naive-tree.js';
import {
  lengthOf,
  makeKeys,
  markPath,
  OpenedWitness,
  type Places,
  placesIn,
  seenPath,
} from './support/opened-witness.js';
import { SigningLog } from './support/signing-log.js';

const log = new SigningLog();
const SECOND = 1_795_435_200;

let root: string;
let places: Places;
let opened: OpenedWitness;
beforeEach(async () => {
  root = await temporaryDirectory();
  places = placesIn(root);
  await makeKeys(places);
  opened = await OpenedWitness.open(places, [log]);
});
afterEach(async () => {
  await opened.close();
  await removeDirectory(root);
});

async function reopen(clock = new FakeClock()): Promise<void> {
  await opened.close();
  opened = await OpenedWitness.open(places, [log], { clock });
}

/** Times of the cosignatures in an answer, verified. */
function times(text: string, lines: string): number[] {
  const note = { text, signatures: parseSignatureLines(text, lines) };
  const verifier = cosignatureVerifier(opened.witness.verifierKey);
  return verifyCosignatures(note, verifier).map(({ timestamp }) => timestamp);
}

async function kept(): Promise<{ kind: string; newest: number; size: string }[]> {
  const { seen } = opened.witness.log(log.witnessed.originHash);
  const { lines } = await seen.page(0, 100);
  return lines.map(({ kind, newest, note }) => ({
    ...{ kind, newest },
    size: note.split('\n')[1] ?? '',
  }));
}

describe('a witness', () => {
  it('cosigns the first head of a log, and each that goes on from there', async () => {
    expect(times(log.text(2), await opened.add(log.request({ old: 0, size: 2 })))).toEqual([
      SECOND,
    ]);
    opened.clock.advance(61_000);
    const lines = await opened.add(log.request({ old: 2, size: 7 }));
    expect(times(log.text(7), lines)).toEqual([SECOND + 61]);
    expect(lines.match(/\n/g)).toHaveLength(1);
    expect(await kept()).toEqual([
      { kind: 'cosigned', newest: 2, size: '2' },
      { kind: 'cosigned', newest: 7, size: '7' },
    ]);
    // With the log's own signature: what is kept can be shown to others.
    const { newest } = opened.witness.log(log.witnessed.originHash).seen;
    expect(parseSignedNote(newest?.note ?? '').signatures.map(({ name }) => name)).toEqual([
      log.origin,
      'witness.example',
    ]);
  });

  it('cosigns the empty tree, and goes on from it', async () => {
    await opened.add(log.request({ old: 0, size: 0 }));
    await opened.add(log.request({ old: 0, size: 1 }));
    expect((await kept()).map(({ size }) => size)).toEqual(['0', '1']);
  });

  it('answers a head again with the same bytes, and keeps it once', async () => {
    const first = await opened.add(log.request({ old: 0, size: 5 }));
    const length = await lengthOf(seenPath(places, log));
    expect(await opened.add(log.request({ old: 5, size: 5 }))).toBe(first);
    await reopen();
    expect(await opened.add(log.request({ old: 5, size: 5 }))).toBe(first);
    expect(await lengthOf(seenPath(places, log))).toBe(length);
  });

  it('says of a head that it is still the newest, with a later time', async () => {
    await opened.add(log.request({ old: 0, size: 5 }));
    opened.clock.advance(60_000);
    const again = await opened.add(log.request({ old: 5, size: 5 }));
    expect(times(log.text(5), again)).toEqual([SECOND + 60]);
    expect(await kept()).toHaveLength(1);
    // A clock that was set back meanwhile does not take that back.
    await reopen(new FakeClock());
    expect(times(log.text(5), await opened.add(log.request({ old: 5, size: 5 })))).toEqual([
      SECOND + 60,
    ]);
    expect(times(log.text(6), await opened.add(log.request({ old: 5, size: 6 })))).toEqual([
      SECOND + 60,
    ]);
  });

  it('takes another text of the same head', async () => {
    await opened.add(log.request({ old: 0, size: 5 }));
    const extensions = ['hypercore 00 0 5 00'];
    const lines = await opened.add(log.request({ old: 5, size: 5, extensions }));
    expect(times(log.text(5, 0, extensions), lines)).toEqual([SECOND]);
    expect((await kept()).map(({ size }) => size)).toEqual(['5', '5']);
  });

  it('says what size it has to whoever names another', async () => {
    expect(await opened.outcome(log.request({ old: 1, size: 3 }))).toBe('old 0');
    await opened.add(log.request({ old: 0, size: 5 }));
    expect(await opened.outcome(log.request({ old: 0, size: 6 }))).toBe('old 5');
    expect(await opened.outcome(log.request({ old: 4, size: 6 }))).toBe('old 5');
    expect(await opened.outcome(log.request({ old: 6, size: 7 }))).toBe('old 5');
    // The order of C2SP: whoever is behind learns the size, although it has shrunk.
    expect(await opened.outcome(log.request({ old: 2, size: 2 }))).toBe('old 5');
    expect(await kept()).toHaveLength(1);
  });

  it('refuses another root of the same size, and keeps both signed checkpoints', async () => {
    await opened.add(log.request({ old: 0, size: 5 }));
    for (let again = 0; again < 2; again++)
      expect(await opened.outcome(log.request({ old: 5, size: 5, history: 1 }))).toBe(
        'WITNESS_INCONSISTENT',
      );
    const { seen } = opened.witness.log(log.witnessed.originHash);
    expect(seen.splitViewCount).toBe(1);
    const [proof] = await seen.splitViews();
    expect(proof).toMatchObject({ kind: 'split-view', newest: 5 });
    expect(proof?.note).toBe(log.note(5, 1));
    expect(proof?.other).toBe(seen.newest?.note);
    await reopen();
    expect(opened.witness.log(log.witnessed.originHash).seen.splitViewCount).toBe(1);
    expect(await opened.outcome(log.request({ old: 5, size: 5, history: 1 }))).toBe(
      'WITNESS_INCONSISTENT',
    );
    expect((await kept()).map(({ kind }) => kind)).toEqual(['cosigned', 'split-view']);
    // It goes on: the log may still be followed, with the proof beside it.
    await opened.add(log.request({ old: 5, size: 6 }));
  });

  it('keeps the proof also against a head that has been outgrown, whatever size was named', async () => {
    await opened.add(log.request({ old: 0, size: 5 }));
    await opened.add(log.request({ old: 5, size: 9 }));
    expect(await opened.outcome(log.request({ old: 0, size: 5, history: 1 }))).toBe('old 9');
    // No head of 6 was cosigned, so there is nothing that this one contradicts.
    expect(await opened.outcome(log.request({ old: 0, size: 6, history: 1 }))).toBe('old 9');
    // Both histories have the same first three entries.
    expect(await opened.outcome(log.request({ old: 0, size: 3, history: 1 }))).toBe('old 9');
    const { seen } = opened.witness.log(log.witnessed.originHash);
    const views = await seen.splitViews();
    expect(views.map(({ note, other }) => [note, other?.startsWith(log.text(5))])).toEqual([
      [log.note(5, 1), true],
    ]);
  });

  it('keeps at most 16 proofs of misbehaviour', async () => {
    for (let size = 4; size < 30; size++)
      await opened.add(log.request({ old: size === 4 ? 0 : size - 1, size }));
    for (let size = 4; size < 30; size++)
      await opened.outcome(log.request({ old: 0, size, history: 1 }));
    const { seen } = opened.witness.log(log.witnessed.originHash);
    expect(seen.splitViewCount).toBe(16);
    await reopen();
    expect(await opened.witness.log(log.witnessed.originHash).seen.splitViews()).toHaveLength(16);
  });

  it('refuses a proof that does not hold, and keeps what was signed, each once and four at most', async () => {
    await opened.add(log.request({ old: 0, size: 5 }));
    const proof = log.proof(5, 9).slice(1);
    for (let again = 0; again < 6; again++)
      expect(await opened.outcome(log.request({ old: 5, size: 9, proof }))).toBe(
        'WITNESS_INCONSISTENT',
      );
    expect((await kept()).map(({ kind }) => kind)).toEqual(['cosigned', 'unproven']);
    for (const size of [6, 7, 8, 10, 11])
      expect(await opened.outcome(log.request({ old: 5, size, history: 1 }))).toBe(
        'WITNESS_INCONSISTENT',
      );
    expect(await kept()).toHaveLength(5);
    await reopen();
    expect(await opened.outcome(log.request({ old: 5, size: 12, history: 1 }))).toBe(
      'WITNESS_INCONSISTENT',
    );
    expect(await kept()).toHaveLength(5);
    // It proved nothing: the log may still prove it, and then there is room again.
    await opened.add(log.request({ old: 5, size: 9 }));
    await opened.outcome(log.request({ old: 9, size: 12, history: 1 }));
    expect((await kept()).map(({ kind }) => kind).slice(5)).toEqual(['cosigned', 'unproven']);
  });

  it.each([
    ['a proof from size 0', { old: 0, size: 3, proof: leaves(1) }],
    ['a proof too many', { old: 5, size: 5, proof: leaves(1) }],
    ['no proof', { old: 5, size: 9, proof: [] }],
  ])('refuses %s', async (_, asked) => {
    if (asked.old > 0) await opened.add(log.request({ old: 0, size: asked.old }));
    expect(await opened.outcome(log.request(asked))).toBe('WITNESS_INCONSISTENT');
  });

  it('refuses the size 0 with a root that is not the empty tree’s', async () => {
    const note = signNote(log.text(1).replace('\n1\n', '\n0\n'), logKey(log.origin).signer);
    expect(await opened.outcome(utf8(`old 0\n\n${note}`))).toBe('WITNESS_INCONSISTENT');
  });

  it('does not know logs that it was not told of', async () => {
    const other = new SigningLog({ origin: 'log.example/other' });
    expect(await opened.outcome(other.request({ old: 0, size: 1 }))).toBe('WITNESS_LOG_UNKNOWN');
  });

  it('refuses what the log has not signed', async () => {
    const impostor = new SigningLog({ byte: 9 });
    expect(await opened.outcome(impostor.request({ old: 0, size: 1 }))).toBe('WITNESS_NOT_SIGNED');
    const altered = utf8ToString(log.request({ old: 0, size: 3 })).replace('\n3\n', '\n4\n');
    expect(await opened.outcome(utf8(altered))).toBe('WITNESS_NOT_SIGNED');
    expect(await kept()).toEqual([]);
  });

  it('looks for the log first, then for its signature, then at the sizes', async () => {
    const other = new SigningLog({ origin: 'log.example/other', byte: 9 });
    expect(await opened.outcome(other.request({ old: 9, size: 1 }))).toBe('WITNESS_LOG_UNKNOWN');
    const impostor = new SigningLog({ byte: 9 });
    expect(await opened.outcome(impostor.request({ old: 9, size: 1 }))).toBe('WITNESS_NOT_SIGNED');
    expect(await opened.outcome(log.request({ old: 9, size: 1 }))).toBe(
      'WITNESS_REQUEST_MALFORMED',
    );
  });

  it('keeps of many signatures the first of each known key', async () => {
    const body = utf8ToString(log.request({ old: 0, size: 3 }));
    const signature = body.slice(body.indexOf('— '));
    await opened.add(utf8(body + signature.repeat(20)));
    const { newest } = opened.witness.log(log.witnessed.originHash).seen;
    expect(parseSignedNote(newest?.note ?? '').signatures).toHaveLength(2);
  });

  it('takes no more once what is kept has its size, but the proof of misbehaviour', async () => {
    await opened.close();
    opened = await OpenedWitness.open(places, [log]);
    await opened.add(log.request({ old: 0, size: 5 }));
    await opened.close();
    const maxBytes = (await lengthOf(seenPath(places, log))) + 100;
    opened = await OpenedWitness.open(places, [log], { maxBytes });
    expect(await opened.outcome(log.request({ old: 5, size: 6 }))).toBe('WITNESS_FULL');
    // The head that was cosigned is still answered for.
    await opened.add(log.request({ old: 5, size: 5 }));
    expect(await opened.outcome(log.request({ old: 5, size: 5, history: 1 }))).toBe(
      'WITNESS_INCONSISTENT',
    );
    expect((await kept()).map(({ kind }) => kind)).toEqual(['cosigned', 'split-view']);
    expect(opened.witness.hasFailed).toBe(false);
  });

  it('has no more than 64 waiting for each log', async () => {
    const requests = Array.from({ length: 80 }, () =>
      opened.outcome(log.request({ old: 0, size: 1 })),
    );
    const outcomes = await Promise.all(requests);
    expect(outcomes.filter((outcome) => outcome === 'WITNESS_BUSY')).toHaveLength(16);
    // All but one were behind it by then.
    expect(outcomes.filter((outcome) => outcome === 'old 1')).toHaveLength(63);
  });

  it('pages through what is kept, and finds where a size was reached', async () => {
    await opened.add(log.request({ old: 0, size: 1 }));
    for (const size of [2, 4, 8, 16]) await opened.add(log.request({ old: size / 2, size }));
    const { seen } = opened.witness.log(log.witnessed.originHash);
    const sizes: number[] = [];
    for (let at: number | null = 0; at !== null;) {
      expect(await seen.isPageStart(at)).toBe(true);
      const page = await seen.page(at, 2);
      sizes.push(...page.lines.map(({ newest }) => newest));
      at = page.next;
    }
    expect(sizes).toEqual([1, 2, 4, 8, 16]);
    for (let size = 0; size <= 16; size++) {
      const { lines } = await seen.page(await seen.find(sizeOf(size)), 1);
      expect(lines[0]?.newest).toBe(sizes.find((each) => each >= size));
    }
    expect((await seen.page(await seen.find(sizeOf(17)), 1)).lines).toEqual([]);
    expect(await seen.isPageStart(1)).toBe(false);
  });
});

describe('opening a witness', () => {
  it('makes its directories for nobody else', async () => {
    await opened.add(log.request({ old: 0, size: 1 }));
    for (const path of [places.dataDirectory, places.keyDirectory])
      expect((await stat(path)).mode & 0o777).toBe(0o700);
    for (const path of [seenPath(places, log), markPath(places, log)])
      expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('lets one process sign with a key', async () => {
    const { keyDirectory: directory, dataDirectory } = places;
    expect(await rejection(WitnessKeys.open({ directory, dataDirectory }))).toMatchObject({
      code: 'KEYS_LOCKED',
    });
  });

  it('refuses a directory that is something else', async () => {
    await opened.close();
    const dataDirectory = join(root, 'other');
    await mkdir(dataDirectory);
    await writeFile(join(dataDirectory, 'FORMAT'), 'chirograph 1\n');
    const refused = OpenedWitness.open({ ...places, dataDirectory }, [log]);
    expect(await rejection(refused)).toMatchObject({ code: 'WITNESS_FORMAT_UNKNOWN' });
    opened = await OpenedWitness.open(places, [log]);
  });

  it('cuts off a last line that is not whole', async () => {
    await opened.add(log.request({ old: 0, size: 2 }));
    await opened.add(log.request({ old: 2, size: 5 }));
    const path = seenPath(places, log);
    const whole = await readFile(path);
    await opened.close();
    for (const torn of ['{"$v":1,', whole.subarray(0, 300), new Uint8Array(200)]) {
      await writeFile(path, Buffer.concat([whole, Buffer.from(torn)]));
      opened = await OpenedWitness.open(places, [log]);
      expect(await lengthOf(path)).toBe(whole.length);
      expect(opened.witness.log(log.witnessed.originHash).seen.newest?.size).toBe(5);
      await opened.close();
    }
    opened = await OpenedWitness.open(places, [log]);
    await opened.add(log.request({ old: 5, size: 6 }));
  });

  it.each([
    ['one byte less than was answered for', (file: Buffer) => file.subarray(0, -1)],
    ['an older copy', (file: Buffer) => file.subarray(0, file.indexOf(0x0a) + 1)],
    ['nothing', () => Buffer.alloc(0)],
    [
      'a flipped bit in the newest line',
      (file: Buffer) => {
        const copy = Buffer.from(file);
        copy[file.length - 20] = (file[file.length - 20] ?? 0) ^ 1;
        return copy;
      },
    ],
    [
      'lines in another order',
      (file: Buffer) => {
        const end = file.indexOf(0x0a) + 1;
        return Buffer.concat([file.subarray(end), file.subarray(0, end)]);
      },
    ],
  ])('refuses a file with %s', async (_, spoil) => {
    await opened.add(log.request({ old: 0, size: 2 }));
    await opened.add(log.request({ old: 2, size: 5 }));
    await opened.close();
    const path = seenPath(places, log);
    const whole = await readFile(path);
    await writeFile(path, spoil(whole));
    expect(await rejection(OpenedWitness.open(places, [log]))).toMatchObject({
      code: 'WITNESS_DAMAGED',
    });
    await writeFile(path, whole);
    opened = await OpenedWitness.open(places, [log]);
  });

  it('refuses a file whose last proof was cut off or altered', async () => {
    await opened.add(log.request({ old: 0, size: 5 }));
    const before = await lengthOf(seenPath(places, log));
    await opened.outcome(log.request({ old: 5, size: 5, history: 1 }));
    await opened.close();
    const path = seenPath(places, log);
    const whole = await readFile(path);
    const altered = Buffer.from(whole);
    altered.write('X', before + 40);
    for (const spoilt of [whole.subarray(0, before), altered]) {
      await writeFile(path, spoilt);
      expect(await rejection(OpenedWitness.open(places, [log]))).toMatchObject({
        code: 'WITNESS_DAMAGED',
      });
      // What is damaged is left as it is found.
      expect(await readFile(path)).toEqual(Buffer.from(spoilt));
    }
    await writeFile(path, whole);
    opened = await OpenedWitness.open(places, [log]);
  });

  it('refuses the file of a twin, which has the same key and signed otherwise', async () => {
    await opened.add(log.request({ old: 0, size: 3 }));
    await opened.close();
    const twin = placesIn(join(root, 'twin'));
    await copyDirectory(places.dataDirectory, twin.dataDirectory);
    await copyDirectory(places.keyDirectory, twin.keyDirectory);
    opened = await OpenedWitness.open(twin, [log]);
    await opened.add(log.request({ old: 3, size: 5, history: 1 }));
    await opened.close();
    opened = await OpenedWitness.open(places, [log]);
    await opened.add(log.request({ old: 3, size: 5 }));
    await opened.close();
    const path = seenPath(places, log);
    const own = await readFile(path);
    await writeFile(path, await readFile(seenPath(twin, log)));
    expect(await lengthOf(path)).toBe(own.length);
    expect(await rejection(OpenedWitness.open(places, [log]))).toMatchObject({
      code: 'WITNESS_DAMAGED',
    });
    await writeFile(path, own);
    opened = await OpenedWitness.open(places, [log]);
  });

  it('refuses the file of another witness, and that of another log', async () => {
    await opened.add(log.request({ old: 0, size: 2 }));
    await opened.add(log.request({ old: 2, size: 5 }));
    await opened.close();
    const other = new SigningLog({ origin: 'log.example/other' });
    await writeFile(seenPath(places, other), await readFile(seenPath(places, log)));
    expect(await rejection(OpenedWitness.open(places, [other]))).toMatchObject({
      code: 'WITNESS_DAMAGED',
    });
    const stranger = { ...places, keyDirectory: join(root, 'stranger.keys') };
    const { keyDirectory: directory, dataDirectory } = stranger;
    const random = new SeededRandom('stranger');
    await (
      await WitnessKeys.create({ directory, dataDirectory, name: 'stranger.example', random })
    ).close();
    expect(await rejection(OpenedWitness.open(stranger, [log]))).toMatchObject({
      code: 'WITNESS_DAMAGED',
    });
    opened = await OpenedWitness.open(places, [log]);
  });

  it('takes up what lies behind an older copy of its mark', async () => {
    await opened.add(log.request({ old: 0, size: 2 }));
    const mark = await readFile(markPath(places, log));
    await opened.add(log.request({ old: 2, size: 5 }));
    await opened.outcome(log.request({ old: 5, size: 5, history: 1 }));
    await opened.close();
    await writeFile(markPath(places, log), mark);
    opened = await OpenedWitness.open(places, [log]);
    const { seen } = opened.witness.log(log.witnessed.originHash);
    expect([seen.newest?.size, seen.splitViewCount]).toEqual([5, 1]);
    expect(await opened.outcome(log.request({ old: 2, size: 4 }))).toBe('old 5');
  });

  it('keeps what it knows of a log that is not served for a while', async () => {
    const other = new SigningLog({ origin: 'log.example/other' });
    await opened.add(log.request({ old: 0, size: 2 }));
    await opened.close();
    opened = await OpenedWitness.open(places, [other]);
    expect(await opened.outcome(log.request({ old: 2, size: 3 }))).toBe('WITNESS_LOG_UNKNOWN');
    await opened.close();
    opened = await OpenedWitness.open(places, [other, log]);
    expect(await opened.outcome(log.request({ old: 0, size: 3 }))).toBe('old 2');
  });
});
