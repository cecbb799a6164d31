/** What a list of signatures says of those that do not come to their next level, on nodes whose services fail. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../../src/base/brand.js';
import { type LocalServer, localServer } from '../keys/support/local-server.js';
import { issueTo, signCades } from '../signing/support/test-pki.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import {
  openTestService,
  type TestService,
  type TestServiceOptions,
} from '../support/test-service.js';
import { answer, append, createLedger, type ReceiptView } from './support/ledger-client.js';

interface Listed {
  readonly items: readonly {
    readonly recordedAt: string;
    readonly versions: readonly object[];
    readonly waiting?: { readonly step: string; readonly since: string; readonly until?: string };
  }[];
}

const CMS = { 'content-type': 'application/pkcs7-signature' };

let root: string;
let node: TestService;
let record: ReceiptView;

beforeEach(async () => {
  root = await temporaryDirectory();
});

afterEach(async () => {
  await node.service.close();
  await removeDirectory(root);
});

async function open(options: TestServiceOptions): Promise<void> {
  node = await openTestService(root, options);
  await createLedger(node, 'kyc');
  record = await append(node, 'kyc');
}

const signatures = (): string => `/v1/ledgers/kyc/records/${record.id}/signatures`;

const list = (): Promise<Listed> => answer<Listed>(node.request(signatures()));

/** Until the node says that of its signatures. */
async function ready(reason: RegExp): Promise<void> {
  for (;;) {
    const { reasons } = await answer<{ reasons: string[] }>(node.request('/readyz', { key: '' }));
    if (reasons.some((each) => reason.test(each))) return;
  }
}

describe('a signature without a time-stamp', () => {
  let authority: LocalServer;
  beforeEach(async () => {
    authority = await localServer('application/timestamp-reply', () => new Uint8Array(3));
  });
  afterEach(() => authority.close());

  it('is listed with the outage that holds it up: since when, until when, and why', async () => {
    const { url, host } = authority;
    await open({
      timeStamps: 'rfc3161',
      timeStampAuthorities: [{ url, policy: null, host }],
    });
    await answer(node.request(signatures(), { json: { signer: 'seal' } }), 201);
    await ready(/^no time-stamp authority answers/);
    const [item] = (await list()).items;
    expect(item?.versions).toHaveLength(1);
    expect(item?.waiting).toEqual({
      step: 'T',
      since: expect.stringMatching(/Z$/),
      until: expect.stringMatching(/Z$/),
      reason: expect.stringContaining(`${new URL(url).host}: TIME_STAMP_UNUSABLE`),
    });
    const { since = '', until = '' } = item?.waiting ?? {};
    expect(since >= (item?.recordedAt ?? '')).toBe(true);
    expect(until > since).toBe(true);
  });
});

describe('a signature of which nothing more can come', () => {
  it('is listed as set aside, with the reason; others are not', async () => {
    await open({ timeStamps: 'development', signatureGraceMillis: 0 });
    const statement = new Uint8Array(
      await (await node.request(`/v1/ledgers/kyc/records/${record.id}/statement`)).arrayBuffer(),
    );
    const signingTime = Date.now() as UnixMillis;
    const dates = {
      notBefore: (signingTime - 86_400_000) as UnixMillis,
      notAfter: (signingTime + 86_400_000) as UnixMillis,
    };
    const body = signCades(issueTo({ name: 'Officer', ...dates }), statement, { signingTime });
    await answer(node.request(signatures(), { body, headers: CMS }), 201);
    await answer(node.request(signatures(), { json: { signer: 'seal' } }), 201);
    await ready(/^1 signatures cannot be raised/);
    const [foreign, own] = (await list()).items;
    expect(foreign?.waiting).toEqual({
      step: 'LT',
      since: expect.stringMatching(/Z$/),
      reason: 'its certificate led to no trust anchor when it was stamped',
    });
    expect(own).toBeDefined();
    expect(own).not.toHaveProperty('waiting');
  });
});

describe('a node that makes no time-stamps', () => {
  it('has no signature that waits', async () => {
    await open({ timeStamps: 'off' });
    await answer(node.request(signatures(), { json: { signer: 'seal' } }), 201);
    const { items } = await list();
    expect(items).toHaveLength(1);
    expect(items[0]).not.toHaveProperty('waiting');
  });
});
