/** `chirograph keys sign`: officers put their shares together, for one signature under a request that they have read. */
import { type Command } from 'commander';
import { EvidenceError } from '../evidence/evidence-error.js';
import {
  formatSignedHandover,
  type HandoverRequest,
  MAX_HANDOVER_FILE_BYTES,
  parseHandoverRequest,
} from '../evidence/handover-request.js';
import { combineShares } from '../keys/recovery-key.js';
import { fingerprintOf, spokenFingerprint } from '../keys/recovery-share.js';
import { signHandover } from '../tlog/handover.js';
import { ED25519_NOTE, formatVerifierKey, verifierKey } from '../tlog/note-key.js';
import { CliError } from './cli-error.js';
import { confirmSigning } from './confirm.js';
import { readFileUpTo } from './files.js';
import { createOwnFile, forgetShares, readShares, withShareOption } from './recovery-files.js';
import { oneLine, printResult, type Terminal } from './terminal.js';

interface SignFlags {
  readonly share: readonly string[];
  readonly out: string;
  readonly yes?: true;
  readonly json?: true;
}

export function addSignRequestCommand(keys: Command, terminal: Terminal): void {
  withShareOption(keys.command('sign').argument('<request>', 'file of a handover request'))
    .description('sign a handover with the recovery key, made of shares in memory and zeroed again')
    .requiredOption('--out <file>', 'new file for the request with its signature')
    .option('--yes', 'those present have read what is signed; asked for without it')
    .option('--json', 'print JSON')
    .action(async (request: string, flags: SignFlags) => {
      await sign(request, flags, terminal);
    });
}

async function sign(path: string, flags: SignFlags, terminal: Terminal): Promise<void> {
  const request = parseRequest(path, await readFileUpTo(path, MAX_HANDOVER_FILE_BYTES));
  const { origin } = request;
  for (const line of wordsOf(request)) terminal.stderr(`${line}\n`);
  const shares = await readShares(flags.share);
  try {
    const key = await combineShares(shares);
    try {
      terminal.stderr(`Recovery key         ${spokenFingerprint(fingerprintOf(key.publicKey))}\n`);
      if (flags.yes !== true) await confirmSigning(terminal);
      const signer = verifierKey(signerName(origin), ED25519_NOTE, key.publicKey);
      const by = formatVerifierKey(signer);
      const signature = signHandover(origin, request, by, (message) => key.sign(message));
      await createOwnFile(flags.out, formatSignedHandover({ ...request, signature }));
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
  try {
    return parseHandoverRequest(bytes);
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
    throw new CliError('CLI_INPUT', `${oneLine(path)} is no handover request: ${cause.message}`);
  }
}

/** Of the recovery key: log name and tenant, which every origin begins with. */
function signerName(origin: string): string {
  return origin.split('/').slice(0, 2).join('/');
}

function wordsOf({ origin, ...terms }: HandoverRequest): readonly string[] {
  return [
    'TO BE SIGNED WITH THE RECOVERY KEY: a log goes on with another key.',
    `Log                  ${oneLine(origin)}`,
    `Accepted up to       ${terms.size} entries; nothing larger that the old key signed is taken any more`,
    `Root hash there      ${terms.rootHash}`,
    `Old key              ${oneLine(terms.old)}`,
    `New key              ${oneLine(terms.new)}`,
  ];
}
