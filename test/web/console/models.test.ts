import { describe, expect, it } from '@jest/globals';
import { readCompleteness, readState, readTimeline } from '../../../web/console/answers.js';
import { featuresOf } from '../../../web/console/features.js';
import { collectionFile, exportFile, handOverPackage } from '../../../web/console/files.js';
import { EVERYTHING, inspectedBy } from '../../../web/console/inspected.js';
import { AnswerError } from '../../../web/console/json-reading.js';
import { Latest, Settling } from '../../../web/console/latest.js';
import { missingFrom } from '../../../web/console/listed.js';
import { loading, ready, valueOf } from '../../../web/console/loaded.js';
import { payloadRows, valueText } from '../../../web/console/payload-rows.js';
import {
  canBeAsked,
  diffQuery,
  pointQuery,
  queryOf,
  subjectPath,
} from '../../../web/console/question.js';

const HASH = 'a'.repeat(64);
const ENTRY = {
  ...{ id: HASH, index: 1, kind: 'record', recordedAt: '2026-01-01T00:00:00.000Z' },
  ...{ finality: { durable: true, anchored: false, witnessed: true }, payload: { a: 1 } },
};
const STATE = {
  ...{ items: [ENTRY], mentions: [], counts: { things: 1, mentions: 0, entries: 1 } },
  ...{ cursor: null, asOf: { size: 2, rootHash: HASH } },
};

describe('an answer', () => {
  it('is read with the marks that there are, also those that are to come', () => {
    const [entry] = readState(STATE).items;
    expect(entry?.finality).toEqual([
      { name: 'durable', isReached: true },
      { name: 'anchored', isReached: false },
      { name: 'witnessed', isReached: true },
    ]);
    expect(entry).toMatchObject({ type: null, validFrom: null, raw: ENTRY });
  });

  it('tells entries from mentions', () => {
    const mention = { ...ENTRY, role: 'part' };
    const page = { items: [ENTRY, { ...mention, type: 'T' }], cursor: 'c', asOf: STATE.asOf };
    expect(readTimeline(page).items.map(({ role }) => role)).toEqual(['own', 'part']);
  });

  it.each([
    ['null', null],
    ['a list', []],
    ['without its size', { ...STATE, asOf: { rootHash: HASH } }],
    ['with an index below zero', { ...STATE, items: [{ ...ENTRY, index: -1 }] }],
    ['with a mark that is a text', { ...STATE, items: [{ ...ENTRY, finality: { durable: 'x' } }] }],
    ['with items that are none', { ...STATE, items: {} }],
  ])('is refused: %s', (_what, answer) => {
    expect(() => readState(answer)).toThrow(AnswerError);
  });

  it('has the root of the list, or says that there is none', () => {
    const proof = (list?: object): unknown => ({
      ...STATE,
      completeness: { checkpoint: 'note', items: [{ index: 1, leafHash: HASH }], list },
    });
    expect(readCompleteness(proof({ root: 'cm9vdA==' }))).toEqual({
      ...{ size: 2, checkpoint: 'note', listRoot: 'cm9vdA==', items: [{ index: 1, id: HASH }] },
    });
    expect(readCompleteness(proof()).listRoot).toBeNull();
  });
});

describe('what the node can', () => {
  it('is what its description says', () => {
    const paths = { '/v1/ledgers/{ledger}/subjects/search': { post: {} }, '/v1/inspections': {} };
    const field = { examples: ['name', 'passport'] };
    const schema = { properties: { field } };
    const described = { requestBody: { content: { 'application/json': { schema } } } };
    const search = { '/v1/ledgers/{ledger}/subjects/search': { post: described } };
    expect(featuresOf({ paths: search }).fields).toEqual(['name', 'passport']);
    expect(featuresOf({ paths })).toEqual({ search: true, fields: [], inspections: false });
    expect(featuresOf({ paths: {} })).toEqual({ search: false, fields: [], inspections: false });
    expect(() => featuresOf('<html>')).toThrow(AnswerError);
  });
});

