/**
 * What the threads say to each other about the views: a call by name with its arguments, and its result
 * or its failure. Bytes are handed over, so whoever sends them writes into a buffer of its own.
 */
import { types } from 'node:util';
import type { MessagePort, Worker } from 'node:worker_threads';
import { assert } from '../../base/errors.js';
import type { Engine } from '../view-engine.js';

export type EngineMethod = keyof Engine;

export interface EngineCall {
  readonly id: number;
  readonly method: EngineMethod;
  readonly args: readonly unknown[];
}

export type EngineAnswer =
  | { readonly id: number; readonly result: unknown }
  /** The message of an error; its own kind does not pass from thread to thread. */
  | { readonly id: number; readonly failure: string };

export function postCall(to: Worker, call: EngineCall): void {
  to.postMessage(call, buffersIn(call.args));
}

export function postAnswer(to: MessagePort, answer: EngineAnswer): void {
  to.postMessage(answer, 'result' in answer ? buffersIn([answer.result]) : []);
}

export function isCall(message: unknown): message is EngineCall {
  return typeof message === 'object' && message !== null && 'id' in message && 'method' in message;
}

export function isAnswer(message: unknown): message is EngineAnswer {
  return typeof message === 'object' && message !== null && 'id' in message;
}

/** Buffers that an argument, or a member `rows` of a result, has to itself: only these are large. */
function buffersIn(values: readonly unknown[]): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = [];
  for (const value of values) {
    if (typeof value !== 'object' || value === null || !('rows' in value)) continue;
    const { rows } = value;
    assert(types.isUint8Array(rows), 'rows are bytes');
    const { buffer } = rows;
    if (types.isArrayBuffer(buffer) && buffer.byteLength === rows.byteLength) buffers.push(buffer);
  }
  return buffers;
}
