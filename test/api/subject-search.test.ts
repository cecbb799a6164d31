import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createJsonLogger } from '../../src/json-logger.js';
import { accessEntries } from '../access/support/disclosures.js';
import { FakeClock } from '../support/fake-clock.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService, type TestService } from '../support/test-service.js';
import {
  answer,
  append,
  createLedger,
  foundTenant,
  ledgerOf,
  newKey,
  problem,
} from './support/ledger-client.js';
import {
  type FoundPage,
  namesIn,
  PASSPORT,
  PERSON,
  putSchemas,
  search,
  searching,
} from './support/persons.js';

let root: string;
let node: TestService;
const clock = new FakeClock();
const lines: string[] = [];
const settings = {
  clock,
  searchesPerMinute: 10_000,
  refusalsPerMinute: 10_000,
  logger: createJsonLogger({ level: 'debug', clock, sink: { write: (line) => lines.push(line) } }),
};

const person = (subject: string, payload: object, key?: string): object => {
  return { type: PERSON, subject, payload, ...(key !== undefined && { key }) };
};
const passport = (subject: string, number: string | number, key = 'passport'): object => {
  return { type: PASSPORT, subject, key, payload: { number } };
};

beforeAll(async () => {
  root = await temporaryDirectory();
  node = await openTestService(root, settings);
  await createLedger(node, 'kyc');
  await putSchemas(node, 'kyc');
  await append(node, 'kyc', person('customer-1', { firstName: 'José', lastName: 'García Marín' }));
  await append(node, 'kyc', person('customer-2', { firstName: 'Jose', lastName: 'Smith' }));
  await append(node, 'kyc', person('customer-3', { firstName: 'Marin', lastName: 'Jose Garcia' }));
  await append(node, 'kyc', person('customer-4', { lastName: 'O’Brien', born: '1990-05-17' }));
  await append(node, 'kyc', passport('customer-1', 'AB-123 456'));
  await append(node, 'kyc', passport('customer-2', 'ab123456'));
});
afterAll(async () => {
  await node.service.close();
  await removeDirectory(root);
});

async function find(field: string, value: string | number, more: object = {}): Promise<string[]> {
  return namesIn(await search(node, 'kyc', { field, value, ...more }));
}

