/** Events of identities from the command line: signed here, with keys that never leave, and sent. */
import { z } from 'zod';
import type { JsonObject } from '../base/canonical-json.js';
import { parseEvent } from '../identities/identity-event.js';
import { type EventSignature, signedEventToJson } from '../identities/signed-event.js';
import { expected } from './answers.js';
import { readIdentityKey } from './identity-keys.js';
import type { NodeClient } from './node-client.js';
import { type NodeFlags, nodeClientFor } from './node-options.js';
import { oneLine, printAnswer, type Terminal } from './terminal.js';

export interface IdentityFlags extends NodeFlags {
  readonly json?: true;
  readonly by?: readonly string[];
}

/** Signs an event, whoever or whatever holds the key. */
export type EventSigner = (signedBytes: Uint8Array) => EventSignature;

/** An identity has at most as many events as a page takes. */
export const MAX_HISTORY_PAGES = 2;

export const identitySchema = z.looseObject({
  id: z.string(),
  status: z.string(),
  sequence: z.number(),
  head: z.string(),
  keys: z.array(
    z.looseObject({ key: z.string(), purposes: z.array(z.string()), isInUse: z.boolean() }),
  ),
});
const changedSchema = z.looseObject({ identity: identitySchema });

/** @throws IdentityError IDENTITY_MALFORMED of what is no event. */
export function signedBy(event: JsonObject, signers: readonly EventSigner[]): JsonObject {
  const { signedBytes } = parseEvent(event);
  // One that signs for two reasons signs once.
  const distinct = new Map(
    signers.map((sign) => sign(signedBytes)).map((signature) => [signature.keyId, signature]),
  );
  return signedEventToJson(event, [...distinct.values()]);
}

/** The event after the last one, signed by `--by` and by whom the change brings. */
export async function follow(
  terminal: Terminal,
  flags: IdentityFlags,
  id: string,
  change: JsonObject,
  more: readonly EventSigner[] = [],
): Promise<void> {
  const client = nodeClientFor(flags, terminal);
  const signers: EventSigner[] = [];
  for (const path of flags.by ?? []) signers.push((await readIdentityKey(path)).sign);
  const now = expected(identitySchema, await client.request({ method: 'GET', path: pathOf(id) }));
  const place = { $v: 1, identity: now.id, sequence: now.sequence + 1, previous: now.head };
  const signed = signedBy({ ...place, ...change }, [...signers, ...more]);
  await sendTo(client, terminal, flags, { path: `${pathOf(id)}/events`, body: signed });
}

export async function send(
  terminal: Terminal,
  flags: IdentityFlags,
  path: string,
  body: JsonObject,
): Promise<void> {
  await sendTo(nodeClientFor(flags, terminal), terminal, flags, { path, body });
}

export function pathOf(id: string): string {
  return `/v1/identities/${encodeURIComponent(id)}`;
}

export function linesOf({ id, keys, status }: z.output<typeof identitySchema>): readonly string[] {
  const lines = keys.map(({ isInUse, key, purposes }) =>
    oneLine(`  ${isInUse ? 'in use' : 'ended '}  ${key}  ${purposes.join(' ')}`),
  );
  return [oneLine(`${id}  ${status}`), ...lines];
}

async function sendTo(
  client: NodeClient,
  terminal: Terminal,
  flags: IdentityFlags,
  { path, body }: { readonly path: string; readonly body: JsonObject },
): Promise<void> {
  const answer = await client.request({ method: 'POST', path, body });
  printAnswer(terminal, flags, answer, (given) => linesOf(expected(changedSchema, given).identity));
}
