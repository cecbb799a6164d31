/** What the tests of routes do all the time, and the checks that a client of ours would make. */
import { expect } from '@jest/globals';
import type { LeafIndex } from '../../../src/base/brand.js';
import { fromHex, sha256Digest } from '../../../src/base/bytes.js';
import { type Checkpoint, verifyCheckpoint } from '../../../src/tlog/checkpoint.js';
import { verifyInclusion } from '../../../src/tlog/inclusion-proof.js';
import { parseVerifierKey } from '../../../src/tlog/note-key.js';
import { noteVerifier } from '../../../src/tlog/signed-note.js';
import type { RequestOptions, Requests } from '../../support/test-service.js';

export interface ReceiptView {
  readonly id: string;
  readonly index: number;
  readonly leafHash: string;
  readonly recordedAt: string;
  readonly finality: {
    readonly durable: boolean;
    readonly witnessed: boolean;
    readonly anchored: boolean;
  };
  readonly checkpoint: string;
  readonly inclusionProof: readonly string[];
}

export interface LedgerView {
  readonly name: string;
  readonly origin: string;
  readonly verifierKey: string;
  readonly size: number;
  readonly rootHash: string;
  readonly finality: {
    readonly durable: number;
    readonly witnessed: number;
    readonly anchored: number;
  };
}

export const RECORD = {
  type: 'test.Residence',
  subject: 'customer-4711',
  key: 'residence',
  payload: { street: 'Hauptstraße 1', floor: 3 },
} as const;

/** The JSON of an answer that must have this status. */
export async function answer<T>(response: Response | Promise<Response>, status = 200): Promise<T> {
  const { status: given, ...received } = await read(response);
  expect({ status: given, text: received.text }).toMatchObject({ status });
  return JSON.parse(received.text) as T;
}

/** The code of a problem that must have this status. */
export async function problem(
  response: Response | Promise<Response>,
  status: number,
): Promise<string> {
  const awaited = await response;
  expect(awaited.headers.get('content-type')).toBe('application/problem+json');
  return (await answer<{ code: string }>(awaited, status)).code;
}

export async function createLedger(node: Requests, name: string): Promise<LedgerView> {
  return answer(node.request('/v1/ledgers', { json: { name } }), 201);
}

export async function ledgerOf(node: Requests, name: string): Promise<LedgerView> {
  return answer(node.request(`/v1/ledgers/${name}`));
}

export async function append(
  node: Requests,
  ledger: string,
  record: object = RECORD,
  options: RequestOptions = {},
): Promise<ReceiptView> {
  const path = `/v1/ledgers/${ledger}/records`;
  return answer(node.request(path, { json: record, ...options }), 201);
}

/** The answers to a stream of lines; texts are sent as they are. */
export async function appendLines(
  node: Requests,
  ledger: string,
  lines: readonly (object | string)[],
): Promise<Record<string, unknown>[]> {
  const body = lines
    .map((line) => (typeof line === 'string' ? line : JSON.stringify(line)))
    .join('\n');
  const response = await node.request(`/v1/ledgers/${ledger}/records`, {
    body,
    headers: { 'content-type': 'application/x-ndjson' },
  });
  const { status, text } = await read(response);
  expect({ status, text: status === 200 ? '' : text }).toEqual({ status: 200, text: '' });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** A key of another tenant, which is made for it. */
export async function foundTenant(node: Requests, tenant: string): Promise<string> {
  const body = { role: 'admin', tenant };
  return (await answer<{ key: string }>(node.request('/v1/keys', { json: body }), 201)).key;
}

export async function newKey(node: Requests, role: string, key?: string): Promise<string> {
  const options = { json: { role }, ...(key !== undefined && { key }) };
  return (await answer<{ key: string }>(node.request('/v1/keys', options), 201)).key;
}

/** Verifies signature and inclusion, as whoever keeps the receipt would. */
export function verifyReceipt(receipt: ReceiptView, verifierKey: string): Checkpoint {
  const checkpoint = verifyCheckpoint(
    receipt.checkpoint,
    noteVerifier(parseVerifierKey(verifierKey)),
  );
  const isIncluded = verifyInclusion({
    leafHash: digest(receipt.leafHash),
    index: receipt.index as LeafIndex,
    size: checkpoint.size,
    rootHash: checkpoint.rootHash,
    proof: receipt.inclusionProof.map(digest),
  });
  expect(isIncluded).toBe(true);
  return checkpoint;
}

export function digest(hex: string): ReturnType<typeof sha256Digest> {
  return sha256Digest(fromHex(hex));
}

async function read(
  response: Response | Promise<Response>,
): Promise<{ status: number; text: string }> {
  const awaited = await response;
  return { status: awaited.status, text: await awaited.text() };
}
