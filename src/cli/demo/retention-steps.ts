/** The third act of the demo, first half: the relationship ends, its time runs, and a court stops what would follow. */
import { z } from 'zod';
import type { UnixMillis } from '../../base/brand.js';
import type { JsonValue } from '../../base/canonical-json.js';
import { DAY_MILLIS, formatInstant, parseInstant } from '../../base/time.js';
import { expected, type Receipt, receiptSchema } from '../answers.js';
import type { NodeClient } from '../node-client.js';
import { recordsPath } from '../node-options.js';
import type { DemoNode } from './demo-node.js';
import { refusalOf } from './inspector.js';
import { CUSTOMER, type KycBundle } from './kyc-bundle.js';
import { LEDGER } from './record-steps.js';
import type { Story } from './story.js';

const CLASS = 'kyc';
const ENDED = 'bank.RelationshipEnded';
const BASIS = 'AMLR Art. 77(3)';

/** Before anything is written: a record gets the class that its type has then. */
export function setPolicy(story: Story, client: NodeClient, { objects }: KycBundle): Promise<void> {
  const heading = {
    name: 'policy',
    title: 'It says how long these files are kept: five years from the end of the relationship',
    proves: 'what is recorded from here on is kept no shorter, whatever the bank decides later.',
  };
  return story.step(heading, async ({ line, expect, fact }) => {
    const types = [...new Set([...objects.map(({ _t }) => _t), ENDED])];
    const body = {
      classes: {
        [CLASS]: { basis: BASIS, period: { years: 5 }, clock: { kind: 'event', type: ENDED } },
      },
      types: Object.fromEntries(types.map((type) => [type, CLASS])),
    };
    const path = '/v1/retention/policies';
    const { version } = expected(
      z.object({ version: z.number() }),
      await client.request({ method: 'PUT', path, body }),
    );
    line(`class ${CLASS}, ${BASIS}, of ${types.length} types of records`);
    expect(`version ${version} of the policies is in force`, version === 1);
    fact('types', types.length);
  });
}

export interface Ended {
  readonly receipt: Receipt;
  /** From when on no policy keeps the file. */
  readonly dueAt: UnixMillis;
}

export function endRelationship(story: Story, { client }: DemoNode): Promise<Ended> {
  const heading = {
    name: 'end',
    title: `The relationship with ${CUSTOMER} ends, and the time of the law begins to run`,
    proves: 'until that day nobody can have the file erased, the bank itself included.',
  };
  return story.step(heading, async ({ line, expect, fact }) => {
    const body = { type: ENDED, subject: CUSTOMER, payload: { by: 'the customer' } };
    const path = recordsPath(LEDGER);
    const receipt = expected(receiptSchema, await client.request({ method: 'POST', path, body }));
    const ofFile = await fileOf(client);
    for (const { month, dueAt = 'nobody can say' } of ofFile)
      line(`what was recorded in ${month} is kept until ${dueAt}`);
    const dueAt = Math.max(...ofFile.map((item) => parseInstant(item.dueAt ?? '')));
    const days = Math.floor((dueAt - parseInstant(receipt.recordedAt)) / DAY_MILLIS);
    expect(
      'of all of it nothing may go now',
      ofFile.every(({ isFree }) => !isFree),
    );
    expect(`the last of it is due in ${days} days`, days >= FIVE_YEARS && days <= FIVE_YEARS + 3);
    fact('dueAt', formatInstant(dueAt as UnixMillis));
    return { receipt, dueAt: dueAt as UnixMillis };
  });
}

/** In days, without those that leap years and the rest of the last day add. */
const FIVE_YEARS = 1825;

const dueSchema = z.object({
  items: z.array(
    z.object({
      class: z.string(),
      month: z.string(),
      isFree: z.boolean(),
      isDue: z.boolean().default(false),
      dueAt: z.string().optional(),
      reasons: z.array(z.looseObject({ kind: z.string() })).default([]),
    }),
  ),
});
type DueItem = z.output<typeof dueSchema>['items'][number];

