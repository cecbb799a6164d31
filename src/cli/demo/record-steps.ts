/** The first half of the first act: a customer's file comes in, and one thing in it changes. */
import { z } from 'zod';
import { utf8 } from '../../base/bytes.js';
import type { JsonValue } from '../../base/canonical-json.js';
import { expected, historySchema, type Receipt, receiptSchema } from '../answers.js';
import type { NodeClient } from '../node-client.js';
import { entryPath, recordsPath } from '../node-options.js';
import {
  CUSTOMER,
  type DemoRecord,
  type KycBundle,
  movedResidence,
  recordOf,
  RESIDENCE,
} from './kyc-bundle.js';
import { holds } from './receipts.js';
import type { Notes, Story } from './story.js';

export interface DemoLedger {
  readonly client: NodeClient;
  readonly verifierKey: string;
}

export const LEDGER = 'kyc';

const ledgerSchema = z.object({ origin: z.string(), verifierKey: z.string(), size: z.number() });

export function createLedger(story: Story, client: NodeClient): Promise<DemoLedger> {
  const heading = {
    name: 'ledger',
    title: `A bank makes a ledger for its customer files, "${LEDGER}"`,
    proves: 'from here on every checkpoint of this ledger is signed by one key, and this is it.',
  };
  return story.step(heading, async ({ line, fact }) => {
    const body = { name: LEDGER };
    const answer = await client.request({ method: 'POST', path: '/v1/ledgers', body });
    const { origin, verifierKey } = expected(ledgerSchema, answer);
    line(`origin        ${origin}`);
    line(`verifier key  ${verifierKey}`);
    fact('origin', origin);
    fact('verifierKey', verifierKey);
    return { client, verifierKey };
  });
}

/** What each object was checked against, before it is sent: a node keeps any JSON. */
export function checkObjects(story: Story, { objects, schemas }: KycBundle): Promise<void> {
  const heading = {
    name: 'schemas',
    title: 'The customer file is checked against the Tradle models, here at the client',
    proves: 'what has a model is as its model wants it. The ledger itself checks no schema yet.',
  };
  return story.step(heading, ({ line, expect, fact }) => {
    const counts = { checked: new Map<string, number>(), none: new Map<string, number>() };
    const faults: string[] = [];
    for (const object of objects) {
      const check = schemas.checkerOf(object._t);
      const counted = check === null ? counts.none : counts.checked;
      counted.set(object._t, (counted.get(object._t) ?? 0) + 1);
      const fault = check?.(object) ?? null;
      if (fault !== null) faults.push(`${object._t}: ${fault}`);
    }
    for (const [type, count] of counts.checked) line(tableRow(count, type, 'schema: its model'));
    for (const [type, count] of counts.none) line(tableRow(count, type, 'schema: none'));
    const checked = sum(counts.checked);
    expect(`${checked} objects are as their models want them`, faults.length === 0);
    line(`${sum(counts.none)} have no model here`);
    fact('checked', Object.fromEntries(counts.checked));
    fact('none', Object.fromEntries(counts.none));
    fact('faults', faults);
    return Promise.resolve();
  });
}

export function loadBundle(
  story: Story,
  { client, verifierKey }: DemoLedger,
  { objects }: KycBundle,
): Promise<readonly Receipt[]> {
  const heading = {
    name: 'load',
    title: `${objects.length} objects of ${CUSTOMER} are sent over HTTP, as NDJSON`,
    proves: 'each record is on disk, and in a tree whose root the ledger has signed.',
  };
  const lines = objects.map((object, at) => ({
    ...recordOf(object, at),
    idempotencyKey: `kyc-bundle-${at}`,
  }));
  return story.step(heading, async ({ expect, fact }) => {
    const receipts = await postLines(client, lines);
    expect(`${receipts.length} receipts came back`, receipts.length === objects.length);
    expectReceipts(receipts, verifierKey, expect);
    const again = await postLines(client, lines);
    expect(
      'sent once more, the same receipts come back and nothing is entered twice',
      again.every(({ id }, at) => id === receipts[at]?.id),
    );
    fact('receipts', receipts.length);
    fact('size', (receipts.at(-1)?.index ?? 0) + 1);
    return receipts;
  });
}

