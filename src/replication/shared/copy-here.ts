/** A log of this node's own store, taken into a tail in the same process: as any member takes it, with all checks. */
import SecretStream from '@hyperswarm/secret-stream';
import type { LogReader } from '../../ledger/log-reader.js';
import type { Tail } from '../replica/tail.js';

/**
 * Resolves when the tail has all that the log has.
 *
 * @throws ReplicaError as `Tail.announce`.
 */
export async function copyHere(
  reader: Pick<LogReader, 'origin' | 'keys' | 'checkpoint' | 'cores'>,
  tail: Tail,
): Promise<void> {
  const checkpoint = reader.checkpoint();
  if (checkpoint === null) return;
  const [giving, taking] = [new SecretStream(true), new SecretStream(false)];
  // Of this process: they end with what follows, and nobody is to blame.
  for (const end of [giving, taking]) end.on('error', () => undefined);
  giving.rawStream.pipe(taking.rawStream).pipe(giving.rawStream);
  for (const core of reader.cores) core.giveTo(giving);
  tail.replicateWith(taking);
  try {
    await tail.announce({ origin: reader.origin, keys: reader.keys, checkpoint });
    await tail.idle();
  } finally {
    tail.forget(taking);
    giving.destroy();
    taking.destroy();
  }
}
