/** `chirograph identity sign`: whoever has a recovery key reads what a recovery does, and signs it, without a node. */
import type { Command } from 'commander';
import { utf8ToString } from '../base/bytes.js';
import { formatInstant } from '../base/time.js';
import { IdentityError } from '../identities/identity-error.js';
import type { IdentityEvent, IdentityKey } from '../identities/identity-event.js';
import { keysInUse } from '../identities/identity-state.js';
import {
  MAX_RECOVERY_REQUEST_BYTES,
  parseRecoveryRequest,
  type RecoveryRequest,
} from '../identities/recovery-request.js';
import { signRecovery } from '../identities/signed-recovery.js';
import { spokenFingerprint } from '../keys/recovery-share.js';
import { CliError } from './cli-error.js';
import { confirmSigning } from './confirm.js';
import { readFileUpTo } from './files.js';
import { readIdentityKey } from './identity-keys.js';
import { createOwnFile } from './recovery-files.js';
import { oneLine, printResult, type Terminal } from './terminal.js';

interface SignFlags {
  readonly recoveryKey: string;
  readonly out?: string;
  readonly yes?: true;
  readonly json?: true;
}

export function addSignRecoveryCommand(identity: Command, terminal: Terminal): void {
  identity
    .command('sign')
    .argument('<request>', 'file of a recovery request')
    .requiredOption('--recovery-key <file>', 'private key of the quorum, PEM; it stays where it is')
    .option('--out <file>', 'new file for the request with its signature (default: print it)')
    .option('--yes', 'who has the key has read what is signed; asked for without it')
    .option('--json', 'print JSON')
    .description('show what a recovery request does, and sign it with a recovery key, offline')
    .action((request: string, flags: SignFlags) => sign(request, flags, terminal));
}

/** @throws CliError CLI_FILE; CLI_INPUT, naming the file, of what is not as `parse` reads it. */
export async function recoveryFileFrom<T>(
  path: string,
  parse: (bytes: Uint8Array) => T,
): Promise<T> {
  const bytes = await readFileUpTo(path, MAX_RECOVERY_REQUEST_BYTES);
  try {
    return parse(bytes);
  } catch (cause) {
    if (!(cause instanceof IdentityError)) throw cause;
    throw new CliError('CLI_INPUT', `${oneLine(path)}: ${cause.message}`, { cause });
  }
}

/** What all who sign compare: the digest of the event, which everything in the request leads to. */
export function spokenDigest({ digest }: Pick<IdentityEvent, 'digest'>): string {
  return spokenFingerprint(digest);
}

async function sign(path: string, flags: SignFlags, terminal: Terminal): Promise<void> {
  const { out, json, yes } = flags;
  const request = await recoveryFileFrom(path, parseRecoveryRequest);
  for (const line of wordsOf(request)) terminal.stderr(`${line}\n`);
  const key = await readIdentityKey(flags.recoveryKey);
  terminal.stderr(`${'Your recovery key'.padEnd(LABEL_WIDTH)}${key.did}\n`);
  const signed = signRecovery(request, key);
  if (yes !== true) await confirmSigning(terminal);
  if (out === undefined) {
    terminal.stdout(utf8ToString(signed));
    return;
  }
  await createOwnFile(out, signed);
  const said = { by: key.did, digest: request.event.digest, identity: request.state.id, out };
  printResult(terminal, json, said, [
    `signed by ${key.did}`,
    `wrote ${oneLine(out)}: bring it to whoever made the request`,
  ]);
}

const LABEL_WIDTH = 21;

function wordsOf(request: RecoveryRequest): readonly string[] {
  const { state, event, change, recovery } = request;
  const { since } = change;
  const ended = keysInUse(state);
  return [
    'TO BE SIGNED WITH A RECOVERY KEY: all keys of an identity end, and others take their place.',
    ...rows('Identity', [state.id]),
    ...rows('Calls itself', [state.name ?? '(nothing)']),
    ...rows('Follows', [
      `event ${state.sequence}, ${state.head}; after any other it is worth nothing`,
    ]),
    ...rows('Keys that end', ended.length === 0 ? ['(none is in use)'] : ended.map(keyLine)),
    ...rows('Keys that come', change.keys.map(keyLine)),
    ...rows('Old keys', [
      since === undefined
        ? 'what they signed stays as it is'
        : `what they signed from ${formatInstant(since)} on is not to be trusted`,
    ]),
    ...rows('Recovery keys', [
      `${recovery.threshold} of ${recovery.keys.length} must sign this`,
      ...recovery.keys,
    ]),
    ...rows(
      'From then on',
      change.recovery === undefined
        ? ['the same recovery keys']
        : [
            `OTHERS: ${change.recovery.threshold} of ${change.recovery.keys.length} recover it`,
            ...change.recovery.keys,
          ],
    ),
    ...rows('Fingerprint', [spokenDigest(event)]),
  ];
}

function keyLine({ id, key, purposes }: IdentityKey): string {
  return `${key}  ${purposes.join(' ')}${id === undefined ? '' : `  (${id})`}`;
}

/** A label, and what belongs to it, a line each. */
function rows(label: string, values: readonly string[]): readonly string[] {
  return values.map(
    (value, at) => `${(at === 0 ? label : '').padEnd(LABEL_WIDTH)}${oneLine(value)}`,
  );
}
