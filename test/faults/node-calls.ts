/** Requests to a node over HTTP. */
export interface NodeAddress {
  readonly url: string;
  readonly key: string;
}

export interface Wish {
  readonly ledger: string;
  readonly record: {
    readonly type: string;
    readonly subject: string;
    readonly payload: Readonly<Record<string, number | string>>;
  };
  readonly idempotencyKey: string | null;
}

interface Body {
  readonly text: string;
  readonly type: string;
  readonly idempotencyKey?: string | null;
}

/** @throws TypeError if the node goes away before its answer has begun. */
export function call({ url, key }: NodeAddress, path: string, body?: Body): Promise<Response> {
  const headers = new Headers({ authorization: `Bearer ${key}` });
  if (body === undefined) return fetch(`${url}/v1${path}`, { headers });
  const { idempotencyKey = null } = body;
  headers.set('content-type', body.type);
  if (idempotencyKey !== null) headers.set('idempotency-key', idempotencyKey);
  return fetch(`${url}/v1${path}`, { method: 'POST', headers, body: body.text });
}

export function append(node: NodeAddress, wish: Wish): Promise<Response> {
  return call(node, `/ledgers/${wish.ledger}/records`, {
    text: JSON.stringify(wish.record),
    type: 'application/json',
    idempotencyKey: wish.idempotencyKey,
  });
}

/** @throws Error unless the node answers with success. */
export async function ask<T>(node: NodeAddress, path: string, body?: Body): Promise<T> {
  const response = await call(node, path, body);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return JSON.parse(text) as T;
}