describe('a search for persons', () => {
  it.each([
    ['a whole value', 'name', 'Jose Garcia', ['customer-1', 'customer-3!']],
    ['case, accents and punctuation aside', 'name', ' jOSé-garcía ', ['customer-1', 'customer-3!']],
    [
      'letters in compatibility forms',
      'name',
      'Ｊｏｓｅ',
      ['customer-1!', 'customer-2!', 'customer-3'],
    ],
    ['an apostrophe aside', 'name', "o'brien", ['customer-4!']],
    ['every word, in any order and member', 'name', 'marin jose', ['customer-1', 'customer-3']],
    ['three words of two members', 'name', 'Jose Garcia Marin', ['customer-1', 'customer-3']],
    ['no word that nobody has', 'name', 'jose garcia lopez', []],
    ['no beginning of a word', 'name', 'garc', []],
    ['a date however it is written', 'birthDate', '17.5.1990', ['customer-4!']],
    ['a date in milliseconds', 'birthDate', Date.UTC(1990, 4, 17), ['customer-4!']],
    [
      'a number however it is spaced',
      'documentNumber',
      'AB 123456',
      ['customer-1!', 'customer-2!'],
    ],
    ['no part of a number', 'documentNumber', 'AB123', []],
    ['nothing of another field', 'documentNumber', 'smith', []],
  ])('finds %s', async (_what, field, value, expected) => {
    expect(await find(field, value)).toEqual(expected);
  });

  it('puts whole values first, and says where it stands and whether it still does', async () => {
    await append(node, 'kyc', person('customer-5', { firstName: 'Nils' }, 'main'));
    const { index, id } = await append(
      node,
      'kyc',
      person('customer-5', { firstName: 'Nils Per' }, 'main'),
    );
    const page = await search(node, 'kyc', { field: 'name', value: 'nils' });
    expect(page.items).toMatchObject([
      {
        subject: 'customer-5',
        match: 'whole',
        entries: [{ index: index - 1, pointers: ['/firstName'], current: false }],
        hasMore: false,
      },
    ]);
    const both = await search(node, 'kyc', { field: 'name', value: 'per' });
    expect(both.items[0]?.entries).toMatchObject([{ id, index, current: true }]);
  });

  it('shows two subjects with one document number as a possible double, however they are found', async () => {
    const page = await search(node, 'kyc', { field: 'documentNumber', value: 'AB123456' });
    const doubles = Object.fromEntries(page.items.map((one) => [one.subject, one.possibleDouble]));
    expect(doubles).toEqual({ 'customer-1': ['customer-2'], 'customer-2': ['customer-1'] });
    const smith = await search(node, 'kyc', { field: 'name', value: 'Smith' });
    expect(smith.items[0]?.possibleDouble).toEqual(['customer-1']);
    const [alone] = (await search(node, 'kyc', { field: 'name', value: 'OBrien' })).items;
    expect(alone).not.toHaveProperty('possibleDouble');
  });

  it('is of the state that is asked for', async () => {
    const before = await ledgerOf(node, 'kyc');
    await append(node, 'kyc', passport('customer-6', 'LATER-1'));
    await append(node, 'kyc', passport('customer-7', 'LATER-1'));
    const ask = { field: 'documentNumber', value: 'later1' };
    expect(namesIn(await search(node, 'kyc', { ...ask, asOf: String(before.size) }))).toEqual([]);
    const one = await search(node, 'kyc', { ...ask, asOf: String(before.size + 1) });
    expect(one.items.map((item) => [item.subject, item.possibleDouble])).toEqual([
      ['customer-6', undefined],
    ]);
    expect(one.asOf.size).toBe(before.size + 1);
    expect(await find('documentNumber', 'later1')).toEqual(['customer-6!', 'customer-7!']);
    await append(node, 'kyc', passport('customer-6', 'CORRECTED'));
    const then = await search(node, 'kyc', { ...ask, asOf: String(before.size + 2) });
    const now = await search(node, 'kyc', ask);
    const current = (page: FoundPage): unknown[] =>
      page.items
        .filter(({ subject }) => subject === 'customer-6')
        .map((p) => p.entries[0]?.current);
    expect([current(then), current(now)]).toEqual([[true], [false]]);
  });

  it('goes on page by page in the state of its first page', async () => {
    for (let n = 0; n < 9; n++)
      await append(node, 'kyc', person(`many-${n}`, { firstName: n < 4 ? 'Many' : 'Many One' }));
    const whole = await search(node, 'kyc', { field: 'name', value: 'many' });
    expect(whole.items).toHaveLength(9);
    for (const limit of [1, 2, 4, 5, 9]) {
      const items: FoundPage['items'][number][] = [];
      let cursor: string | null = null;
      do {
        const page: FoundPage = await search(node, 'kyc', {
          ...{ field: 'name', value: 'many', limit },
          ...(cursor !== null && { cursor }),
        });
        expect(page.items.length).toBeLessThanOrEqual(limit);
        expect(page.asOf).toEqual(whole.asOf);
        items.push(...page.items);
        ({ cursor } = page);
      } while (cursor !== null);
      expect(items).toEqual(whole.items);
      // What is recorded meanwhile is not in any page.
    }
    const first = await search(node, 'kyc', { field: 'name', value: 'many', limit: 3 });
    await append(node, 'kyc', person('many-late', { firstName: 'Many' }));
    const ask = { field: 'name', value: 'many', limit: 100, cursor: first.cursor };
    const rest = await search(node, 'kyc', ask);
    expect([...first.items, ...rest.items]).toEqual(whole.items);
    for (const other of [{ value: 'other' }, { field: 'birthDate', value: '1990-01-01' }])
      expect(await problem(searching(node, 'kyc', { ...ask, ...other }), 400)).toBe(
        'CURSOR_INVALID',
      );
  });

  it('says which fields are findable, and what a value must be', async () => {
    const response = await searching(node, 'kyc', { field: 'lei', value: 'x1' });
    expect(await answer(response, 400)).toMatchObject({
      code: 'QUERY_FIELD_NOT_FINDABLE',
      detail: 'the findable fields of this ledger are: birthDate, documentNumber, name',
    });
    for (const [field, value] of [
      ['birthDate', 'yesterday'],
      ['name', '…'],
      ['name', 'x'],
      ['name', 4711],
    ] as const)
      expect(await problem(searching(node, 'kyc', { field, value }), 400)).toBe(
        'QUERY_VALUE_UNUSABLE',
      );
    // A whole name in its script.
    expect(await find('name', '李')).toEqual([]);
    await createLedger(node, 'bare');
    expect(await problem(searching(node, 'bare', { field: 'name', value: 'jose' }), 400)).toBe(
      'QUERY_FIELD_NOT_FINDABLE',
    );
    for (const body of [
      { field: 'name' },
      { field: 'name', value: 'jose', limit: 0 },
      { field: 'name', value: 'jose', limit: 101 },
      { field: 'name', value: 'jose', more: 1 },
      { field: 'name', value: 'x'.repeat(513) },
      { field: 'name', value: { toString: 'x' } },
      { field: 'name', value: 'jose', cursor: 'x' },
    ])
      expect(['REQUEST_INVALID', 'CURSOR_INVALID']).toContain(
        await problem(searching(node, 'kyc', body), 400),
      );
    const inUrl = '/v1/ledgers/kyc/subjects/search?value=jose';
    expect(
      await problem(node.request(inUrl, { json: { field: 'name', value: 'jose' } }), 400),
    ).toBe('REQUEST_INVALID');
  });

  it('hides nobody who is named like its path', async () => {
    await append(node, 'kyc', person('search', { firstName: 'Pathfinder' }));
    const page = await answer<{ items: unknown[] }>(
      node.request('/v1/ledgers/kyc/subjects/search'),
    );
    expect(page.items).toHaveLength(1);
    const refused = await node.request('/v1/ledgers/kyc/subjects/search', { method: 'DELETE' });
    expect(refused.headers.get('allow')).toBe('GET, POST, HEAD, OPTIONS');
    expect(await problem(refused, 405)).toBe('METHOD_NOT_ALLOWED');
  });

  it('finds by the schema that a record was checked against, and by no other', async () => {
    await createLedger(node, 'changing');
    const put = (json: object): Promise<Response> =>
      node.request('/v1/ledgers/changing/schemas/test.Note', { method: 'PUT', json });
    const schema = { format: 'json-schema', schema: { type: 'object' } };
    const note = (subject: string): object => {
      return { type: 'test.Note', subject, payload: { city: 'Lisbon', street: 'Rua Nova' } };
    };
    await append(node, 'changing', note('before'));
    await answer(put(schema), 201);
    await append(node, 'changing', note('unfindable'));
    await answer(put({ ...schema, findable: [{ as: 'text', pointer: '/city' }] }), 201);
    const city = { field: 'text', value: 'lisbon' };
    // Nothing has been recorded since.
    expect(namesIn(await search(node, 'changing', city))).toEqual([]);
    await append(node, 'changing', note('by-city'));
    await answer(put({ ...schema, findable: [{ as: 'text', pointer: '/street' }] }), 201);
    await append(node, 'changing', note('by-street'));
    expect(namesIn(await search(node, 'changing', city))).toEqual(['by-city!']);
    const street = { field: 'text', value: 'rua' };
    expect(namesIn(await search(node, 'changing', street))).toEqual(['by-street']);
    await answer(put(schema), 201);
    expect(namesIn(await search(node, 'changing', street))).toEqual(['by-street']);
  });

  it('finds what is too large to lie in the view', async () => {
    const large = { firstName: 'Largo', filler: 'x'.repeat(200_000) };
    await append(node, 'kyc', person('large', large));
    expect(await find('name', 'largo')).toEqual(['large!']);
  });
});

