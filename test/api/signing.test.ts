/** Signing with a key that is elsewhere, over HTTP alone: in two steps, or by a CMS as others write it. */
import { createHash, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../../src/base/brand.js';
import { keyUsage } from '../../src/signing/certificate-builder.js';
import { parseSignedData } from '../../src/signing/cms-signed-data.js';
import { type Identity, issueTo, newKey, signCades } from '../signing/support/test-pki.js';
import { openSuiteService } from '../support/suite-service.js';
import type { TestService } from '../support/test-service.js';
import {
  answer,
  append,
  createLedger,
  problem,
  type ReceiptView,
} from './support/ledger-client.js';

interface Prepared {
  readonly prepared: string;
  readonly toBeSigned: string;
  readonly digestAlgorithm: string;
  readonly digest: string;
  readonly signatureAlgorithm: string;
}

interface Attached {
  readonly receipt: ReceiptView;
  readonly report: { readonly intact: boolean; readonly signer: { readonly subject: string } };
}

const RECORDS = '/v1/ledgers/kyc/records';
const CMS = { 'content-type': 'application/pkcs7-signature' };
const DAY_MILLIS = 86_400_000;
const now = Date.now();
const dates = {
  notBefore: (now - DAY_MILLIS) as UnixMillis,
  notAfter: (now + DAY_MILLIS) as UnixMillis,
};
const officer = issueTo({ name: 'Officer', ...dates });
const chief = issueTo({ name: 'Chief', privateKey: newKey('RSA-2048'), ...dates });

let node: TestService;
let record: ReceiptView;

openSuiteService(async (opened) => {
  node = opened;
  await createLedger(node, 'kyc');
  record = await append(node, 'kyc');
});

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const pem = ({ certificate }: Identity): string =>
  `-----BEGIN CERTIFICATE-----\n${base64(certificate.der).replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;

function prepare(id: string, json: object): Promise<Response> {
  return node.request(`${RECORDS}/${id}/signatures/prepare`, { json: { ...json } });
}

function complete(id: string, { prepared }: Prepared, value: Uint8Array): Promise<Response> {
  const json = { prepared, signatureValue: base64(value) };
  return node.request(`${RECORDS}/${id}/signatures`, { json });
}

function signed(key: KeyObject, { toBeSigned }: Prepared, isRaw = false): Uint8Array {
  const bytes = Buffer.from(toBeSigned, 'base64');
  return sign('sha256', bytes, isRaw ? { key, dsaEncoding: 'ieee-p1363' } : { key });
}

describe('signing in two steps', () => {
  it('takes ECDSA as DER and as r ‖ s, and keeps DER', async () => {
    for (const isRaw of [false, true]) {
      const made = await answer<Prepared>(prepare(record.id, { certificate: pem(officer) }), 200);
      expect(made).toMatchObject({ digestAlgorithm: 'sha256', signatureAlgorithm: 'ecdsa-sha256' });
      const digest = createHash('sha256').update(Buffer.from(made.toBeSigned, 'base64'));
      expect(made.digest).toBe(digest.digest('base64'));
      const value = signed(officer.privateKey, made, isRaw);
      const { receipt, report } = await answer<Attached>(complete(record.id, made, value), 201);
      expect(report).toMatchObject({ intact: true, signer: { subject: 'CN=Officer' } });
      const { payload } = await answer<{ payload: string }>(
        node.request(`${RECORDS}/${receipt.id}`),
      );
      const { signer } = parseSignedData(Buffer.from(payload, 'base64'));
      expect(signer.signature[0]).toBe(0x30);
    }
  });

  it('takes RSA, a certificate as base64, a chain, and the algorithm and time that are named', async () => {
    const signingTime = new Date(now - 1000).toISOString();
    const terms = {
      certificate: base64(chief.certificate.der),
      chain: [pem(officer)],
      algorithm: 'rsa-pkcs1-sha256',
      signingTime,
    };
    const made = await answer<Prepared>(prepare(record.id, terms), 200);
    const attached = complete(record.id, made, signed(chief.privateKey, made));
    expect((await answer<Attached>(attached, 201)).report).toMatchObject({
      intact: true,
      claimedSigningTime: `${signingTime.slice(0, 19)}.000Z`,
    });
  });

  it('countersigns a signature, which a list under the record shows', async () => {
    const made = await answer<Prepared>(prepare(record.id, { certificate: pem(officer) }), 200);
    const value = signed(officer.privateKey, made);
    const first = await answer<Attached>(complete(record.id, made, value), 201);
    const over = await answer<Prepared>(
      prepare(first.receipt.id, { certificate: pem(chief) }),
      200,
    );
    const second = complete(first.receipt.id, over, signed(chief.privateKey, over));
    const { receipt } = await answer<Attached>(second, 201);
    const { items } = await answer<{ items: readonly { id: string; of: string; depth: number }[] }>(
      node.request(`${RECORDS}/${record.id}/signatures`),
    );
    expect(items.find(({ id }) => id === receipt.id)).toMatchObject({
      of: first.receipt.id,
      depth: 2,
    });
  });

  it('attaches nothing that does not verify, and says what is wrong', async () => {
    const other = await append(node, 'kyc');
    const made = await answer<Prepared>(prepare(record.id, { certificate: pem(officer) }), 200);
    const value = signed(officer.privateKey, made);
    const { size } = await answer<{ size: number }>(node.request('/v1/ledgers/kyc'));
    expect(await problem(complete(other.id, made, value), 400)).toBe('SIGNING_REFUSED');
    const by = signed(chief.privateKey, made);
    expect(await problem(complete(record.id, made, by), 400)).toBe('SIGNATURE_REFUSED');
    const short = value.subarray(1);
    expect(await problem(complete(record.id, made, short), 400)).toBe('SIGNATURE_REFUSED');
    const altered = { ...made, prepared: made.prepared.replace(/^e/, 'f') };
    expect(await problem(complete(record.id, altered, value), 400)).toBe('SIGNING_REFUSED');
    const later = {
      ...made,
      prepared: reprepared(made, { signingTime: '2026-01-01T00:00:00.000Z' }),
    };
    expect(await problem(complete(record.id, later, value), 400)).toBe('SIGNING_REFUSED');
    expect((await answer<{ size: number }>(node.request('/v1/ledgers/kyc'))).size).toBe(size);
  });

  it('refuses to prepare what could not be completed', async () => {
    const forServers = issueTo({ name: 'TLS', extensions: [keyUsage('keyCertSign')], ...dates });
    const certificate = pem(officer);
    for (const [json, code] of [
      [{ certificate: pem(forServers) }, 'SIGNING_REFUSED'],
      [{ certificate, algorithm: 'rsa-pss-sha256' }, 'SIGNING_REFUSED'],
      [{ certificate, signingTime: '2020-01-01T00:00:00.000Z' }, 'SIGNING_REFUSED'],
      [{ certificate: base64(Uint8Array.of(0x30, 0)) }, 'CERTIFICATE_MALFORMED'],
      [{ certificate: 'not base64!' }, 'REQUEST_INVALID'],
      [{ certificate, algorithm: 'md5' }, 'REQUEST_INVALID'],
      [{}, 'REQUEST_INVALID'],
    ] as const)
      expect(await problem(prepare(record.id, json), 400)).toBe(code);
    expect(await problem(prepare('0', { certificate }), 409)).toBe('SIGNATURE_OF_NO_RECORD');
  });
});

describe('a CMS that others wrote', () => {
  it('is attached in BER too, and kept as DER', async () => {
    const statement = new Uint8Array(
      await (await node.request(`${RECORDS}/${record.id}/statement`)).arrayBuffer(),
    );
    const cms = signCades(officer, statement, { signingTime: now as UnixMillis });
    // The outermost SEQUENCE with an indefinite length.
    const ber = Uint8Array.of(0x30, 0x80, ...cms.subarray(4), 0, 0);
    expect(cms[1]).toBe(0x82);
    const request = { body: ber, headers: CMS };
    const { receipt } = await answer<Attached>(
      node.request(`${RECORDS}/${record.id}/signatures`, request),
      201,
    );
    const { payload } = await answer<{ payload: string }>(node.request(`${RECORDS}/${receipt.id}`));
    expect(payload).toBe(base64(cms));
  });
});

function reprepared({ prepared }: Prepared, change: object): string {
  const terms = JSON.parse(Buffer.from(prepared, 'base64url').toString()) as object;
  return Buffer.from(JSON.stringify({ ...terms, ...change })).toString('base64url');
}
