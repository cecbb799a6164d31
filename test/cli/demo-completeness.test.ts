/** The demo's check of `proof=complete`, on a real node's answer and on what somebody might make of it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fromBase64, toBase64 } from '../../src/base/bytes.js';
import type { JsonObject } from '../../src/base/canonical-json.js';
import {
  type CompletenessQuestion,
  completenessSchema,
  isComplete,
} from '../../src/cli/demo/completeness.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { runCli } from './support/run-cli.js';
import { startServing } from './support/serving.js';

const directory = await temporaryDirectory();
const serving = await startServing(directory);

interface Answer {
  readonly asOf: { readonly size: number };
  readonly completeness: JsonObject;
}

let completeness: JsonObject;
let question: CompletenessQuestion;

async function get<T>(path: string): Promise<T> {
  const { CHIROGRAPH_URL: url = '', CHIROGRAPH_KEY: key = '' } = serving.env;
  const response = await fetch(`${url}/v1/ledgers${path}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  return (await response.json()) as T;
}

beforeAll(async () => {
  const lines = [1, 2, 3, 4].map((n) =>
    JSON.stringify({ type: 'test.Note', subject: n === 2 ? 'bert' : 'anna', payload: { n } }),
  );
  expect((await runCli(['append', 'kyc'], serving.env, lines.join('\n'))).code).toBe(0);
  const { verifierKey } = await get<{ verifierKey: string }>('/kyc');
  // Below the last: so that the list goes on, and the proof says where it was cut.
  const answer = await get<Answer>('/kyc/subjects/anna?asOf=4&proof=complete');
  ({ completeness } = answer);
  question = { subject: 'anna', asOf: answer.asOf.size, verifierKey };
});

afterAll(async () => {
  await serving.stop();
  await removeDirectory(directory);
});

const holds = (bends: JsonObject = {}, asked: Partial<CompletenessQuestion> = {}): boolean =>
  isComplete(completenessSchema.parse({ ...completeness, ...bends }), { ...question, ...asked });

const items = (): readonly JsonObject[] => completeness['items'] as JsonObject[];
const member = (name: string): JsonObject => completeness[name] as JsonObject;

describe('the proof that an answer is all', () => {
  it('holds as it came', () => {
    expect(items()).toHaveLength(2);
    expect(holds()).toBe(true);
  });

  it('does not, with an item less, more, twice, or in another place', () => {
    const [first, second] = items();
    if (first === undefined || second === undefined) throw new Error('there are two items');
    const bent = [[first], [second], [], [first, first, second], [second, first]];
    expect(bent.map((some) => holds({ items: some }))).toEqual(bent.map(() => false));
    expect(holds({ items: [...items(), { ...second, index: 3 }] })).toBe(false);
    expect(holds({ items: [{ ...first, leafHash: second['leafHash'] ?? null }, second] })).toBe(
      false,
    );
  });

  it('is of one person, one size and one log', async () => {
    await fetch(`${serving.env['CHIROGRAPH_URL'] ?? ''}/v1/ledgers`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${serving.env['CHIROGRAPH_KEY'] ?? ''}`,
        'content-type': 'application/json',
      },
      body: '{"name":"other"}',
    });
    const { verifierKey } = await get<{ verifierKey: string }>('/other');
    expect(holds({}, { subject: 'bert' })).toBe(false);
    expect(holds({}, { asOf: 5 })).toBe(false);
    expect(holds({}, { asOf: 1_000 })).toBe(false);
    expect(holds({}, { verifierKey })).toBe(false);
  });

  it('rests on a map that stands in the signed tree', () => {
    const map = member('map');
    const statement = fromBase64(map['statement'] as string);
    const root = Buffer.from(statement).indexOf('"root":"') + '"root":"'.length;
    const other = statement.map((byte, at) => (at === root ? byte ^ 1 : byte));
    expect(holds({ map: { ...map, statement: toBase64(other) } })).toBe(false);
    expect(holds({ map: { ...map, inclusion: [] } })).toBe(false);
    const checkpoint = (completeness['checkpoint'] as string).replace(/\n\d+\n/, '\n4\n');
    expect(holds({ checkpoint })).toBe(false);
  });

  it('is refused where its parts are none', () => {
    const list = member('list');
    expect(holds({ list: { ...list, proof: 'AAAA' } })).toBe(false);
    expect(holds({ list: { ...list, size: 4 } })).toBe(false);
    expect(holds({ opener: '0'.repeat(64) })).toBe(false);
    expect(holds({ opener: 'x' })).toBe(false);
    expect(list['next']).toBeDefined();
    const uncut = Object.entries(list).filter(([name]) => name !== 'next');
    expect(holds({ list: Object.fromEntries(uncut) })).toBe(false);
  });
});
