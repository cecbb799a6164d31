/** Heads of one log by two of its keys: what handovers lead from the one to the other, and whether what is shown is what was handed over. */
import type { Sha256Digest, TreeSize } from '../../base/brand.js';
import { toHex } from '../../base/bytes.js';
import { digestFromHex } from '../../base/hex-digest.js';
import type { Checkpoint } from '../../tlog/checkpoint.js';
import { parseVerifierKey, type VerifierKey } from '../../tlog/note-key.js';
import type { Alarm } from './alarms.js';
import { continues } from './compare-heads.js';
import { handoversBetween, type KnownHandover, whyEnded } from './handovers.js';
import { hasSigned } from './known-log.js';
import type { RemoteLog } from './remote-log.js';
import type { VerifiedHead } from './verified-head.js';

export type Complaint = Pick<Alarm, 'code' | 'detail'>;

export type ChangeOfKey =
  | { readonly kind: 'handed-over'; readonly path: readonly KnownHandover[] }
  | ({ readonly kind: 'wrong' } & Complaint);

/** @throws CliError if the node cannot be reached. */
export async function changeOfKey(
  known: readonly KnownHandover[],
  best: VerifiedHead,
  seen: VerifiedHead,
  remote: RemoteLog,
): Promise<ChangeOfKey> {
  const path = handoversBetween(known, best.log.key, seen.log.key);
  if (path === null)
    return {
      ...{ kind: 'wrong', code: 'key-changed' },
      detail: 'its head is signed by another key of the log, and no handover leads to it',
    };
  // What is remembered may be more than the handover takes from the old key.
  const ended = whyEnded(path, best.log.key, best.head);
  if (ended !== null) return { kind: 'wrong', code: 'key-ended', detail: ended };
  const wrong = await whyNotAsHandedOver(path, seen, remote);
  return wrong === null ? { kind: 'handed-over', path } : { kind: 'wrong', ...wrong };
}

/** Of a head that is seen first: it must go on from each handover that its owner's roots know of, and that leads to its key. */
export function whyNotAsPinned(
  pinned: readonly KnownHandover[],
  seen: VerifiedHead,
  remote: RemoteLog,
): Promise<Complaint | null> {
  const led = pinned.filter(
    ({ old }) => handoversBetween(pinned, parseVerifierKey(old), seen.log.key) !== null,
  );
  return whyNotAsHandedOver(led, seen, remote);
}

async function whyNotAsHandedOver(
  path: readonly KnownHandover[],
  seen: VerifiedHead,
  remote: RemoteLog,
): Promise<Complaint | null> {
  for (const handover of path)
    if (!(await goesOnFrom(handover, seen, remote)))
      return {
        code: 'unproven',
        detail: `nothing shows that it goes on from the ${handover.size} entries that were handed over`,
      };
  return null;
}

/** Which of the log's earlier keys signed it; null if none did from which handovers lead to the last one. */
export function earlierKeyOf(
  known: readonly KnownHandover[],
  checkpoint: string,
  last: VerifierKey,
): VerifierKey | null {
  const keys = known.map(({ old }) => parseVerifierKey(old));
  const by = keys.find((key) => hasSigned(key, checkpoint));
  return by === undefined || handoversBetween(known, by, last) === null ? null : by;
}

/** Of a head that was kept from before a handover. @throws CliError if the node cannot be reached. */
export async function complaintOfSaved(
  known: readonly KnownHandover[],
  by: VerifierKey,
  head: Checkpoint,
  best: VerifiedHead,
): Promise<Complaint | null> {
  const ended = whyEnded(known, by, head);
  if (ended !== null) return { code: 'key-ended', detail: ended };
  const shown = best.head.size;
  if (head.size > shown) {
    const detail = `a head of ${head.size} entries was signed; shown are ${shown}`;
    return { code: 'rollback', detail };
  }
  // Of what is remembered alone nothing more can be shown.
  if (best.remote === null || (await isContinued(head, best, best.remote))) return null;
  return { code: 'unproven', detail: `nothing shows that the head of ${shown} continues it` };
}

function goesOnFrom(
  { size, rootHash }: KnownHandover,
  seen: VerifiedHead,
  remote: RemoteLog,
): Promise<boolean> {
  const from = { size: size as TreeSize, rootHash: digestFromHex(rootHash) as Sha256Digest };
  return isContinued(from, seen, remote);
}

/** Of one size there is one tree, and no smaller one goes on from it. */
async function isContinued(
  from: Pick<Checkpoint, 'size' | 'rootHash'>,
  { head }: VerifiedHead,
  remote: RemoteLog,
): Promise<boolean> {
  if (head.size === from.size) return toHex(head.rootHash) === toHex(from.rootHash);
  return head.size > from.size && continues({ head: from }, { head }, remote);
}
