/** What the tests of `/v1/files` do all the time. */
import { answer, type ReceiptView } from '../../../api/support/ledger-client.js';
import type { RequestOptions, Requests } from '../../../support/test-service.js';

export interface FileView {
  readonly path: string;
  readonly version: string;
  readonly index: number;
  readonly kind: string;
  readonly isLatest: boolean;
  readonly size: number;
  readonly etag: string;
  readonly mediaType: string;
  readonly subject: string;
}

export interface WrittenView {
  readonly file: FileView;
  readonly receipt: ReceiptView;
}

export interface ListView {
  readonly items: readonly FileView[];
  readonly prefixes: readonly string[];
  readonly cursor: string | null;
  readonly asOf: { readonly size: number; readonly rootHash: string };
}

export function filePath(drive: string, path: string): string {
  return `/v1/files/${drive}/${path.split('/').map(encodeURIComponent).join('/')}`;
}

export async function makeDrive(
  node: Requests,
  name: string,
  settings: object = {},
): Promise<object> {
  return answer(node.request(`/v1/files/${name}`, { method: 'PUT', json: settings }), 201);
}

export async function put(
  node: Requests,
  drive: string,
  path: string,
  body: string | Uint8Array,
  options: RequestOptions = {},
): Promise<WrittenView> {
  const request = { method: 'PUT', body, ...options };
  return answer(node.request(filePath(drive, path), request), 201);
}

export async function act(
  node: Requests,
  drive: string,
  path: string,
  action: string,
  json: object = {},
  status = 200,
): Promise<WrittenView> {
  return answer(node.request(`${filePath(drive, path)}?action=${action}`, { json }), status);
}

export async function list(node: Requests, drive: string, query = ''): Promise<ListView> {
  return answer(node.request(`/v1/files/${drive}${query}`));
}

export function paths({ items }: Pick<ListView, 'items'>): string[] {
  return items.map(({ path }) => path);
}

export async function textOf(response: Promise<Response>): Promise<string> {
  return (await response).text();
}

/** Bytes that no compression and no deduplication makes fewer. */
export function noise(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}
