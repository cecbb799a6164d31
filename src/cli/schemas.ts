/** `chirograph schemas`: what the payloads of a ledger's record types must look like. */
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { utf8ToString } from '../base/bytes.js';
import { type JsonObject, type JsonValue, parseStrictJson } from '../base/canonical-json.js';
import { definedMembers } from '../base/defined-members.js';
import { BaseError } from '../base/errors.js';
import { isJsonObject } from '../base/json-members.js';
import {
  FINDABLE_AS,
  MAX_SCHEMA_BYTES,
  SCHEMA_LANGUAGES,
  SCHEMA_MODES,
  UNKNOWN_TYPES,
} from '../schemas/schema-document.js';
import { allPages } from './all-pages.js';
import { expected } from './answers.js';
import { CliError } from './cli-error.js';
import { repeated, withExamples } from './command-help.js';
import { readFileUpTo } from './files.js';
import type { NodeClient } from './node-client.js';
import { type NodeFlags, nodeClientFor, withNodeOptions } from './node-options.js';
import { oneLine, printAnswer, type Terminal } from './terminal.js';

interface OutputFlags extends NodeFlags {
  readonly json?: true;
}

interface PutFlags extends OutputFlags {
  readonly format: string;
  readonly models?: string;
  readonly findable?: readonly string[];
}

interface GetFlags extends OutputFlags {
  readonly schemaVersion?: string;
}

interface ModeFlags extends OutputFlags {
  readonly unknownTypes?: string;
}

export function addSchemasCommand(program: Command, terminal: Terminal): void {
  const schemas = program
    .command('schemas')
    .description('say what the payloads of record types must look like');

  withNodeOptions(
    schemas
      .command('put')
      .argument('<ledger>', 'its name')
      .argument('<type>', 'of the records')
      .argument('<file>', 'the schema: a JSON document'),
  )
    .description('give a record type a schema, or another version of it')
    .addOption(
      new Option('--format <format>', 'language of the schema')
        .choices(SCHEMA_LANGUAGES)
        .default('json-schema'),
    )
    .option('--models <file>', 'other Tradle models that it refers to: an object by their names')
    .option(
      '--findable <as=pointer>',
      `a member by which records can be found, as ${FINDABLE_AS.join(', ')}; may be repeated`,
      repeated,
    )
    .action(async (ledger: string, type: string, file: string, flags: PutFlags) => {
      const document = await documentOf(file, flags);
      const client = nodeClientFor(flags, terminal);
      const path = schemaPath(ledger, type);
      const answer = await client.request({ method: 'PUT', path, body: document });
      printAnswer(terminal, flags, answer, putLines);
    });

  withNodeOptions(
    schemas.command('get').argument('<ledger>', 'its name').argument('<type>', 'of the records'),
  )
    .description('print the schema of a record type')
    .option('--schema-version <n>', 'an older one than the newest')
    .action(async (ledger: string, type: string, flags: GetFlags) => {
      const { schemaVersion: version } = flags;
      const query = version === undefined ? '' : `?version=${encodeURIComponent(version)}`;
      const client = nodeClientFor(flags, terminal);
      const path = `${schemaPath(ledger, type)}${query}`;
      const answer = await client.request({ method: 'GET', path });
      printAnswer(terminal, flags, answer, schemaLines);
    });

  withNodeOptions(schemas.command('list').argument('<ledger>', 'its name'))
    .description('list the record types that have a schema')
    .action(async (ledger: string, flags: OutputFlags) => {
      const items = await listAll(nodeClientFor(flags, terminal), ledger);
      printAnswer(terminal, flags, { items }, listLines);
    });

  withNodeOptions(
    schemas
      .command('mode')
      .argument('<ledger>', 'its name')
      .argument('[mode]', `${SCHEMA_MODES.join(', ')}; without it, what is set`),
  )
    .description('say or set how strictly a ledger keeps to its schemas')
    .addOption(
      new Option(
        '--unknown-types <what>',
        'what becomes of records whose type has no schema (default: as it is set)',
      ).choices(UNKNOWN_TYPES),
    )
    .action(async (ledger: string, mode: string | undefined, flags: ModeFlags) => {
      const client = nodeClientFor(flags, terminal);
      const path = `${ledgerPath(ledger)}/settings/schemas`;
      const settings = await client.request({ method: 'GET', path });
      const { unknownTypes } = flags;
      if (mode === undefined && unknownTypes === undefined) {
        printAnswer(terminal, flags, settings, modeLines);
        return;
      }
      const body = {
        ...expected(settingsSchema, settings),
        ...definedMembers({ mode, unknownTypes }),
      };
      const answer = await client.request({ method: 'PUT', path, body });
      printAnswer(terminal, flags, answer, modeLines);
    });

  for (const [name, example] of Object.entries(EXAMPLES))
    for (const command of schemas.commands.filter((one) => one.name() === name))
      withExamples(command, `chirograph schemas ${name} ${example}`);
}

