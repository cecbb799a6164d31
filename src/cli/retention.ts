/** `chirograph retention`: how long what is recorded is kept, and what is due to be forgotten. */
import type { Command } from 'commander';
import { z } from 'zod';
import { utf8ToString } from '../base/bytes.js';
import { type JsonObject, type JsonValue, parseStrictJson } from '../base/canonical-json.js';
import { BaseError } from '../base/errors.js';
import { policiesToJson } from '../retention/policies-payload.js';
import { mergedPresets, PRESETS } from '../retention/presets.js';
import { allPages } from './all-pages.js';
import { expected } from './answers.js';
import { CliError } from './cli-error.js';
import { withExamples } from './command-help.js';
import { readFileUpTo } from './files.js';
import { type NodeFlags, nodeClientFor, withNodeOptions } from './node-options.js';
import { oneLine, printAnswer, printResult, type Terminal } from './terminal.js';

interface OutputFlags extends NodeFlags {
  readonly json?: true;
}

interface AsOfFlags extends OutputFlags {
  readonly asOf?: string;
}

interface SetFlags extends OutputFlags {
  readonly ifVersion?: string;
}

interface DueFlags extends OutputFlags {
  readonly at?: string;
  readonly subject?: string;
}

const POLICIES = '/v1/retention/policies';
const MAX_POLICIES_BYTES = 1024 * 1024;

export function addRetentionCommand(program: Command, terminal: Terminal): void {
  const retention = program
    .command('retention')
    .description('say how long what is recorded is kept, and see what is due to be forgotten');

  const policies = withNodeOptions(retention.command('policies'))
    .description('print the retention policies in force')
    .option('--as-of <when>', 'those of an instant or a calendar date')
    .action(async (flags: AsOfFlags) => {
      const query = flags.asOf === undefined ? '' : `?asOf=${encodeURIComponent(flags.asOf)}`;
      const client = nodeClientFor(flags, terminal);
      const answer = await client.request({ method: 'GET', path: `${POLICIES}${query}` });
      printAnswer(terminal, flags, answer, policyLines);
    });
  withExamples(policies, 'chirograph retention policies --as-of 2026-01-31 --json');

  const set = withNodeOptions(retention.command('set'))
    .argument('<file>', 'the policies: JSON, as `retention preset` prints them')
    .description('set all retention policies; nothing written before is kept shorter by it')
    .option('--if-version <number>', 'only if this version is in force, as `policies` says')
    .action(async (file: string, flags: SetFlags) => {
      const body = await policiesIn(file);
      const client = nodeClientFor(flags, terminal);
      const { ifVersion } = flags;
      const ifMatch = ifVersion === undefined ? {} : { ifMatch: tagOf(ifVersion) };
      const answer = await client.request({ method: 'PUT', path: POLICIES, body, ...ifMatch });
      printAnswer(terminal, flags, answer, (said) => {
        const { version, setAt = '' } = expected(versionSchema, said);
        return [`version ${version} is in force since ${oneLine(setAt)}`];
      });
    });
  withExamples(
    set,
    'chirograph retention set policies.json',
    'chirograph retention set policies.json --if-version 3',
  );

  const history = withNodeOptions(retention.command('history'))
    .description('list all policies that ever were in force, newest first')
    .action(async (flags: OutputFlags) => {
      const client = nodeClientFor(flags, terminal);
      const items = await allPages(client, `${POLICIES}/history`, { what: 'policies' });
      printAnswer(terminal, flags, { items }, () => items.map(historyLine));
    });
  withExamples(history, 'chirograph retention history');

  const due = withNodeOptions(retention.command('due'))
    .description(
      'list whose data are due to be forgotten, and what holds them; asking is on record',
    )
    .option('--at <when>', 'due at an instant or at the end of a calendar date (default: now)')
    .option('--subject <name>', 'all of one person: also what is not due, and why')
    .action(async (flags: DueFlags) => {
      const { at, subject } = flags;
      const query = { ...(at !== undefined && { at }), ...(subject !== undefined && { subject }) };
      const client = nodeClientFor(flags, terminal);
      const wish = { query, what: 'that is due', maxPages: MAX_DUE_PAGES };
      const items = await allPages(client, '/v1/retention/due', wish);
      printAnswer(terminal, flags, { items }, () => items.map(dueLine));
    });
  withExamples(
    due,
    'chirograph retention due --at 2031-12-31',
    'chirograph retention due --subject customer-4711 --json',
  );

  const preset = retention
    .command('preset')
    .argument('[names...]', `which: ${Object.keys(PRESETS).join(', ')}; without one, what there is`)
    .description(
      'print policies to start from, as JSON; taken from secondary sources: read the law before you set them',
    )
    .option('--json', 'print JSON, which it does anyway where one is named')
    .action((names: readonly string[], { json }: { readonly json?: true }) => {
      printPresets(names, json, terminal);
    });
  withExamples(preset, 'chirograph retention preset amlr mifid2 > policies.json');
}

