/** `chirograph identity recover`: other keys for an identity, by recovery keys that are here, or in several hands. */
import type { Command } from 'commander';
import { z } from 'zod';
import type { JsonObject } from '../base/canonical-json.js';
import { systemClock } from '../base/time.js';
import { formatRecoveryRequest, parseRecoveryRequest } from '../identities/recovery-request.js';
import {
  assembleRecovery,
  checkCurrent,
  parseSignedRecovery,
  type SignedRecovery,
} from '../identities/signed-recovery.js';
import { allPages } from './all-pages.js';
import { expected } from './answers.js';
import { CliError } from './cli-error.js';
import { repeated } from './command-help.js';
import {
  follow,
  identitySchema,
  type IdentityFlags,
  MAX_HISTORY_PAGES,
  pathOf,
  send,
  signedBy,
} from './identity-events.js';
import { type KeysFlags, keysOf, recoveryOf, withRecovery } from './identity-new-keys.js';
import { recoveryFileFrom, spokenDigest } from './identity-sign.js';
import { nodeClientFor, withNodeOptions } from './node-options.js';
import { createOwnFile } from './recovery-files.js';
import { oneLine, printResult, type Terminal } from './terminal.js';

interface RecoverFlags extends IdentityFlags, KeysFlags {
  readonly since?: string;
  readonly request?: string;
  readonly signed?: readonly string[];
}

export function addRecoverCommand(identity: Command, terminal: Terminal): void {
  withRecovery(withNodeOptions(identity.command('recover').argument('<id>', 'of the identity')))
    .option('--update <file>', 'the new private key that changes it, PEM')
    .option('--sign <file>', 'a new private key that signs records, PEM; may be repeated', repeated)
    .option('--since <instant>', 'from when on the old keys are not to be trusted')
    .option('--by <file>', 'a recovery key that is here, PEM; may be repeated', repeated)
    .option('--request <file>', 'new file to be signed where the recovery keys are (identity sign)')
    .option('--signed <file>', 'what came back, signed; may be repeated: send it', repeated)
    .description('replace all keys, by a quorum of recovery keys, here or in several hands')
    .action((id: string, flags: RecoverFlags) => recover(id, flags, terminal));
}

async function recover(id: string, flags: RecoverFlags, terminal: Terminal): Promise<void> {
  const { by, request, signed, ...rest } = flags;
  if ([by, request, signed].filter((way) => way !== undefined).length !== 1)
    throw usage('give one of --by (recovery keys that are here), --request and --signed');
  const change = [rest.update, rest.sign, rest.since, rest.recovery, rest.threshold];
  if (signed !== undefined) {
    if (change.some((one) => one !== undefined))
      throw usage('--signed goes with nothing that changes what was signed');
    await submit(terminal, flags, id, signed);
    return;
  }
  if (rest.update === undefined) throw usage('--update is needed: a new key that changes it');
  const { keys, signers } = await keysOf(rest);
  const since = rest.since === undefined ? {} : { since: rest.since };
  const event = { action: 'recover', keys, ...recoveryOf(rest), ...since };
  if (request === undefined) await follow(terminal, flags, id, event, signers);
  else {
    const history = await historyOf(terminal, flags, id);
    const head = history.at(-1);
    if (head === undefined) throw usage('the node has no event of it');
    const { sequence, digest: previous } = head;
    const place = { $v: 1, identity: id, sequence: sequence + 1, previous };
    const signedByNew = signedBy({ ...place, ...event }, signers);
    const payloads = history.map(({ payload }) => payload);
    await writeRequest(terminal, flags, request, formatRecoveryRequest(payloads, signedByNew));
  }
}

interface Recorded {
  readonly sequence: number;
  readonly digest: string;
  readonly payload: JsonObject;
}

async function historyOf(terminal: Terminal, flags: RecoverFlags, id: string): Promise<Recorded[]> {
  const wish = { what: 'events', maxPages: MAX_HISTORY_PAGES };
  const items = await allPages(nodeClientFor(flags, terminal), `${pathOf(id)}/history`, wish);
  return items.map((item) => {
    const { sequence, digest, event, signatures } = expected(eventSchema, item);
    const payload = { event, ...(signatures !== undefined && { signatures }) };
    return { sequence, digest, payload };
  });
}

async function writeRequest(
  terminal: Terminal,
  { json }: RecoverFlags,
  path: string,
  bytes: Uint8Array,
): Promise<void> {
  const { state, event, change, recovery } = parseRecoveryRequest(bytes);
  // The node would say so, after all have signed.
  if (change.since !== undefined && change.since > systemClock.now())
    throw usage('--since is later than now');
  await createOwnFile(path, bytes);
  const { keys, threshold } = recovery;
  const said = { identity: state.id, digest: event.digest, request: path };
  printResult(terminal, json, { ...said, recovery: { keys, threshold } }, [
    `wrote ${oneLine(path)}: a recovery that waits for ${threshold} of ${keys.length} recovery keys`,
    ...keys.map((key) => `  ${key}`),
    `fingerprint ${spokenDigest(event)}: whoever signs is shown the same`,
    'change nothing of the identity before it is sent: one more event, and it must be made again',
  ]);
}

async function submit(
  terminal: Terminal,
  flags: RecoverFlags,
  id: string,
  paths: readonly string[],
): Promise<void> {
  const signed: SignedRecovery[] = [];
  for (const path of paths) signed.push(await recoveryFileFrom(path, parseSignedRecovery));
  const [first, ...others] = signed;
  if (first === undefined) throw usage('--signed is needed');
  const body = assembleRecovery([first, ...others]);
  const client = nodeClientFor(flags, terminal);
  const now = await client.request({ method: 'GET', path: pathOf(id) });
  checkCurrent(first, expected(identitySchema, now));
  await send(terminal, flags, `${pathOf(id)}/events`, body);
}

const jsonObjectSchema = z.record(z.string(), z.json());
const eventSchema = z.looseObject({
  sequence: z.number(),
  digest: z.string(),
  event: jsonObjectSchema,
  signatures: z.array(jsonObjectSchema).optional(),
});

function usage(reason: string): CliError {
  return new CliError('CLI_USAGE', reason);
}
