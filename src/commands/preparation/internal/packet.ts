/**
 * What the threads say to each other about one batch, in this order: `prepare` →, each at most once
 * (← `findSchemas`, `foundSchemas` →), (← `findFiles`, `foundFiles` →), (← `find`, `found` →), ← `prepared`. The bytes are
 * handed over with it.
 */
import { types } from 'node:util';
import type { MessagePort, Worker } from 'node:worker_threads';
import { assert } from '../../../base/errors.js';

const KINDS = [
  'prepare',
  'findSchemas',
  'foundSchemas',
  'findFiles',
  'foundFiles',
  'find',
  'found',
  'prepared',
] as const;

export interface Packet {
  readonly kind: (typeof KINDS)[number];
  /** Of the batch. */
  readonly id: number;
  readonly bytes: Uint8Array;
}

export function post(to: MessagePort | Worker, { kind, id, bytes }: Packet): void {
  const { buffer } = bytes;
  assert(types.isArrayBuffer(buffer), 'a codec writes into a buffer of its own');
  to.postMessage({ kind, id, bytes }, [buffer]);
}

export function packetOf(message: unknown): Packet {
  assert(
    typeof message === 'object' &&
      message !== null &&
      'kind' in message &&
      'id' in message &&
      'bytes' in message,
    'threads send each other packets',
  );
  const { id, bytes } = message;
  const kind = KINDS.find((one) => one === message.kind);
  assert(kind !== undefined && typeof id === 'number', 'a packet has a kind and an id');
  assert(types.isUint8Array(bytes), 'a packet carries bytes');
  return { kind, id, bytes };
}