/** Pages may be short: of a large vault each looks at so many secrets. */
const MAX_DUE_PAGES = 1_000_000;

function printPresets(names: readonly string[], json: true | undefined, terminal: Terminal): void {
  const all = Object.entries(PRESETS);
  if (names.length === 0) {
    const items = all.map(([name, { source }]) => ({ name, source }));
    printResult(
      terminal,
      json,
      { items },
      items.map(({ name, source }) => `${name}  ${source}`),
    );
    return;
  }
  const chosen = names.map((name) => {
    const found = all.find(([known]) => known === name)?.[1];
    if (found === undefined)
      throw new CliError(
        'CLI_USAGE',
        `there is no preset ${oneLine(name)}: see \`retention preset\``,
      );
    return found;
  });
  terminal.stdout(`${JSON.stringify(policiesToJson(mergedPresets(chosen)), null, 2)}\n`);
}

/** @throws CliError CLI_USAGE. */
function tagOf(version: string): string {
  if (!/^[1-9]\d{0,3}$/.test(version))
    throw new CliError(
      'CLI_USAGE',
      '--if-version takes a number from 1, as `retention policies` says',
    );
  return `"${version}"`;
}

/** @throws CliError CLI_FILE, CLI_INPUT. */
async function policiesIn(file: string): Promise<JsonObject> {
  const bytes = await readFileUpTo(file, MAX_POLICIES_BYTES);
  try {
    return parseStrictJson(utf8ToString(bytes)) as JsonObject;
  } catch (cause) {
    if (!(cause instanceof BaseError)) throw cause;
    throw new CliError('CLI_INPUT', `${oneLine(file)} is not JSON`, { cause });
  }
}

const periodSchema = z.record(z.string(), z.number());
const versionSchema = z.object({
  version: z.number(),
  setAt: z.string().optional(),
  setBy: z.object({ author: z.string() }).optional(),
  classes: z.record(
    z.string(),
    z.object({
      basis: z.string(),
      period: periodSchema,
      clock: z.object({
        kind: z.string(),
        type: z.string().optional(),
        stoppedBy: z.string().optional(),
      }),
      extension: periodSchema.optional(),
    }),
  ),
  types: z.record(z.string(), z.string()),
});

function policyLines(answer: JsonValue): readonly string[] {
  const { version, setAt, classes, types } = expected(versionSchema, answer);
  if (version === 0) return ['no policies are set: nothing falls due'];
  const rows = Object.entries(classes).map(([name, { period, clock, extension, basis }]) => {
    const { type, stoppedBy } = clock;
    const until = stoppedBy === undefined ? '' : `, unless ${stoppedBy}`;
    const from = type === undefined ? 'from the month of recording' : `from ${type}${until}`;
    const more = extension === undefined ? '' : ` (+ ${spanOf(extension)})`;
    return `${name}  ${spanOf(period)}${more} ${from}  ${basis}`;
  });
  const given = Object.entries(types).map(([type, name]) => `${type} → ${name}`);
  return [`version ${version}, since ${setAt ?? ''}`, ...rows, ...given].map(oneLine);
}

function spanOf(period: Readonly<Record<string, number>>): string {
  return Object.entries(period)
    .map(([unit, count]) => `${count} ${count === 1 ? unit.replace(/s$/, '') : unit}`)
    .join(' ');
}

function historyLine(item: JsonValue): string {
  const { version, setAt = '', setBy, classes } = expected(versionSchema, item);
  const names = Object.keys(classes).join(' ');
  return oneLine(`${version}  ${setAt}  ${setBy?.author ?? ''}  ${names}`);
}

const dueSchema = z.object({
  subject: z.string(),
  class: z.string(),
  months: z.array(z.string()).optional(),
  month: z.string().optional(),
  dueSince: z.string().optional(),
  dueAt: z.string().optional(),
  basis: z.string().optional(),
  heldBy: z.array(z.string()).optional(),
  isFree: z.boolean().optional(),
  reasons: z.array(z.looseObject({ kind: z.string() })).optional(),
});

function dueLine(item: JsonValue): string {
  const said = expected(dueSchema, item);
  const {
    subject,
    months,
    month,
    dueSince,
    dueAt,
    basis,
    heldBy = [],
    isFree,
    reasons = [],
  } = said;
  const place = [subject, said.class, months?.join(' ') ?? month ?? ''];
  if (isFree === undefined) {
    const held = heldBy.length === 0 ? [] : [`held by ${heldBy.join(' ')}`];
    return oneLine([...place, `due since ${dueSince ?? ''}`, basis ?? '', ...held].join('  '));
  }
  const why = reasons.map(({ kind, why: wait, hold, drive }) =>
    [kind, wait ?? hold ?? drive].filter(Boolean).join(' '),
  );
  const due = dueAt === undefined ? [] : [`due ${dueAt}`];
  return oneLine([...place, isFree ? 'free' : `kept: ${why.join(', ')}`, ...due].join('  '));
}
