/** `chirograph keys sign`: officers put their shares together, for one signature under a request that they have read. */
import { type Command } from 'commander';
import { toBase64, utf8ToString } from '../base/bytes.js';
import { canonicalJsonBytes, type JsonObject, parseCanonicalJson } from '../base/canonical-json.js';
import { BaseError } from '../base/errors.js';
import { COUNT, DIGEST, JsonMembers, oneOf, textLike } from '../base/json-members.js';
import { combineShares } from '../keys/recovery-key.js';
import { fingerprintOf, spokenFingerprint } from '../keys/recovery-share.js';
import { handoverMessage, type HandoverTerms } from '../tlog/handover.js';
import {
  ED25519_NOTE,
  formatVerifierKey,
  parseVerifierKey,
  verifierKey,
} from '../tlog/note-key.js';
import { TlogError } from '../tlog/tlog-error.js';
import { CliError } from './cli-error.js';
import { repeated } from './command-help.js';
import { readFileUpTo } from './files.js';
import { createOwnFile, forgetShares, readShares } from './recovery-files.js';
import { oneLine, printResult, type Terminal } from './terminal.js';

interface SignFlags {
  readonly share: readonly string[];
  readonly out: string;
  readonly yes?: true;
  readonly json?: true;
}

/** That a log goes on with another key. */
interface HandoverRequest {
  readonly origin: string;
  readonly terms: HandoverTerms;
}

const MAX_REQUEST = 16 * 1024;
const KIND = 'chirograph/handover-request';

export function addSignRequestCommand(keys: Command, terminal: Terminal): void {
  keys
    .command('sign')
    .argument('<request>', 'file of a handover request')
    .description('sign a handover with the recovery key, made of shares in memory and zeroed again')
    .requiredOption('--share <file>', 'share of an officer; given again for each', repeated)
    .requiredOption('--out <file>', 'new file for the request with its signature')
    .option('--yes', 'those present have read what is signed; asked for without it')
    .option('--json', 'print JSON')
    .action(async (request: string, flags: SignFlags) => {
      await sign(request, flags, terminal);
    });
}

async function sign(path: string, flags: SignFlags, terminal: Terminal): Promise<void> {
  const request = parseRequest(path, await readFileUpTo(path, MAX_REQUEST));
  const { origin, terms } = request;
  for (const line of wordsOf(request)) terminal.stderr(`${line}\n`);
  const shares = await readShares(flags.share);
  try {
    const key = await combineShares(shares);
    try {
      terminal.stderr(`Recovery key         ${spokenFingerprint(fingerprintOf(key.publicKey))}\n`);
      if (flags.yes !== true) await confirm(terminal);
      const signer = verifierKey(signerName(origin), ED25519_NOTE, key.publicKey);
      const by = formatVerifierKey(signer);
      const signature = toBase64(key.sign(handoverMessage(origin, terms)));
      const signed = { ...contentOf(request), signature: { by, signature } };
      await createOwnFile(flags.out, canonicalJsonBytes(signed));
      printResult(terminal, flags.json, { by, out: flags.out }, [
        `signed by ${oneLine(by)}`,
        `wrote ${oneLine(flags.out)}: bring it to the node`,
      ]);
    } finally {
      key.close();
    }
  } finally {
    forgetShares(shares);
  }
}

/** @throws CliError CLI_INPUT. */
function parseRequest(path: string, bytes: Uint8Array): HandoverRequest {
  const refuse = (reason: string): CliError =>
    new CliError('CLI_INPUT', `${oneLine(path)} is no handover request: ${reason}`);
  try {
    const members = new JsonMembers(parseCanonicalJson(bytes), refuse);
    members.required('$v', oneOf(1));
    members.required('kind', oneOf(KIND));
    const origin = members.required('origin', ORIGIN);
    const terms = {
      old: members.required('old', KEY),
      new: members.required('new', KEY),
      size: members.required('size', COUNT),
      rootHash: members.required('rootHash', DIGEST),
    };
    members.end();
    const keys = [terms.old, terms.new].map(parseVerifierKey);
    if (keys.some(({ name, type }) => name !== origin || type !== ED25519_NOTE))
      throw refuse('its keys are not checkpoint keys of that origin');
    if (terms.old === terms.new) throw refuse('the old key and the new one are the same');
    return { origin, terms };
  } catch (cause) {
    if (cause instanceof BaseError || cause instanceof TlogError) throw refuse(cause.message);
    throw cause;
  }
}

const ORIGIN = textLike(/^[!-.0-~]{1,256}(?:\/[!-.0-~]{1,256}){2,3}$/, 'an origin');
const KEY = textLike(/^[!-~]{1,1024}$/, 'a verifier key');

/** Of the recovery key: log name and tenant, which every origin begins with. */
function signerName(origin: string): string {
  return origin.split('/').slice(0, 2).join('/');
}

function contentOf({ origin, terms }: HandoverRequest): JsonObject {
  return { $v: 1, kind: KIND, origin, ...terms };
}

function wordsOf({ origin, terms }: HandoverRequest): readonly string[] {
  return [
    'TO BE SIGNED WITH THE RECOVERY KEY: a log goes on with another key.',
    `Log                  ${oneLine(origin)}`,
    `Accepted up to       ${terms.size} entries; nothing larger that the old key signed is taken any more`,
    `Root hash there      ${terms.rootHash}`,
    `Old key              ${oneLine(terms.old)}`,
    `New key              ${oneLine(terms.new)}`,
  ];
}

/** @throws CliError CLI_USAGE unless somebody answers `yes`. */
async function confirm({ isInteractive, stdin, stderr }: Terminal): Promise<void> {
  if (!isInteractive) throw notConfirmed('--yes is needed where nobody can be asked');
  stderr('Sign this? Type yes: ');
  for await (const bytes of stdin) {
    if (utf8ToString(bytes).trim() === 'yes') return;
    break;
  }
  throw notConfirmed('nothing was signed');
}

function notConfirmed(why: string): CliError {
  return new CliError('CLI_USAGE', why);
}
