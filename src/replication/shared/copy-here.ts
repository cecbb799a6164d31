/** A log of this node's own store, taken into a tail in the same process: as any member takes it, with all checks. */
import SecretStream from '@hyperswarm/secret-stream';
import type { LogReader } from '../../ledger/log-reader.js';
import type { Tail } from '../replica/tail.js';
import { ReplicationError } from '../replication-error.js';

/**
 * Resolves when the tail has all that the log has.
 *
 * @throws ReplicationError GROUP_REFUSED where what is between the two breaks; ReplicaError as `Tail.announce`.
 */
export async function copyHere(
  reader: Pick<LogReader, 'origin' | 'keys' | 'checkpoint' | 'cores'>,
  tail: Tail,
): Promise<void> {
  const checkpoint = reader.checkpoint();
  if (checkpoint === null) return;
  const [giving, taking] = [new SecretStream(true), new SecretStream(false)];
  const broken = brokenOf([giving, taking]);
  giving.rawStream.pipe(taking.rawStream).pipe(giving.rawStream);
  for (const core of reader.cores) core.giveTo(giving);
  tail.replicateWith(taking);
  try {
    await tail.announce({ origin: reader.origin, keys: reader.keys, checkpoint });
    // What is fetched over a stream that has ended never comes.
    await Promise.race([tail.idle(), broken]);
  } finally {
    tail.forget(taking);
    giving.destroy();
    taking.destroy();
  }
}

/** Rejects when one of them ends, with what it ended for. Ignored once the copy is there: they end with it. */
function brokenOf(ends: readonly SecretStream[]): Promise<never> {
  const broken = new Promise<never>((_, reject) => {
    let cause: unknown;
    for (const end of ends) {
      end.on('error', (error) => {
        cause ??= error;
      });
      end.on('close', () => {
        const message = 'the log could not be copied within this node: ask again';
        reject(new ReplicationError('GROUP_REFUSED', message, { cause }));
      });
    }
  });
  broken.catch(() => undefined);
  return broken;
}
