/** What a member that keeps a ledger too is given of the secrets of its blocks. */
import type { GivenSecrets } from './secret-channels.js';
import { MAX_ANSWERED } from './secret-message.js';
import type { SharedLedger } from './shared-ledger.js';

/** Of some of these blocks, the first ones; null where there is none of them here. */
export async function givenOf(
  { store, tail }: SharedLedger,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<GivenSecrets | null> {
  const last = Math.min(to, tail.view.end.length);
  const secrets = [];
  let at = from;
  for (; at < last && secrets.length < MAX_ANSWERED / 16; at++)
    secrets.push(...(await store.secrets.ofBlock(await tail.block(at), at)));
  return at === from ? null : { to: at, secrets };
}
