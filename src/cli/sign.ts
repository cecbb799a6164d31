/**
 * `chirograph sign`: attaches a signature made with a key that the node does not have. The key is used by
 * whatever holds it (openssl, a smart card, a signing service); this command never sees it.
 */
import type { Command } from 'commander';
import { z } from 'zod';
import { fromBase64, toBase64, utf8, utf8ToString } from '../base/bytes.js';
import { type JsonValue, parseStrictJson } from '../base/canonical-json.js';
import { BaseError } from '../base/errors.js';
import { CliError } from './cli-error.js';
import { withExamples } from './command-help.js';
import { readFileUpTo, writeOwnFile } from './files.js';
import type { NodeClient } from './node-client.js';
import { entryPath, type NodeFlags, nodeClientFor, withNodeOptions } from './node-options.js';
import { oneLine, printResult, type Terminal } from './terminal.js';

interface SignFlags extends NodeFlags {
  readonly prepare?: string;
  readonly certificate?: string;
  readonly chain?: string;
  readonly algorithm?: string;
  readonly toSign?: string;
  readonly complete?: string;
  readonly value?: string;
  readonly cms?: string;
  readonly json?: true;
}

const MAX_FILE_BYTES = 1024 * 1024;
const CMS = 'application/pkcs7-signature';
const PEM = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

const preparedSchema = z.looseObject({ prepared: z.string(), toBeSigned: z.string() });
const attachedSchema = z.looseObject({
  receipt: z.looseObject({ id: z.string(), index: z.number() }),
  report: z.looseObject({
    indication: z.string(),
    signer: z.looseObject({ subject: z.string() }).nullable(),
  }),
});

export function addSignCommand(program: Command, terminal: Terminal): void {
  const command = withNodeOptions(program.command('sign'))
    .argument('<ledger>', 'name of the ledger')
    .argument('<id>', 'leaf hash or index of the record, or of a signature to countersign')
    .option('--cms <file>', 'attach this detached CMS, DER or BER, made over the statement')
    .option('--prepare <file>', 'write there what a signing is completed with')
    .option('--certificate <file>', 'with --prepare: whose key will sign, PEM')
    .option('--chain <file>', 'with --prepare: certificates above it, without the root, PEM')
    .option('--algorithm <name>', 'with --prepare: such as rsa-pss-sha256')
    .option('--to-sign <file>', 'with --prepare: write the bytes to be signed there')
    .option('--complete <file>', 'what --prepare wrote')
    .option('--value <file>', 'with --complete: the signature over the bytes, as it was made')
    .description('attach a signature made with a key that is elsewhere, at once or in two steps')
    .action(async (ledger: string, id: string, flags: SignFlags) => {
      const client = nodeClientFor(flags, terminal);
      const path = `${entryPath(ledger, id)}/signatures`;
      await actOf(flags)(client, path, flags, terminal);
    });
  withExamples(
    command,
    'chirograph sign kyc 27 --cms signature.p7s',
    'chirograph sign kyc 27 --prepare signing.json --certificate officer.crt --to-sign bytes',
    'chirograph sign kyc 27 --complete signing.json --value value',
  );
}

type Act = (
  client: NodeClient,
  path: string,
  flags: SignFlags,
  terminal: Terminal,
) => Promise<void>;

/** @throws CliError CLI_USAGE unless just one way is asked for, with what it takes. */
function actOf(flags: SignFlags): Act {
  const { cms, prepare, complete, certificate, chain, algorithm, toSign, value } = flags;
  const asked = [cms, prepare, complete].filter((one) => one !== undefined).length;
  const ofPreparing = [certificate, chain, algorithm, toSign].some((one) => one !== undefined);
  const fits =
    asked === 1 &&
    (prepare === undefined ? !ofPreparing : certificate !== undefined) &&
    (complete === undefined) === (value === undefined);
  if (!fits)
    throw new CliError(
      'CLI_USAGE',
      'give --cms; or --prepare with --certificate; or --complete with --value',
    );
  if (cms !== undefined) return attachCms;
  return prepare === undefined ? completeSigning : prepareSigning;
}

const attachCms: Act = async (client, path, { cms = '', json }, terminal) => {
  const bytes = await readFileUpTo(cms, MAX_FILE_BYTES);
  printAttached(await client.postBytes(path, CMS, bytes), json, terminal);
};

const prepareSigning: Act = async (client, path, flags, terminal) => {
  const { prepare = '', certificate = '', chain, algorithm, toSign, json } = flags;
  const [own, ...more] = await certificatesIn('--certificate', certificate);
  const above = chain === undefined ? [] : await certificatesIn('--chain', chain);
  const body = {
    certificate: own ?? '',
    ...(more.length + above.length > 0 && { chain: [...more, ...above] }),
    ...(algorithm !== undefined && { algorithm }),
  };
  const answer = await client.request({ method: 'POST', path: `${path}/prepare`, body });
  const made = understood(preparedSchema.safeParse(answer));
  await writeOwnFile(prepare, utf8(`${JSON.stringify(answer)}\n`));
  if (toSign !== undefined) await writeOwnFile(toSign, fromBase64(made.toBeSigned));
  printResult(terminal, json, answer, [
    `wrote ${oneLine(prepare)}: sign the bytes${toSign === undefined ? ' in `toBeSigned`' : ` in ${oneLine(toSign)}`} by ${String(made['signatureAlgorithm'])}, then: sign --complete`,
  ]);
};

const completeSigning: Act = async (
  client,
  path,
  { complete = '', value = '', json },
  terminal,
) => {
  const { prepared } = understood(preparedSchema.safeParse(await jsonIn(complete)), complete);
  const signatureValue = toBase64(await readFileUpTo(value, MAX_FILE_BYTES));
  const body = { prepared, signatureValue };
  printAttached(await client.request({ method: 'POST', path, body }), json, terminal);
};

function printAttached(answer: JsonValue, json: true | undefined, terminal: Terminal): void {
  const { receipt, report } = understood(attachedSchema.safeParse(answer));
  printResult(terminal, json, answer, [
    `attached as entry ${receipt.index}: ${receipt.id}`,
    `signer   ${oneLine(report.signer?.subject ?? '–')}`,
    `verdict  ${report.indication}`,
  ]);
}

async function certificatesIn(option: string, path: string): Promise<string[]> {
  const text = Buffer.from(await readFileUpTo(path, MAX_FILE_BYTES)).toString('latin1');
  const found = text.match(PEM);
  if (found === null) throw new CliError('CLI_FILE', `${option} has no certificate in PEM`);
  return found;
}

async function jsonIn(path: string): Promise<unknown> {
  try {
    return parseStrictJson(utf8ToString(await readFileUpTo(path, MAX_FILE_BYTES)).trimEnd());
  } catch (cause) {
    if (cause instanceof BaseError) return null;
    throw cause;
  }
}

function understood<T>(result: z.ZodSafeParseResult<T>, file?: string): T {
  if (result.success) return result.data;
  if (file === undefined)
    throw new CliError('CLI_ANSWER_UNUSABLE', 'the node answers what this version does not know');
  throw new CliError('CLI_INPUT', `${oneLine(file)} is not what --prepare wrote`);
}
