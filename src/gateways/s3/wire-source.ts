/** The bytes of a body as they come over the connection: begun when somebody reads, and never waited for without end. */
import type { IncomingMessage } from 'node:http';
import { S3Error } from './s3-error.js';

export interface WireOptions {
  /** Before the first byte is waited for: lets a client that waits for `100 Continue` begin. */
  readonly onBegin: () => void;
  /** How long nothing may come. */
  readonly idleMillis: number;
}

/**
 * Leaves the connection open when it is left early: the answer still has to go there.
 * @throws S3Error RequestTimeout, IncompleteBody.
 */
export async function* wireSource(
  message: IncomingMessage,
  { onBegin, idleMillis }: WireOptions,
): AsyncGenerator<Uint8Array, void> {
  onBegin();
  const pieces = message.iterator({ destroyOnReturn: false });
  try {
    for (;;) {
      const next = await within(idleMillis, pieces.next());
      if (next.done === true) return;
      yield next.value as Uint8Array;
    }
  } finally {
    void pieces.return?.(undefined).catch(() => undefined);
  }
}

async function within<T>(millis: number, coming: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new S3Error('RequestTimeout', `the body stood still for ${millis} ms: send it again`));
    }, millis);
  });
  try {
    return await Promise.race([coming, tooLate]);
  } catch (cause) {
    if (cause instanceof S3Error) throw cause;
    throw new S3Error('IncompleteBody', 'the connection ended before the body', { cause });
  } finally {
    clearTimeout(timer);
  }
}