export function changeResidence(
  story: Story,
  { client, verifierKey }: DemoLedger,
  { objects, schemas }: KycBundle,
): Promise<Receipt> {
  const heading = {
    name: 'change',
    title: `The customer moves: a new version of the ${RESIDENCE} is recorded`,
    proves: 'the new version names the one before it; neither can be changed any more.',
  };
  const record = movedResidence(objects);
  return story.step(heading, async ({ line, expect, fact }) => {
    const fault = schemas.checkerOf(record.type)?.(record.payload) ?? null;
    expect('the new version is as its model wants it', fault === null);
    const path = recordsPath(LEDGER);
    const answer = await client.request({ method: 'POST', path, body: record });
    const receipt = expected(receiptSchema, answer);
    expectReceipts([receipt], verifierKey, expect);
    line(`entry ${receipt.index}, recorded ${receipt.recordedAt}`);
    line(`id      ${receipt.id}`);
    fact('id', receipt.id);
    fact('index', receipt.index);
    return receipt;
  });
}

export function showHistory(
  story: Story,
  { client }: DemoLedger,
  { id, index }: Receipt,
): Promise<void> {
  const heading = {
    name: 'history',
    title: 'The bank asks: what was known, and when?',
    proves: 'the past is answered as it was, also after it has changed.',
  };
  return story.step(heading, async ({ line, expect, fact }) => {
    const path = `${entryPath(LEDGER, id)}/history`;
    const all = expected(historySchema, await client.request({ method: 'GET', path }));
    line('all versions, newest first:');
    const versions = all.items.map(versionLine);
    for (const version of versions) line(`  ${version}`);
    expect('there are two versions', versions.length === 2);
    const before = expected(
      historySchema,
      await client.request({ method: 'GET', path: `${path}?asOf=${index}` }),
    );
    line(`as of size ${index}, just before the change:`);
    const then = before.items.map(versionLine);
    for (const version of then) line(`  ${version}`);
    expect(
      'before the change there was the old address and nothing else',
      then.length === 1 && then[0] === versions[1],
    );
    fact('versions', versions);
    fact('asOfBefore', then);
  });
}

function expectReceipts(
  receipts: readonly Receipt[],
  verifierKey: string,
  expect: Notes['expect'],
): void {
  const what =
    receipts.length === 1 ? 'the receipt proves its entry' : 'each receipt proves its entry';
  expect(
    `${what}: a path to the root of a checkpoint signed by the ledger`,
    receipts.every((receipt) => holds(receipt, verifierKey)),
  );
}

async function postLines(
  client: NodeClient,
  records: readonly (DemoRecord & { readonly idempotencyKey: string })[],
): Promise<readonly Receipt[]> {
  const body = utf8(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const answers = await client.postLines(recordsPath(LEDGER), body);
  return answers.map((answer) => expected(receiptSchema, answer));
}

const addressSchema = z.object({
  streetAddress: z.string(),
  postalCode: z.string(),
  city: z.string(),
});

function versionLine({
  index,
  validFrom,
  payload,
}: {
  readonly index: number;
  readonly validFrom?: string | undefined;
  readonly payload?: JsonValue | undefined;
}): string {
  const { streetAddress, postalCode, city } = expected(addressSchema, payload ?? null);
  const from = validFrom?.slice(0, 10) ?? '';
  return `entry ${index}  valid from ${from}  ${streetAddress}, ${postalCode} ${city}`;
}

function tableRow(count: number, type: string, schema: string): string {
  return `${String(count).padStart(2)} × ${type.padEnd(34)}${schema}`;
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}
