/** The keys that an identity gets all at once, when it is registered or recovered; and who recovers it. */
import { type Command, InvalidArgumentError } from 'commander';
import type { JsonObject } from '../base/canonical-json.js';
import { repeated } from './command-help.js';
import type { EventSigner } from './identity-events.js';
import { readIdentityKey } from './identity-keys.js';

export interface KeysFlags {
  readonly update?: string;
  readonly sign?: readonly string[];
  readonly recovery?: readonly string[];
  readonly threshold?: number;
}

export function withRecovery(command: Command): Command {
  return command
    .option('--recovery <did>', 'a did:key that recovers it; may be repeated', repeated)
    .option('--threshold <n>', 'how many recovery keys it takes (default: all)', whole);
}

export async function keysOf(
  flags: KeysFlags,
): Promise<{ keys: JsonObject[]; signers: EventSigner[] }> {
  const update = await readIdentityKey(flags.update ?? '');
  const signing = [];
  for (const path of flags.sign ?? []) signing.push(await readIdentityKey(path));
  const keys = [
    { key: update.did, purposes: signing.length === 0 ? ['sign', 'update'] : ['update'] },
    ...signing.map(({ did }) => ({ key: did, purposes: ['sign'] })),
  ];
  return { keys, signers: [update, ...signing].map(({ sign }) => sign) };
}

export function recoveryOf({ recovery, threshold }: KeysFlags): JsonObject {
  if (recovery === undefined) return {};
  return { recovery: { keys: recovery, threshold: threshold ?? recovery.length } };
}

function whole(text: string): number {
  if (!/^[1-9]\d?$/.test(text))
    throw new InvalidArgumentError('must be a whole number of at least 1');
  return Number(text);
}