describe('who may search', () => {
  it('is whoever reads, and not an inspector without an inspection', async () => {
    const ask = { field: 'name', value: 'jose' };
    for (const role of ['reader', 'writer', 'officer'])
      expect(
        (await search(node, 'kyc', ask, { key: await newKey(node, role) })).items,
      ).toHaveLength(3);
    const inspector = await newKey(node, 'inspector');
    expect(await problem(searching(node, 'kyc', ask, { key: inspector }), 403)).toBe(
      'INSPECTION_REQUIRED',
    );
    for (const role of ['none', 'operator', 'auditor'])
      expect(
        await problem(searching(node, 'kyc', ask, { key: await newKey(node, role) }), 403),
      ).toBe('ACCESS_DENIED');
  });

  it('is nobody of another tenant, which finds its own', async () => {
    const key = await foundTenant(node, 'other-bank');
    const ask = { field: 'name', value: 'jose' };
    expect(await problem(searching(node, 'kyc', ask, { key }), 404)).toBe('LEDGER_UNKNOWN');
    await answer(node.request('/v1/ledgers', { json: { name: 'kyc' }, key }), 201);
    await putSchemas(node, 'kyc', key);
    await append(node, 'kyc', person('theirs', { firstName: 'Jose' }), { key });
    expect(namesIn(await search(node, 'kyc', ask, { key }))).toEqual(['theirs!']);
    expect(await find('name', 'jose')).not.toContain('theirs!');
  });

  it('is nobody in a ledger of restricted types without a grant for it', async () => {
    await createLedger(node, 'secret');
    await putSchemas(node, 'secret');
    await append(node, 'secret', passport('customer-1', 'HIDDEN-1'));
    await append(node, 'secret', passport('customer-9', 'AB123456'));
    const configure = (restrictedTypes: object): Promise<object> =>
      answer(node.request('/v1/tenants/default', { method: 'PUT', json: { restrictedTypes } }));
    await configure({ 'test.Suspicion': 'secret' });
    const hidden = { field: 'documentNumber', value: 'HIDDEN1' };
    expect(await problem(searching(node, 'secret', hidden), 404)).toBe('LEDGER_UNKNOWN');
    // Nor as a double: each ledger knows its own.
    expect(await find('documentNumber', 'hidden1')).toEqual([]);
    const page = await search(node, 'kyc', { field: 'documentNumber', value: 'AB123456' });
    expect(page.items.map(({ possibleDouble }) => possibleDouble)).not.toContain('customer-9');
    await configure({});
  });

  it('may search so many times a minute with one key', async () => {
    const place = await temporaryDirectory();
    const time = new FakeClock();
    const limited = await openTestService(place, { clock: time, searchesPerMinute: 3 });
    try {
      await createLedger(limited, 'kyc');
      await putSchemas(limited, 'kyc');
      const ask = { field: 'name', value: 'jose' };
      for (let n = 0; n < 3; n++) await search(limited, 'kyc', ask);
      time.advance(20_000);
      const refused = await searching(limited, 'kyc', ask);
      expect(refused.headers.get('retry-after')).toBe('40');
      expect(await problem(refused, 429)).toBe('SEARCH_RATE_LIMITED');
      await search(limited, 'kyc', ask, { key: await newKey(limited, 'reader') });
      time.advance(40_000);
      await search(limited, 'kyc', ask);
      const entered = (await accessEntries(limited)).filter(
        (one) => one.action === 'subject:search',
      );
      expect(entered.map(({ outcome, code }) => code ?? outcome)).toEqual([
        ...['disclosed', 'disclosed', 'disclosed', 'SEARCH_RATE_LIMITED', 'disclosed', 'disclosed'],
      ]);
    } finally {
      await limited.service.close();
      await removeDirectory(place);
    }
  });
});