/** What keeps the customer's file, by month; others are kept under other classes. */
async function fileOf(client: NodeClient): Promise<readonly DueItem[]> {
  const path = `/v1/retention/due?subject=${CUSTOMER}`;
  const { items } = expected(dueSchema, await client.request({ method: 'GET', path }));
  return items.filter((item) => item.class === CLASS);
}

const YEAR_MILLIS = 365 * DAY_MILLIS;
const holdSchema = z.object({ id: z.string(), state: z.string() });

/** @returns the id of the hold. */
export function placeHold(
  story: Story,
  { client, clock }: DemoNode,
  { dueAt }: Ended,
): Promise<string> {
  const heading = {
    name: 'hold',
    title: 'A year before that day a court asks for the file, and the bank places a hold',
    proves: 'the case has a name and a basis, and it is on record who placed it.',
  };
  return story.step(heading, async ({ line, expect, fact }) => {
    clock.goTo((dueAt - YEAR_MILLIS) as UnixMillis);
    line(`it is ${formatInstant(clock.now())}`);
    const body = {
      ...{ caseId: '14 Cg 23/30', authority: 'Commercial Court', legalBasis: 'ZPO § 303' },
      scope: { subjects: [CUSTOMER] },
    };
    const answer = await client.request({ method: 'POST', path: '/v1/holds', body });
    const { id, state } = expected(holdSchema, answer);
    expect(`hold ${id} is ${state}`, state === 'active');
    fact('hold', id);
    return id;
  });
}

export function refuseErasure(
  story: Story,
  { client, clock }: DemoNode,
  { dueAt }: Ended,
): Promise<void> {
  const heading = {
    name: 'held',
    title: 'The day comes, the file is due, and the hold stops its erasure',
    proves: 'no policy keeps the file any more, and it is there all the same.',
  };
  return story.step(heading, async ({ line, expect, fact }) => {
    clock.goTo((dueAt + DAY_MILLIS) as UnixMillis);
    line(`it is ${formatInstant(clock.now())}`);
    const ofFile = await fileOf(client);
    expect('all of it is due', ofFile.length > 0 && ofFile.every(({ isDue }) => isDue));
    const kinds = [...new Set(ofFile.flatMap(({ reasons }) => reasons.map(({ kind }) => kind)))];
    expect(`it is kept by: ${kinds.join(', ')}`, kinds.join() === 'hold');
    const code = await refusalOf(() => proposeErasure(client));
    expect(`to propose its erasure is refused: ${code ?? 'no'}`, code === 'ERASURE_HELD');
    fact('refused', code);
  });
}

export function proposeErasure(client: NodeClient): Promise<JsonValue> {
  const body = {
    subject: CUSTOMER,
    reason: 'retention has ended',
    legalBasis: 'GDPR Art. 17(1)(a)',
  };
  return client.request({ method: 'POST', path: '/v1/erasures', body });
}

export function releaseHold(story: Story, { client, clock }: DemoNode, id: string): Promise<void> {
  const heading = {
    name: 'release',
    title: 'A year later the case is closed, and the hold released',
    proves: 'nothing keeps the file any more: no policy, and no hold.',
  };
  return story.step(heading, async ({ line, expect, fact }) => {
    clock.goTo((clock.now() + YEAR_MILLIS) as UnixMillis);
    line(`it is ${formatInstant(clock.now())}`);
    const path = `/v1/holds/${id}/release`;
    const body = { reason: 'the case is closed' };
    const { state } = expected(holdSchema, await client.request({ method: 'POST', path, body }));
    expect(`it is ${state}`, state === 'released');
    const ofFile = await fileOf(client);
    expect('all of the file is free', ofFile.length > 0 && ofFile.every(({ isFree }) => isFree));
    fact('free', ofFile.length);
  });
}