const EXAMPLES = {
  put: 'kyc acme.Residence residence.schema.json --findable text=/city',
  get: 'kyc acme.Residence --schema-version 1',
  list: 'kyc',
  mode: 'kyc strict --unknown-types refuse',
} as const;

const summarySchema = z.object({
  type: z.string(),
  version: z.number(),
  ref: z.string(),
  format: z.string(),
  recordedAt: z.string(),
});
const settingsSchema = z.object({ mode: z.string(), unknownTypes: z.string() });
async function documentOf(
  file: string,
  { format, models, findable }: PutFlags,
): Promise<JsonObject> {
  return definedMembers({
    format,
    schema: await readObject(file),
    models: models === undefined ? undefined : await readObject(models),
    findable: findable?.map(findableOf),
  });
}

/** `name=/firstName` */
function findableOf(text: string): JsonObject {
  const [, as, pointer] = /^(\w+)=(\/.*)$/.exec(text) ?? [];
  if (as === undefined || pointer === undefined)
    throw new CliError('CLI_USAGE', '--findable must be like name=/firstName');
  return { as, pointer };
}

async function readObject(file: string): Promise<JsonObject> {
  const bytes = await readFileUpTo(file, MAX_SCHEMA_BYTES);
  try {
    const value = parseStrictJson(utf8ToString(bytes));
    if (isJsonObject(value)) return value;
  } catch (cause) {
    if (!(cause instanceof BaseError)) throw cause;
    throw new CliError('CLI_INPUT', `${oneLine(file)}: ${cause.message}`, { cause });
  }
  throw new CliError('CLI_INPUT', `${oneLine(file)} is not a JSON object`);
}

function listAll(client: NodeClient, ledger: string): Promise<readonly JsonValue[]> {
  return allPages(client, `${ledgerPath(ledger)}/schemas`, { what: 'schemas' });
}

function ledgerPath(ledger: string): string {
  return `/v1/ledgers/${encodeURIComponent(ledger)}`;
}

function schemaPath(ledger: string, type: string): string {
  return `${ledgerPath(ledger)}/schemas/${encodeURIComponent(type)}`;
}

function putLines(answer: JsonValue): readonly string[] {
  const { type, version, ref } = expected(summarySchema, answer);
  return [
    `version ${version} of ${oneLine(type)}`,
    `records that are as it says name ${oneLine(ref)}`,
  ];
}

function schemaLines(answer: JsonValue): readonly string[] {
  return JSON.stringify(answer, null, 2)
    .split('\n')
    .map((line) => line.replace(/[\p{Cf}\p{Zl}\p{Zp}]/gu, ' '));
}

function listLines(answer: JsonValue): readonly string[] {
  const { items } = expected(z.object({ items: z.array(summarySchema) }), answer);
  return items.map(({ ref, format, recordedAt }) =>
    oneLine([recordedAt, format.padEnd(12), ref].join('  ')),
  );
}

function modeLines(answer: JsonValue): readonly string[] {
  const { mode, unknownTypes } = expected(settingsSchema, answer);
  return [`${oneLine(mode)}; types without a schema: ${oneLine(unknownTypes)}`];
}
