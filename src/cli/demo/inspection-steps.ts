/** The second act of the demo, while there is a node: an authority inspects the customer's file. */
import { z } from 'zod';
import type { UnixMillis } from '../../base/brand.js';
import type { JsonValue } from '../../base/canonical-json.js';
import { Secret } from '../../base/secret.js';
import { formatInstant, systemClock } from '../../base/time.js';
import { asOfSchema, entrySchema, expected, type Receipt, receiptSchema } from '../answers.js';
import { ledgerPath, recordsPath } from '../node-options.js';
import { completenessSchema, isComplete } from './completeness.js';
import type { DemoNode } from './demo-node.js';
import { Inspector, refusalOf } from './inspector.js';
import { CUSTOMER, type KycBundle, NEW_STREET, OTHER_CUSTOMER, otherRecord } from './kyc-bundle.js';
import { LEDGER } from './record-steps.js';
import type { Story } from './story.js';

/** Two instants that the file is looked at as of: before the move was recorded, and after. */
export interface TwoDates {
  readonly before: string;
  readonly after: string;
}

export interface OpenedInspection {
  readonly inspector: Inspector;
  readonly dates: TwoDates;
}

const HOUR_MILLIS = 3_600_000;
const CASE = {
  caseId: 'FMA-2026-118',
  authority: 'Financial Market Authority',
  legalBasis: 'FM-GwG § 25',
};

const keySchema = z.object({ id: z.string(), key: z.string() });
const inspectionSchema = z.object({ id: z.string(), state: z.string(), expiresAt: z.string() });

/** @param before when the last of the file came in. */
export function openInspection(
  story: Story,
  node: DemoNode,
  { objects }: KycBundle,
  before: Receipt,
): Promise<OpenedInspection> {
  const heading = {
    name: 'inspect',
    title: `An authority opens an inspection: ${CUSTOMER}, nobody else, for one hour`,
    proves: 'an inspector’s key alone opens nothing; what it opens has a case, a scope and an end.',
  };
  const { client } = node;
  return story.step(heading, async ({ line, expect, fact }) => {
    // The bank has other customers: it must show in what follows that they are none of this.
    const body = otherRecord(objects);
    const other = { method: 'POST', path: recordsPath(LEDGER), body } as const;
    const { recordedAt } = expected(receiptSchema, await client.request(other));
    const created = { method: 'POST', path: '/v1/keys', body: { role: 'inspector' } } as const;
    const key = new Secret(expected(keySchema, await client.request(created)).key);
    const bare = node.clientWith(key);
    const refused = await refusalOf(() => bare.request({ method: 'GET', path: FILE }));
    expect(`without an inspection the key is refused: ${refused ?? 'no'}`, refused === REQUIRED);
    const expiresAt = formatInstant((systemClock.now() + HOUR_MILLIS) as UnixMillis);
    const asked = { ledger: LEDGER, ...CASE, scope: { subjects: [CUSTOMER] }, expiresAt };
    const answer = await bare.request({ method: 'POST', path: '/v1/inspections', body: asked });
    const { id, state } = expected(inspectionSchema, answer);
    line(`inspection ${id}, case ${CASE.caseId}, ${CASE.legalBasis}, until ${expiresAt}`);
    expect(`it is ${state}`, state === 'open');
    fact('inspection', id);
    const inspector = new Inspector(id, node.clientWith(key, id));
    return { inspector, dates: { before: before.recordedAt, after: recordedAt } };
  });
}

const FILE = `${ledgerPath(LEDGER)}/subjects/${CUSTOMER}`;
const REQUIRED = 'INSPECTION_REQUIRED';

const stateSchema = z.object({
  items: z.array(entrySchema),
  counts: z.object({ things: z.number(), entries: z.number() }),
  asOf: asOfSchema,
});
const streetSchema = z.object({ streetAddress: z.string() });