describe('what is kept of a search', () => {
  const SECRETS = ['Quandary', 'QUANDARY', 'quandary', 'ZZ-987', 'ZZ987', 'zz987'];

  async function scanned(directory: string): Promise<string[]> {
    const names: string[] = [];
    for (const name of await readdir(directory, { recursive: true })) {
      const path = join(directory, name);
      if (!(await stat(path)).isFile()) continue;
      const bytes = await readFile(path);
      for (const secret of [...SECRETS, 'customer-secret'])
        for (const encoding of ['utf8', 'utf16le'] as const)
          if (bytes.includes(Buffer.from(secret, encoding))) names.push(`${name}: ${secret}`);
    }
    return names;
  }

  it('is the field and a tag, and whom it showed; the value stands nowhere', async () => {
    await append(node, 'kyc', person('customer-secret', { lastName: 'Quandary' }));
    await append(node, 'kyc', passport('customer-secret', 'ZZ-987'));
    const headers = { 'x-request-id': 'search-1' };
    const found = await search(node, 'kyc', { field: 'name', value: 'QUANDARY' }, { headers });
    expect(found.items).toHaveLength(1);
    await search(node, 'kyc', { field: 'documentNumber', value: 'ZZ987' });
    await searching(node, 'kyc', { field: 'birthDate', value: 'Quandary' });
    const all = (await accessEntries(node)).filter(({ request }) => request === 'search-1');
    expect(all).toMatchObject([
      {
        action: 'subject:search',
        outcome: 'disclosed',
        ledger: 'kyc',
        persons: 1,
        question: {
          field: 'name',
          value: { tag: expect.stringMatching(/^[0-9a-f]{64}$/), generation: 1 },
        },
        entries: { count: 1 },
      },
    ]);
    await node.service.close();
    expect(await scanned(join(root, 'data'))).toEqual([]);
    expect(SECRETS.filter((secret) => lines.some((line) => line.includes(secret)))).toEqual([]);
    expect(lines.some((line) => line.includes('request answered'))).toBe(true);
    node = await openTestService(root, settings, node.adminKey);
  });

  it('is on record before a byte leaves, also where nobody is found', async () => {
    const headers = { 'x-request-id': 'search-nobody' };
    await search(node, 'kyc', { field: 'name', value: 'Nobody Has This' }, { headers });
    const entered = (await accessEntries(node)).filter(
      ({ request }) => request === 'search-nobody',
    );
    expect(entered).toMatchObject([{ outcome: 'disclosed', persons: 0, entries: { count: 0 } }]);
  });
});

describe('the search index', () => {
  it('gives the same answers, byte for byte, once it has been made again', async () => {
    const { size } = await ledgerOf(node, 'kyc');
    const questions = ['jose', 'Jose Garcia', 'many', 'nils', 'Smith'].map((value) => {
      return { field: 'name', value, asOf: String(size) };
    });
    const numbers = ['AB123456', 'LATER1'].map((value) => {
      return { field: 'documentNumber', value, asOf: String(size) };
    });
    const texts = (): Promise<string[]> =>
      Promise.all(
        [...questions, ...numbers].map(async (ask) => (await searching(node, 'kyc', ask)).text()),
      );
    const before = await texts();
    expect(before.every((text) => text.includes('"subject"'))).toBe(true);
    await node.service.close();
    node = await openTestService(root, settings, node.adminKey);
    expect(await texts()).toEqual(before);
    await node.service.close();
    await rm(join(root, 'data', 'views'), { recursive: true });
    node = await openTestService(root, settings, node.adminKey);
    expect(await texts()).toEqual(before);
  });
});
