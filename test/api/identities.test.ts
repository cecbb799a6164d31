/** Identities over HTTP: a real node, real keys, and what the access ledger says of each try. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../../src/base/brand.js';
import type { JsonObject } from '../../src/base/canonical-json.js';
import { formatInstant } from '../../src/base/time.js';
import {
  registration,
  signedBy,
  type TestKey,
  testKey,
} from '../identities/support/identity-kit.js';
import { FakeClock } from '../support/fake-clock.js';
import { openSuiteService } from '../support/suite-service.js';
import type { TestService } from '../support/test-service.js';
import { answer, foundTenant, newKey, problem } from './support/ledger-client.js';

interface Identity {
  readonly id: string;
  readonly status: string;
  readonly sequence: number;
  readonly head: string;
  readonly keys: readonly {
    readonly key: string;
    readonly isInUse: boolean;
    readonly reason?: string;
  }[];
}

interface Changed {
  readonly identity: Identity;
  readonly receipt: { readonly id: string; readonly index: number; readonly recordedAt: string };
}

let node: TestService;
const clock = new FakeClock(1_800_000_000_000);
let key: TestKey;
let ada: Identity;

openSuiteService(
  (opened) => {
    node = opened;
  },
  { clock },
);

beforeEach(async () => {
  key = testKey();
  ada = (await register(registration(key))).identity;
});

const register = (json: JsonObject): Promise<Changed> =>
  answer<Changed>(node.request('/v1/identities', { json }), 201);

/** The event after the last one. */
const next = (
  { id, sequence, head }: Identity,
  change: JsonObject,
  signers: readonly TestKey[],
): JsonObject =>
  signedBy({ $v: 1, identity: id, sequence: sequence + 1, previous: head, ...change }, signers);

const send = (id: string, json: JsonObject, as = node.adminKey): Promise<Response> =>
  node.request(`/v1/identities/${id}/events`, { json, key: as });

const act = (id: string, action: string, as = node.adminKey): Promise<Response> =>
  node.request(`/v1/identities/${id}/acts`, { json: { action }, key: as });

const read = (id: string, asOf?: string): Promise<Identity> =>
  answer<Identity>(
    node.request(`/v1/identities/${id}${asOf === undefined ? '' : `?asOf=${asOf}`}`),
  );

async function entered(action: string): Promise<readonly JsonObject[]> {
  const { items } = await answer<{ items: JsonObject[] }>(
    node.request(`/v1/access?action=${action}&limit=10`),
  );
  return items;
}

describe('an identity', () => {
  it('is registered, read and listed, and stands in the ledger of identities', async () => {
    expect(await read(ada.id)).toMatchObject({ id: ada.id, status: 'active', sequence: 0 });
    const { items } = await answer<{ items: { id: string }[] }>(node.request('/v1/identities'));
    expect(items.map(({ id }) => id)).toContain(ada.id);
    const { items: events } = await answer<{ items: { record: { id: string }; event: object }[] }>(
      node.request(`/v1/identities/${ada.id}/history`),
    );
    expect(events).toHaveLength(1);
    const record = await answer<{ subject: string; payload: { event: object } }>(
      node.request(`/v1/ledgers/_identities/records/${events[0]?.record.id}`),
    );
    expect(record).toMatchObject({ subject: ada.id, payload: { event: events[0]?.event } });
  });

  it('is what it was: as of an instant, and as of a size of its ledger', async () => {
    const before = formatInstant(clock.now());
    clock.advance(60_000);
    const fresh = testKey('ES256K');
    const rotate = { action: 'rotate-key', old: key.did, key: fresh.did };
    const changed = await answer<Changed>(send(ada.id, next(ada, rotate, [key, fresh])), 201);
    expect((await read(ada.id)).keys.map(({ isInUse }) => isInUse)).toEqual([false, true]);
    for (const asOf of [before, String(changed.receipt.index)])
      expect((await read(ada.id, asOf)).keys).toMatchObject([{ key: key.did, isInUse: true }]);
    const early = await node.request(`/v1/identities/${ada.id}?asOf=1`);
    expect(await problem(early, 404)).toBe('IDENTITY_UNKNOWN');
    const late = formatInstant((clock.now() + 1) as UnixMillis);
    expect(await problem(await node.request(`/v1/identities/${ada.id}?asOf=${late}`), 400)).toBe(
      'LEDGER_SIZE_UNKNOWN',
    );
  });

  it('is the same after a look that finds it in no memory', async () => {
    const fresh = testKey();
    const add = {
      action: 'add-key',
      key: { key: fresh.did, purposes: ['messaging'], id: 'phone' },
    };
    const { identity } = await answer<Changed>(send(ada.id, next(ada, add, [key, fresh])), 201);
    expect(await read(ada.id)).toMatchObject({ ...identity });
  });

  it('is introduced, suspended and resumed by an officer', async () => {
    const officer = await newKey(node, 'officer');
    for (const [action, status] of [
      ['introduce', 'active'],
      ['suspend', 'suspended'],
      ['resume', 'active'],
    ] as const) {
      const { identity } = await answer<Changed>(act(ada.id, action, officer), 201);
      expect(identity.status).toBe(status);
    }
    const writer = await newKey(node, 'writer');
    expect(await problem(await act(ada.id, 'suspend', writer), 403)).toBe('ACCESS_DENIED');
    const { items } = await answer<{ items: { event: { by: string }; author: string }[] }>(
      node.request(`/v1/identities/${ada.id}/history`),
    );
    for (const { event, author } of items.slice(1)) expect(event.by).toBe(author);
  });

  it('is shown page by page', async () => {
    let now = ada;
    for (let made = 0; made < 3; made++) {
      const fresh = testKey();
      const add = { action: 'add-key', key: { key: fresh.did, purposes: ['sign'] } };
      now = (await answer<Changed>(send(now.id, next(now, add, [key, fresh])), 201)).identity;
    }
    const seen: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const path = `/v1/identities/${ada.id}/history?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`;
      const page: { items: { sequence: number }[]; cursor: string | null } = await answer(
        node.request(path),
      );
      seen.push(...page.items.map(({ sequence }) => sequence));
      cursor = page.cursor;
    }
    expect(seen).toEqual([0, 1, 2, 3]);
  });
});

