/** Operations over drives of a real store, asked as the port asks them. */
import { createHash } from 'node:crypto';
import { type Action, authorize, type Role } from '../../../../src/access/authorize.js';
import type { KeyId } from '../../../../src/access/key-text.js';
import type { UnixMillis } from '../../../../src/base/brand.js';
import { s3Operations } from '../../../../src/gateways/s3/operations/serve-operations.js';
import type { S3Access } from '../../../../src/gateways/s3/s3-access.js';
import type { S3Answer } from '../../../../src/gateways/s3/s3-answer.js';
import { S3Error } from '../../../../src/gateways/s3/s3-error.js';
import type { S3OperationName } from '../../../../src/gateways/s3/s3-operation-names.js';
import type { S3Headers, S3Request } from '../../../../src/gateways/s3/s3-request.js';
import { writeXml } from '../../../../src/gateways/s3/xml-writer.js';
import { allOf, openTestDrives, TENANT, type TestDrives } from '../../../support/test-drives.js';

export interface Caller {
  readonly author: string;
  readonly role: Role;
}

export const ANNA: Caller = { author: 'anna', role: 'admin' };
export const BERT: Caller = { author: 'bert', role: 'writer' };
export const CARA: Caller = { author: 'cara', role: 'reader' };
export const NOBODY = null;

export interface Asked {
  readonly as?: Caller | null;
  readonly bucket?: string;
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly form?: Readonly<Record<string, string>>;
}

export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The document, or the content. */
  readonly text: string;
  readonly answer: S3Answer;
}

/** Refused tries, and acts that were begun and ended, in their order. */
export type Entered = readonly [what: 'refused' | 'begun' | 'ended', action: Action];

export interface TestOperations {
  readonly node: TestDrives;
  readonly entered: Entered[];
  /** @throws what the operation throws. */
  ask(operation: S3OperationName, asked?: Asked): Promise<Told>;
  close(): Promise<void>;
}

export async function openOperations(
  root: string,
  { now = () => Date.now() as UnixMillis, longBytes = Infinity } = {},
): Promise<TestOperations> {
  const node = await openTestDrives(root);
  const entered: Entered[] = [];
  const operations = s3Operations({
    drives: node.drives,
    access: accessOf(entered),
    clock: { now },
    longBytes,
  });
  return {
    node,
    entered,
    async ask(operation, asked = {}) {
      const handler = operations[operation];
      if (handler === undefined) throw new Error(`${operation} is not served`);
      const answer = await handler(requestOf(operation, asked));
      return {
        status: answer.status,
        headers: answer.headers,
        text: await textOf(answer),
        answer,
      };
    },
    close: () => node.close(),
  };
}

async function textOf({ body }: S3Answer): Promise<string> {
  switch (body.kind) {
    case 'none':
      return '';
    case 'xml':
      return writeXml(body.document);
    case 'late-xml':
      return writeXml(await body.document());
    case 'stream':
      return (await allOf(body.bytes)).toString();
  }
}

/** By the table of actions alone: no grants, nothing hidden. */
function accessOf(entered: Entered[]): S3Access {
  const allows: S3Access['allows'] = ({ caller }, action, { tenant }) => {
    if (caller === null) return false;
    try {
      authorize(caller.principal, action, tenant);
      return true;
    } catch {
      return false;
    }
  };
  const refused: S3Access['refused'] = (_, action) => {
    entered.push(['refused', action]);
    return Promise.resolve();
  };
  return {
    allows,
    refused,
    hides: () => false,
    async require(request, action, place) {
      if (allows(request, action, place)) return;
      await refused(request, action, place, 'ACCESS_DENIED');
      throw new S3Error('AccessDenied', 'the role does not allow it');
    },
    async act(_, action, __, ___, take) {
      entered.push(['begun', action]);
      const { result } = await take();
      entered.push(['ended', action]);
      return result;
    },
  };
}

function requestOf(operation: S3OperationName, asked: Asked): S3Request {
  const { as = ANNA, bucket = null, key = null, query = {}, headers = {}, body = '', form } = asked;
  const bytes = Buffer.from(body);
  return {
    ...{ id: 'request', operation, bucket, key, origin: 'http://localhost' },
    method: methodOf(operation),
    query: new Map(Object.entries(query)),
    headers: headersOf(headers),
    caller:
      as === null
        ? null
        : {
            principal: { ...as, keyId: `key:${as.author}` as unknown as KeyId, tenant: TENANT },
            accessKeyId: 'CHIROS3K000000000000',
          },
    body: {
      expectedLength: bytes.length,
      hasDigest: false,
      facts: () => ({
        length: bytes.length,
        md5: createHash('md5').update(bytes).digest(),
        checksums: [],
      }),
      async *[Symbol.asyncIterator]() {
        await Promise.resolve();
        if (bytes.length > 0) yield bytes;
      },
    },
    form: form === undefined ? null : new Map(Object.entries(form)),
    resource: `/${bucket ?? ''}/${key ?? ''}`,
    signal: new AbortController().signal,
  };
}

/** As far as anything here looks at it. */
function methodOf(operation: S3OperationName): string {
  if (operation === 'Preflight') return 'OPTIONS';
  if (operation.startsWith('Head')) return 'HEAD';
  if (operation.startsWith('Delete') && operation !== 'DeleteObjects') return 'DELETE';
  return operation.startsWith('Get') || operation.startsWith('List') ? 'GET' : 'PUT';
}

function headersOf(headers: Readonly<Record<string, string>>): S3Headers {
  return {
    get: (name) => headers[name],
    startingWith: (prefix) =>
      Object.entries(headers)
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, value]) => [name.slice(prefix.length), value] as const)
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  };
}