export function readTwoDates(story: Story, { inspector, dates }: OpenedInspection): Promise<void> {
  const heading = {
    name: 'two-dates',
    title: 'The residences as they were known at two instants, and as they held at the end of 2024',
    proves: 'what was known then and what is known now are two answers, and both can be had.',
  };
  return story.step(heading, async ({ line, expect, fact }) => {
    const read = async (query: Readonly<Record<string, string>>): Promise<string> => {
      const parameters = new URLSearchParams({ ...query, type: RESIDENCE_TYPE, limit: '1000' });
      const answer = await inspector.read(`${FILE}?${parameters.toString()}`);
      const { items, asOf } = expected(stateSchema, answer);
      const streets = items.flatMap(({ payload }) => streetOf(payload));
      const said = Object.entries(query).map(([name, value]) => `${name} ${value}`);
      line(`${said.join(', ')}, size ${asOf.size}: ${streets.join('; ')}`);
      return streets.join('; ');
    };
    const then = await read({ asOf: dates.before });
    const now = await read({ asOf: dates.after });
    const lastYear = await read({ asOf: dates.after, validAt: '2024-12-31' });
    expect('before the move was recorded nothing was known of it', !then.includes(NEW_STREET));
    expect('now it is known', now.includes(NEW_STREET));
    expect('and known as well that it did not hold at the end of 2024', lastYear === then);
    fact('states', { then, now, lastYear });
  });
}

const RESIDENCE_TYPE = 'tradle.Residence';

function streetOf(payload: JsonValue | undefined): readonly string[] {
  const parsed = streetSchema.safeParse(payload);
  return parsed.success ? [parsed.data.streetAddress] : [];
}

const fieldSchema = z.object({
  change: z.string(),
  pointer: z.string(),
  before: z.json().optional(),
  after: z.json().optional(),
});
const diffSchema = z.object({
  items: z.array(z.object({ change: z.string(), type: z.string(), fields: z.array(fieldSchema) })),
  unchanged: z.number(),
});

export function compareDates(story: Story, { inspector, dates }: OpenedInspection): Promise<void> {
  const heading = {
    name: 'diff',
    title: 'What changed between the two instants, field by field',
    proves: 'of the whole file this changed, and nothing else.',
  };
  return story.step(heading, async ({ line, expect, fact }) => {
    const range = new URLSearchParams({ from: dates.before, to: dates.after });
    const answer = await inspector.read(`${FILE}/diff?${range.toString()}`);
    const { items, unchanged } = expected(diffSchema, answer);
    for (const { change, type, fields } of items) {
      line(`${change}  ${type}`);
      for (const { pointer, before, after } of fields)
        line(`    ${pointer.padEnd(16)}${shown(before)} -> ${shown(after)}`);
    }
    const pointers = items.flatMap(({ fields }) => fields.map(({ pointer }) => pointer));
    expect(
      `one thing has another version, ${unchanged} are as they were`,
      items.length === 1 && unchanged > 0,
    );
    expect('the street is among what changed', pointers.includes('/streetAddress'));
    fact('changed', pointers);
  });
}

function shown(value: JsonValue | undefined): string {
  return value === undefined ? '–' : JSON.stringify(value);
}

const completeSchema = stateSchema.extend({ completeness: completenessSchema });