describe('a try that is refused', () => {
  it('has its code, and an entry where it was tried', async () => {
    const [fresh, stranger] = [testKey(), testKey()];
    const rotate = { action: 'rotate-key', old: key.did, key: fresh.did };
    const wrong = await send(ada.id, next(ada, rotate, [stranger, fresh]));
    expect(await problem(wrong, 403)).toBe('IDENTITY_KEY_WRONG');
    const [failed, begun] = await entered('identity:change');
    expect(failed).toMatchObject({
      outcome: 'failed',
      code: 'IDENTITY_KEY_WRONG',
      ledger: '_identities',
    });
    expect(begun).toMatchObject({
      outcome: 'begun',
      question: { event: 'rotate-key', sequence: 1 },
    });
    expect(JSON.stringify([failed, begun])).not.toContain(ada.id);
  });

  it('changes nothing: the key that was revoked signs no more', async () => {
    const fresh = testKey();
    const rotate = { action: 'rotate-key', old: key.did, key: fresh.did };
    const { identity } = await answer<Changed>(send(ada.id, next(ada, rotate, [key, fresh])), 201);
    const back = next(identity, { action: 'revoke', reason: 'compromised' }, [key]);
    expect(await problem(await send(ada.id, back), 403)).toBe('IDENTITY_KEY_REVOKED');
    expect(await read(ada.id)).toMatchObject({ ...identity });
  });

  it('is that of two at once, but for the first', async () => {
    const tries = Array.from({ length: 4 }, () => {
      const fresh = testKey();
      const add = { action: 'add-key', key: { key: fresh.did, purposes: ['sign'] } };
      return send(ada.id, next(ada, add, [key, fresh]));
    });
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([201, 409, 409, 409]);
    expect((await read(ada.id)).sequence).toBe(1);
  });

  it.each<[string, (id: string) => Promise<Response>, number, string]>([
    [
      'an act that its owner signs',
      (id) => send(id, next(ada, { action: 'resume', by: 'x' }, [])),
      409,
      'IDENTITY_ACTION_REFUSED',
    ],
    [
      'an event under another name',
      (id) =>
        send(`${id.slice(0, -1)}g`, next(ada, { action: 'revoke', reason: 'unspecified' }, [key])),
      404,
      'IDENTITY_UNKNOWN',
    ],
    [
      'an identity that nobody has',
      () => act(`identity:${'0'.repeat(64)}`, 'suspend'),
      404,
      'IDENTITY_UNKNOWN',
    ],
    [
      'a registration twice',
      () => node.request('/v1/identities', { json: registration(key) }),
      409,
      'IDENTITY_EXISTS',
    ],
    [
      'something else',
      () => node.request('/v1/identities', { json: { event: {} } }),
      400,
      'IDENTITY_MALFORMED',
    ],
    [
      'an unknown member',
      () => node.request('/v1/identities', { json: { event: {}, more: 1 } }),
      400,
      'REQUEST_INVALID',
    ],
    [
      'a record put there',
      () =>
        node.request('/v1/ledgers/_identities/records', {
          json: { type: 'x', subject: 'y', payload: {} },
        }),
      403,
      'ACCESS_DENIED',
    ],
    [
      'a record of its type elsewhere',
      () =>
        node.request('/v1/ledgers/kyc/records', {
          json: { type: 'chirograph.Identity', subject: 'y', payload: {} },
        }),
      400,
      'RECORD_TYPE_RESERVED',
    ],
  ])('is %s', async (_, ask, status, code) => {
    await node.request('/v1/ledgers', { json: { name: 'kyc' } });
    expect(await problem(await ask(ada.id), status)).toBe(code);
  });

  it('tells another tenant nothing', async () => {
    const theirs = await foundTenant(node, 'bank');
    const options = { key: theirs };
    expect(await problem(await node.request(`/v1/identities/${ada.id}`, options), 404)).toBe(
      'IDENTITY_UNKNOWN',
    );
    const { items } = await answer<{ items: object[] }>(node.request('/v1/identities', options));
    expect(items).toEqual([]);
  });
});