describe('a question', () => {
  const subject = { ledger: 'kyc', subject: 'a/b ä?#', origin: null, types: [], until: null };

  it('names persons in paths so that nothing of them is taken for another part', () => {
    expect(subjectPath(subject)).toBe('/v1/ledgers/kyc/subjects/a%2Fb%20%C3%A4%3F%23');
    expect(['', '.', '..'].some(canBeAsked)).toBe(false);
    expect(canBeAsked('...')).toBe(true);
  });

  it('has what is given, and nothing of what is not', () => {
    expect(queryOf({ a: 'x y&z', b: null, c: 3 })).toBe('?a=x+y%26z&c=3');
    expect(queryOf({ a: null })).toBe('');
    const [from, to] = [
      { asOf: '2', validAt: null },
      { asOf: null, validAt: '2026-01-01' },
    ];
    expect(queryOf(diffQuery(subject, from, to))).toBe('?from=2&toValidAt=2026-01-01');
  });

  it('under an inspection asks for what that covers, and for nothing later', () => {
    const types = ['a.B', 'c.D'];
    const inspected = { ...subject, types, until: '2026-01-31T22:59:59.999Z' };
    expect(queryOf(pointQuery(inspected, { asOf: null, validAt: null }))).toBe(
      '?asOf=2026-01-31T22%3A59%3A59.999Z&type=a.B&type=c.D',
    );
    expect(queryOf(pointQuery(inspected, { asOf: '3', validAt: null }))).toMatch(/^\?asOf=3&/);
    const scope = { types, recordedTo: '2026-02-01T00:00:00.000Z' };
    const end = Date.parse(scope.recordedTo);
    expect(inspectedBy(scope, end)).toEqual({ types, until: '2026-01-31T23:59:59.999Z' });
    expect(inspectedBy(scope, end - 2)).toEqual({ types, until: null });
    expect(inspectedBy({}, end)).toEqual(EVERYTHING);
    expect(() => inspectedBy({ types: 'a.B' }, end)).toThrow(AnswerError);
  });

  it('for a file has the point, and the file nobody’s name', () => {
    const point = { asOf: '7', validAt: '2026-01-01T00:00:00.000Z' };
    const file = collectionFile({ ...subject, origin: 'o/1' }, point);
    expect(file.path).toContain(
      '/evidence?origin=o%2F1&asOf=7&validAt=2026-01-01T00%3A00%3A00.000Z',
    );
    expect(file.name).toBe('kyc.collection');
    const { path } = exportFile(subject, point, 'csv');
    expect(path).toMatch(
      /^\/v1\/ledgers\/kyc\/export\?format=csv&subject=a%2Fb\+%C3%A4%3F%23&asOf=7/,
    );
    expect(handOverPackage('i/1', 'pdf', 'de').path).toBe(
      '/v1/inspections/i%2F1/package?format=pdf&language=de',
    );
    expect(handOverPackage('i/1', 'json', 'de').name).toBe('inspection-package.collection');
  });
});

describe('a payload as rows', () => {
  it('has a pointer for each value, in the order of the payload', () => {
    const payload = { 'a/b': { '~': [1, null] }, empty: {}, list: [], text: 'x\u202e' };
    expect(payloadRows(payload)).toEqual({
      rows: [
        { pointer: '/a~1b/~0/0', value: '1' },
        { pointer: '/a~1b/~0/1', value: 'null' },
        { pointer: '/empty', value: '{}' },
        { pointer: '/list', value: '[]' },
        { pointer: '/text', value: 'x\\u{202e}' },
      ],
      isCut: false,
    });
  });

  it('ends where it is wide, long or deep', () => {
    const wide = payloadRows(Array.from({ length: 100_000 }, () => 1));
    expect([wide.rows.length, wide.isCut]).toEqual([200, true]);
    let deep: unknown = 1;
    for (let level = 0; level < 50_000; level++) deep = [deep];
    expect(payloadRows(deep).rows).toHaveLength(1);
    expect(valueText('x'.repeat(5_000))).toHaveLength(2_001);
    expect(valueText(undefined)).toBe('–');
  });
});

describe('lists of the node', () => {
  it('agree where each entry is in both, at its place', () => {
    const listed = [
      { index: 1, id: 'a' },
      { index: 2, id: 'b' },
    ];
    expect(missingFrom(listed, listed)).toBe(0);
    expect(missingFrom([...listed, { index: 3, id: 'c' }, { index: 2, id: 'x' }], listed)).toBe(2);
  });
});

describe('what is asked', () => {
  it('ends what was asked before, and only the last is answered', async () => {
    const latest = new Latest();
    const log: string[] = [];
    const ask = (name: string, question: (signal: AbortSignal) => Promise<string>): void => {
      latest.ask(question, {
        answered: (answer) => log.push(`${name} ${answer}`),
        failed: () => log.push(`${name} failed`),
      });
    };
    let ended = false;
    ask('first', (signal) => {
      signal.addEventListener('abort', () => (ended = true));
      return Promise.resolve('late');
    });
    ask('second', () => Promise.reject(new Error('no')));
    ask('third', () => Promise.resolve('answer'));
    expect(latest.isRunning).toBe(true);
    await new Promise(setImmediate);
    expect([ended, log, latest.isRunning]).toEqual([true, ['third answer'], false]);
    ask('fourth', () => Promise.resolve('never'));
    latest.stop();
    await new Promise(setImmediate);
    expect(log).toEqual(['third answer']);
  });

  it('of a slider waits until it rests, with one timer', () => {
    const timers = new Map<number, () => void>();
    let made = 0;
    const settling = new Settling(250, {
      set: (run) => {
        timers.set(++made, run);
        return made;
      },
      clear: (timer) => timers.delete(timer),
    });
    const log: number[] = [];
    for (let at = 0; at < 100; at++) settling.soon(() => log.push(at));
    expect(timers.size).toBe(1);
    for (const run of timers.values()) run();
    expect(log).toEqual([99]);
    settling.soon(() => log.push(100));
    settling.stop();
    expect([...timers.keys()]).toEqual([100]);
  });

  it('leaves in sight what was there until there is something else', () => {
    expect(valueOf(loading(ready(1)))).toBe(1);
    expect(valueOf(loading(loading(ready(1))))).toBe(1);
    expect(valueOf({ kind: 'idle' })).toBeNull();
  });
});
