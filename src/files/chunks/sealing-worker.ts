/** The program of the thread that seals content. */
import { parentPort } from 'node:worker_threads';
import { assert } from '../../base/errors.js';
import { ContentSealer } from './content-sealer.js';
import { packPieces, type SealingAnswer, type SealingRequest } from './sealing-messages.js';

const port = parentPort;
assert(port !== null, 'it runs in a thread');
const sealers = new Map<number, ContentSealer>();

function sealerOf(id: number): ContentSealer {
  const sealer = sealers.get(id);
  assert(sealer !== undefined, 'it was begun');
  return sealer;
}

function answer(message: SealingAnswer, give: ArrayBuffer[] = []): void {
  port?.postMessage(message, give);
}

port.on('message', (request: SealingRequest) => {
  const { id } = request;
  switch (request.kind) {
    case 'begin':
      sealers.set(id, new ContentSealer(request.options));
      return;
    case 'seal': {
      const packed = packPieces(sealerOf(id).seal(request.slab));
      answer({ kind: 'sealed', id, ...packed }, [packed.names.buffer, packed.blocks.buffer]);
      return;
    }
    case 'digests':
      answer({ kind: 'digests', id, digests: sealerOf(id).digests() });
      return;
    case 'drop':
      sealers.delete(id);
  }
});