export function proveWhole(
  story: Story,
  { inspector, dates }: OpenedInspection,
  verifierKey: string,
): Promise<void> {
  const heading = {
    name: 'complete',
    title: 'Is that all? The inspector asks with proof=complete, and checks the proof',
    proves: 'the bank has left out nothing that it recorded of the customer by then.',
  };
  return story.step(heading, async ({ line, expect, fact }) => {
    const query = new URLSearchParams({ asOf: dates.after, proof: 'complete', limit: '1000' });
    const answer = await inspector.read(`${FILE}?${query.toString()}`);
    const { items, counts, asOf, completeness } = expected(completeSchema, answer);
    const question = { subject: CUSTOMER, asOf: asOf.size, verifierKey };
    const listed = completeness.items;
    line(`${items.length} things stand, made of ${listed.length} entries below ${asOf.size}`);
    expect(
      'the list of entries is the one in the map that the ledger has signed',
      isComplete(completeness, question),
    );
    const ids = new Set<string>(listed.map(({ leafHash }) => leafHash));
    expect(
      'everything shown is on the list, and the list is as long as was said',
      items.every(({ id }) => ids.has(id)) && counts.entries === listed.length,
    );
    // The proof must be able to fail.
    const withoutOne = listed.map((_, left) => listed.filter((_, at) => at !== left));
    expect(
      `with any of the ${listed.length} left out the proof fails`,
      withoutOne.every((fewer) => !isComplete({ ...completeness, items: fewer }, question)),
    );
    const another = { ...question, subject: OTHER_CUSTOMER };
    expect('and it is nobody else’s', !isComplete(completeness, another));
    fact('listed', listed.length);
  });
}

export function leaveScope(story: Story, { inspector }: OpenedInspection): Promise<void> {
  const heading = {
    name: 'scope',
    title: 'The inspector looks further than the case goes',
    proves: 'an inspection shows what it is of; whether there is more is not said.',
  };
  return story.step(heading, async ({ expect, fact }) => {
    const codes: Record<string, JsonValue> = {};
    for (const [what, path] of [
      ['another customer', `${ledgerPath(LEDGER)}/subjects/${OTHER_CUSTOMER}`],
      ['somebody of whom there is nothing', `${ledgerPath(LEDGER)}/subjects/nobody`],
      ['all records of the ledger', recordsPath(LEDGER)],
      ['another ledger', recordsPath('elsewhere')],
    ] as const) {
      const code = await inspector.tryTo(path);
      expect(`${what}: ${code ?? 'shown'}`, code === 'INSPECTION_OUT_OF_SCOPE');
      codes[what] = code;
    }
    fact('refused', codes);
  });
}

export function closeInspection(story: Story, { inspector }: OpenedInspection): Promise<void> {
  const heading = {
    name: 'close',
    title: 'The inspection is closed',
    proves: 'nothing more is shown under it, whatever its term was.',
  };
  return story.step(heading, async ({ expect, fact }) => {
    const { state } = expected(inspectionSchema, await inspector.close());
    expect(`it is ${state}`, state === 'closed');
    const code = await inspector.tryTo(FILE);
    expect(`reading on is refused: ${code ?? 'no'}`, code === 'INSPECTION_CLOSED');
    fact('refused', code);
  });
}

const accessSchema = z.object({
  items: z.array(
    z.object({
      recordedAt: z.string(),
      action: z.string(),
      outcome: z.string(),
      code: z.string().optional(),
      entries: z.object({ count: z.number() }).optional(),
    }),
  ),
  cursor: z.null(),
});

export function showRecord(
  story: Story,
  { client }: DemoNode,
  { inspector }: OpenedInspection,
): Promise<void> {
  const heading = {
    name: 'on-record',
    title: 'The bank looks up what was done under the inspection, in its access ledger',
    proves: 'each read, refusal and package was an entry there before a byte of it left.',
  };
  return story.step(heading, async ({ line, expect, fact }) => {
    const query = new URLSearchParams({ subject: `inspection:${inspector.id}`, limit: '1000' });
    const path = `/v1/access?${query.toString()}`;
    const { items } = expected(accessSchema, await client.request({ method: 'GET', path }));
    const acts = [...items].reverse().map(({ recordedAt, action, outcome, code, entries }) => {
      const act = [action, outcome, code].filter((word) => word !== undefined).join(' ');
      const count = entries === undefined ? '' : `  ${entries.count} entries`;
      line(`${recordedAt}  ${act}${count}`);
      return act;
    });
    expect(
      `all ${inspector.acts.length} acts are there, in their order, and no other`,
      acts.join('\n') === inspector.acts.join('\n'),
    );
    fact('acts', acts);
  });
}
