/** A node with a clock that stands still, and what the tests of retention ask of it. */
import type { JsonObject } from '../../src/base/canonical-json.js';
import { answer, append, createLedger } from '../api/support/ledger-client.js';
import { FakeClock } from '../support/fake-clock.js';
import {
  openTestService,
  type TestService,
  type TestServiceOptions,
} from '../support/test-service.js';
import { ENDED } from './arbitraries.js';

export const DAY = 86_400_000;
export const START = Date.UTC(2026, 0, 15, 12);

export const KYC_POLICY = {
  basis: 'AMLR Art. 77(3)',
  period: { years: 5 },
  clock: { kind: 'event', type: ENDED },
  extension: { years: 5 },
};
export const NOTES_POLICY = {
  basis: 'house rule',
  period: { months: 6 },
  clock: { kind: 'recorded' },
};

export interface RetentionNode {
  readonly root: string;
  readonly clock: FakeClock;
  node: TestService;
  /** To a date at noon, UTC. */
  goTo: (date: string) => void;
  /** Closes it and opens it again. */
  reopen: () => Promise<void>;
  /** Does something to its directory between the two. */
  whileClosed: (act: () => Promise<void>) => Promise<void>;
}

export async function openRetentionNode(
  root: string,
  options: TestServiceOptions = {},
): Promise<RetentionNode> {
  const clock = new FakeClock(START);
  const opened: RetentionNode = {
    ...{ root, clock, node: await openTestService(root, { clock, ...options }) },
    goTo: (date) => {
      clock.advance(Date.parse(`${date}T12:00:00.000Z`) - clock.now());
    },
    reopen: () => opened.whileClosed(() => Promise.resolve()),
    whileClosed: async (act) => {
      const { adminKey } = opened.node;
      await opened.node.service.close();
      await act();
      opened.node = await openTestService(root, { clock, ...options }, adminKey);
    },
  };
  await createLedger(opened.node, 'kyc');
  return opened;
}

export const setPolicies = (node: TestService, classes: object, types = {}): Promise<JsonObject> =>
  answer(node.request('/v1/retention/policies', { method: 'PUT', json: { classes, types } }));

export interface Placed extends JsonObject {
  readonly id: string;
}

export const place = (node: TestService, bends: object = {}): Promise<Placed> => {
  const json = {
    ...{ caseId: 'case 1', authority: 'a court', legalBasis: 'ZPO § 303', scope: {} },
    ...bends,
  };
  return answer(node.request('/v1/holds', { json }), 201);
};

export const record = (
  node: TestService,
  bends: object = {},
  ledger = 'kyc',
): Promise<{ readonly id: string; readonly leafHash: string }> =>
  append(node, ledger, { type: 'test.Note', subject: 'anna', payload: { n: 1 }, ...bends });

export interface PersonItem extends JsonObject {
  readonly class: string;
  readonly month: string;
  readonly isFree: boolean;
  readonly reasons?: readonly (JsonObject & { readonly kind: string })[];
}

/** What keeps the data of a person, by class and month. */
export async function personDue(
  node: TestService,
  subject: string,
  at?: string,
): Promise<readonly PersonItem[]> {
  const query = new URLSearchParams({ subject, ...(at !== undefined && { at }) });
  const { items } = await answer<{ items: PersonItem[] }>(
    node.request(`/v1/retention/due?${query.toString()}`),
  );
  return items;
}

/** `class month: reasons` in the order of the answer. */
export async function keptBy(node: TestService, subject: string, at?: string): Promise<string[]> {
  return (await personDue(node, subject, at)).map(
    ({ class: name, month, reasons = [] }) =>
      `${name} ${month}: ${reasons.map((one) => (one.kind === 'clock' ? JSON.stringify(one['why']).slice(1, -1) : one.kind)).join(' ')}`,
  );
}

/** All pages. */
export async function dueItems(node: TestService, query = ''): Promise<readonly JsonObject[]> {
  const items: JsonObject[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const from: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { items: JsonObject[]; cursor: string | null } = await answer(
      node.request(`/v1/retention/due?limit=2${query}${from}`),
    );
    items.push(...page.items);
    ({ cursor } = page);
  }
  return items;
}

export async function accessActs(node: TestService, action: string): Promise<JsonObject[]> {
  const { items } = await answer<{ items: JsonObject[] }>(
    node.request(`/v1/access?limit=1000&action=${action}`),
  );
  return items.reverse();
}
