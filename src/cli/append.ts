/** `chirograph append`: records into a ledger, one as JSON or many as NDJSON. */
import { type Command, Option } from 'commander';
import { z } from 'zod';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import { isJsonObject } from '../base/json-members.js';
import { DURABILITIES } from '../commands/append-durably.js';
import { expected, lineProblemSchema, receiptSchema } from './answers.js';
import { readAppendInput } from './append-input.js';
import { CliError } from './cli-error.js';
import { withExamples } from './command-help.js';
import { inputBytes } from './files.js';
import type { InputLine } from './input-lines.js';
import type { NodeClient } from './node-client.js';
import { type NodeFlags, nodeClientFor, recordsPath, withNodeOptions } from './node-options.js';
import { createProgress } from './progress.js';
import { type End, EXIT, type ExitCode, oneLine, printResult, type Terminal } from './terminal.js';

interface AppendFlags extends NodeFlags {
  readonly ndjson?: true;
  readonly idempotencyKey?: string;
  readonly durability?: string;
  readonly json?: true;
}

const pendingSchema = z.object({ line: z.number().optional(), detail: z.string() });

export function addAppendCommand(program: Command, terminal: Terminal, end: End): void {
  const command = withNodeOptions(program.command('append'))
    .argument('<ledger>', 'name of the ledger')
    .argument('[file]', 'records, as one JSON object or as NDJSON (default: standard input)')
    .option('--ndjson', 'each line stands alone, also where there is but one')
    .option('--idempotency-key <key>', 'of one record: sent again, it is not entered again')
    .addOption(
      new Option(
        '--durability <where>',
        'where they are to be on disk: of a shared ledger quorum or all, of any other local',
      ).choices(DURABILITIES),
    )
    .description('append records and print their receipts')
    .action(async (ledger: string, file: string | undefined, flags: AppendFlags) => {
      const input = await readAppendInput(inputBytes(file, terminal), flags.ndjson === true);
      const client = nodeClientFor(flags, terminal);
      const query = flags.durability === undefined ? '' : `?durability=${flags.durability}`;
      const path = `${recordsPath(ledger)}${query}`;
      if (input.kind === 'record')
        end(await appendOne(client, path, input.record, flags, terminal));
      else end(await appendLines(client, path, input.lines, flags, terminal));
    });
  withExamples(
    command,
    'chirograph append kyc residence.json --idempotency-key 4711-residence-1',
    'chirograph append kyc < records.ndjson',
  );
}

async function appendOne(
  client: NodeClient,
  path: string,
  record: JsonObject,
  { idempotencyKey, json }: AppendFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const key = idempotencyKey === undefined ? {} : { idempotencyKey: checkedKey(idempotencyKey) };
  const answer = await client.request({ method: 'POST', path, body: record, ...key });
  printResult(terminal, json, answer, [answerLine(answer)]);
  return isPending(answer) ? EXIT.no : EXIT.done;
}

/** A request holds no more than this, so that neither side ever holds much. */
const MAX_BATCH_LINES = 1_000;
const MAX_BATCH_BYTES = 4 * 1024 * 1024;

async function appendLines(
  client: NodeClient,
  path: string,
  lines: AsyncIterable<InputLine>,
  { idempotencyKey, json }: AppendFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  if (idempotencyKey !== undefined)
    throw new CliError('CLI_USAGE', 'in NDJSON each line has a member idempotencyKey of its own');
  const progress = createProgress(terminal);
  let sent = 0;
  let refused = 0;
  let pending = 0;
  try {
    for await (const batch of batches(lines)) {
      const answers = await client.postLines(path, bodyOf(batch));
      if (answers.length !== batch.length)
        throw new CliError('CLI_ANSWER_UNUSABLE', 'the node did not answer every line');
      progress.end();
      for (const [at, answer] of answers.entries()) {
        const numbered = withLine(answer, batch[at]?.number ?? 0);
        if (isProblem(numbered)) refused++;
        if (isPending(numbered)) pending++;
        printResult(terminal, json, numbered, [answerLine(numbered)]);
      }
      sent += answers.length;
      progress.show(`${sent} records answered`);
    }
  } finally {
    progress.end();
  }
  if (refused > 0)
    throw new CliError(
      'CLI_REFUSED',
      `${refused} of ${sent} records were refused, as their lines say; the others are ${pending === 0 ? 'entered' : 'entered or on their way'}`,
    );
  return pending === 0 ? EXIT.done : EXIT.no;
}

async function* batches(lines: AsyncIterable<InputLine>): AsyncGenerator<readonly InputLine[]> {
  let batch: InputLine[] = [];
  let length = 0;
  for await (const line of lines) {
    const isFull = batch.length >= MAX_BATCH_LINES || length + line.bytes.length > MAX_BATCH_BYTES;
    if (isFull && batch.length > 0) {
      yield batch;
      batch = [];
      length = 0;
    }
    batch.push(line);
    length += line.bytes.length + 1;
  }
  if (batch.length > 0) yield batch;
}

function bodyOf(batch: readonly InputLine[]): Uint8Array {
  const lineFeed = Buffer.from('\n');
  return Buffer.concat(batch.flatMap(({ bytes }) => [bytes, lineFeed]));
}

function isProblem(answer: JsonValue): answer is JsonObject {
  return isJsonObject(answer) && Object.hasOwn(answer, 'code');
}

/** Of a shared ledger: too few members have it yet. */
function isPending(answer: JsonValue): answer is JsonObject {
  return isJsonObject(answer) && answer['pending'] === true;
}

/** A problem's line counts within its request; people count within their file. */
function withLine(answer: JsonValue, line: number): JsonValue {
  return isProblem(answer) || isPending(answer) ? { ...answer, line } : answer;
}

function answerLine(answer: JsonValue): string {
  if (isPending(answer)) {
    const { line, detail } = expected(pendingSchema, answer);
    return oneLine(`${line === undefined ? '' : `line ${line}: `}pending: ${detail}`);
  }
  if (!isProblem(answer)) return receiptLine(answer);
  const { line, code, title, detail } = expected(lineProblemSchema, answer);
  const why = detail === undefined ? '' : ` (${detail})`;
  return oneLine(`line ${line}: ${code}: ${title}${why}`);
}

function receiptLine(answer: JsonValue): string {
  const { id, index, recordedAt, durability } = expected(receiptSchema, answer);
  const where = durability === undefined ? '' : ` (${durability})`;
  return oneLine(`${index}  ${id}  ${recordedAt}  durable${where}`);
}

function checkedKey(key: string): string {
  if (!/^[\x21-\x7e]{1,255}$/.test(key))
    throw new CliError('CLI_USAGE', '--idempotency-key must be 1 to 255 visible ASCII characters');
  return key;
}
