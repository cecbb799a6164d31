/** Two ends of one Noise link within a process. */
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
      const closed = [one, other].map(
        (end) =>
          new Promise<void>((resolve) =>
            end.destroyed
              ? resolve()
              : end.once('close', () => {
                  resolve();
                }),
          ),
      );
      one.destroy();
      other.destroy();
      await Promise.all(closed);
    },
  };
}
