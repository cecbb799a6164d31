/** Two ends of one Noise link within a process. */
import { once } from 'node:events';
import SecretStream from '@hyperswarm/secret-stream';

export interface Link {
  readonly ends: readonly [SecretStream, SecretStream];
  close(): Promise<void>;
}

export function link(): Link {
  const [one, other] = [new SecretStream(true), new SecretStream(false)];
  one.rawStream.pipe(other.rawStream).pipe(one.rawStream);
  for (const end of [one, other]) end.on('error', () => undefined);
  return {
    ends: [one, other],
    close: async () => {
      const closed = [one, other].filter((end) => !end.destroyed).map((end) => once(end, 'close'));
      one.destroy();
      other.destroy();
      await Promise.all(closed);
    },
  };
}
