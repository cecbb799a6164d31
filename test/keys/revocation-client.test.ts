import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../../src/base/brand.js';
import { toHex } from '../../src/base/bytes.js';
import { RandomPool } from '../../src/base/random.js';
import { createDevelopmentAuthority } from '../../src/keys/development-authority.js';
import { developmentRevocation } from '../../src/keys/development-revocation.js';
import { outbound } from '../../src/keys/outbound.js';
import { RevocationClient } from '../../src/keys/revocation-client.js';
import { NO_REVOCATION_DATA, type RevocationData } from '../../src/keys/revocation-source.js';
import { parseCertificateList } from '../../src/signing/certificate-list.js';
import { parseCertificate } from '../../src/signing/certificate.js';
import { DerFields } from '../../src/signing/der-fields.js';
import { readDer } from '../../src/signing/der-reader.js';
import { contextTag } from '../../src/signing/der-tag.js';
import { readExplicit, readNested, readOctetString } from '../../src/signing/der-values.js';
import { revocationStatuses } from '../../src/signing/revocation-status.js';
import { NO_REVOCATION_EVIDENCE } from '../../src/signing/revocation.js';
import { trustAnchorFrom } from '../../src/signing/trust-anchor.js';
import { type Identity, issueCa, issueTo, NOW } from '../signing/support/test-pki.js';
import { FakeClock } from '../support/fake-clock.js';
import { type LocalServer, localServer } from './support/local-server.js';
import {
  crlOf,
  crlPlaces,
  DAY_MILLIS,
  deltaCrlOf,
  deltaPlaces,
  ocspOf,
  ocspPlace,
} from './support/revocation-answers.js';

const ca = issueCa({ name: 'Root' });
const stranger = issueCa({ name: 'Root' });
const random = new RandomPool();

let clock: FakeClock;
let server: LocalServer;
let client: RevocationClient;
/** What was asked for, and what is answered: by path. */
let asked: string[];
let requests: IncomingMessage[];
let answers: Record<string, (body: Uint8Array, response: ServerResponse) => Uint8Array | null>;

beforeEach(async () => {
  clock = new FakeClock(NOW);
  asked = [];
  requests = [];
  answers = {};
  server = await localServer('application/octet-stream', (body, request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    requests.push(request);
    const answer = answers[path];
    if (answer !== undefined) {
      if (path.startsWith('/ocsp')) response.setHeader('content-type', 'application/ocsp-response');
      const bytes = answer(body, response);
      if (bytes !== null) response.end(bytes);
    } else response.writeHead(404).end();
    return null;
  });
  client = new RevocationClient({ send: server.send, clock, random });
});
afterEach(() => server.close());

function withPlaces(places: { ocsp?: string; crls?: string[] }, issuer = ca): Identity {
  const { ocsp, crls = [] } = places;
  return issueTo({
    name: 'leaf',
    issuer,
    serialNumber: 7,
    extensions: [
      ...(ocsp === undefined ? [] : [ocspPlace(`${server.url}${ocsp}`)]),
      ...(crls.length === 0 ? [] : [crlPlaces(...crls.map((path) => url(path)))]),
    ],
  });
}

function url(path: string): string {
  return path.startsWith('/') ? `${server.url}${path}` : path;
}

function get(leaf: Identity, madeSince?: number, issuer = ca): Promise<RevocationData> {
  const question = madeSince === undefined ? {} : { madeSince: madeSince as UnixMillis };
  return client.get(leaf.certificate, issuer.certificate, question);
}

/** Contents of the nonce's OCTET STRING in a request. */
function nonceOf(request: Uint8Array): Uint8Array {
  const tbs = DerFields.of(DerFields.of(readDer(request)).next());
  tbs.next();
  const extensions = readExplicit(tbs.next(), contextTag(2));
  const fields = DerFields.of(extensions.children[0] ?? extensions);
  fields.next();
  return readOctetString(readNested(fields.next()));
}

describe('a client of revocation', () => {
  it('asks the OCSP responder, and no CRL once that has answered', async () => {
    const leaf = withPlaces({ ocsp: '/ocsp', crls: ['/crl'] });
    answers['/ocsp'] = (body) =>
      ocspOf(ca, leaf.certificate, { at: clock.now(), nonce: nonceOf(body) });
    const data = await get(leaf);
    expect([data.ocspResponses.length, data.crls.length, data.failures]).toEqual([1, 0, []]);
    expect(requests[0]?.method).toBe('POST');
    expect(requests[0]?.headers['content-type']).toBe('application/ocsp-request');
    expect(asked).toEqual(['/ocsp']);
  });

  it('takes answers that were made before it asked, and none that was made for somebody else', async () => {
    const leaf = withPlaces({ ocsp: '/ocsp' });
    answers['/ocsp'] = () => ocspOf(ca, leaf.certificate, { at: clock.now() - 3_600_000 });
    expect((await get(leaf)).ocspResponses).toHaveLength(1);
    const other = withPlaces({ ocsp: '/ocsp' });
    answers['/ocsp'] = () =>
      ocspOf(ca, other.certificate, { at: clock.now(), nonce: new Uint8Array(16) });
    expect((await get(other)).failures).toMatchObject([{ code: 'REVOCATION_UNAUTHENTICATED' }]);
  });

  it('asks for the CRL where the responder fails, lies or is late, and says why it did', async () => {
    const leaf = withPlaces({ ocsp: '/ocsp', crls: ['/crl'] });
    const lies = [
      [(): Uint8Array => new Uint8Array(3), 'REVOCATION_MALFORMED'],
      [
        (): Uint8Array => ocspOf(stranger, leaf.certificate, { at: clock.now() }),
        'REVOCATION_UNAUTHENTICATED',
      ],
      [
        (): Uint8Array => ocspOf(ca, ca.certificate, { at: clock.now() }),
        'REVOCATION_UNAUTHENTICATED',
      ],
      [
        (): Uint8Array => ocspOf(ca, leaf.certificate, { at: clock.now() - 2 * DAY_MILLIS }),
        'REVOCATION_STALE',
      ],
      [
        (): Uint8Array => ocspOf(ca, leaf.certificate, { at: clock.now() + 3_600_000 }),
        'REVOCATION_STALE',
      ],
    ] as const;
    for (const [lie, code] of lies) {
      answers['/ocsp'] = lie;
      const crl = crlOf(ca, { at: clock.now() });
      answers['/crl'] = () => crl;
      const { crls, failures } = await get(leaf);
      expect([crls.map(toHex), failures]).toEqual([
        [toHex(crl)],
        [{ kind: 'ocsp', host: new URL(server.url).host, code }],
      ]);
      clock.advance(2 * DAY_MILLIS);
    }
    const before = asked.length;
    delete answers['/ocsp'];
    answers['/crl'] = () => crlOf(ca, { at: clock.now() });
    expect((await get(leaf)).failures).toMatchObject([{ code: 'OUTBOUND_STATUS' }]);
    expect(asked.length).toBe(before + 2);
  });

  it('keeps a CRL until it is superseded, and then asks for changes only', async () => {
    const leaf = withPlaces({ crls: ['/crl'] });
    const tag = '"1"';
    let crl = crlOf(ca, { at: clock.now() });
    answers['/crl'] = (_, response) => {
      response.setHeader('etag', tag);
      if (requests.at(-1)?.headers['if-none-match'] !== tag) return crl;
      response.writeHead(304).end();
      return null;
    };
    for (let time = 0; time < 3; time++) expect((await get(leaf)).crls).toHaveLength(1);
    expect(asked).toHaveLength(1);
    clock.advance(DAY_MILLIS + 1_000);
    const { crls, failures } = await get(leaf);
    expect([crls, failures[0]?.code]).toEqual([[], 'REVOCATION_STALE']);
    expect(requests[1]?.headers['if-none-match']).toBe(tag);
    clock.advance(60_001);
    crl = crlOf(ca, { at: clock.now() });
    answers['/crl'] = () => crl;
    expect((await get(leaf)).crls.map(toHex)).toEqual([toHex(crl)]);
  });

  it('gives only what was made since, where that is asked for', async () => {
    const leaf = withPlaces({ crls: ['/crl'] });
    const old = crlOf(ca, { at: clock.now() });
    answers['/crl'] = () => old;
    const signedAt = clock.now() + 1_000;
    clock.advance(2_000);
    expect((await get(leaf, signedAt)).failures).toMatchObject([{ code: 'REVOCATION_STALE' }]);
    // It is good enough for whoever does not ask for that, and asked for once a minute only.
    expect((await get(leaf)).crls).toHaveLength(1);
    expect((await get(leaf, signedAt)).failures).toMatchObject([{ code: 'REVOCATION_STALE' }]);
    expect(asked).toHaveLength(1);
    clock.advance(60_000);
    const fresh = crlOf(ca, { at: clock.now() });
    answers['/crl'] = () => fresh;
    expect((await get(leaf, signedAt)).crls.map(toHex)).toEqual([toHex(fresh)]);
  });

  it('asks a place that failed once a minute, and once for all who ask at once', async () => {
    const leaf = withPlaces({ crls: ['/crl'] });
    const all = await Promise.all(Array.from({ length: 9 }, () => get(leaf)));
    for (const { failures } of all) expect(failures).toMatchObject([{ code: 'OUTBOUND_STATUS' }]);
    await get(leaf);
    expect(asked).toHaveLength(1);
    clock.advance(60_001);
    await get(leaf);
    expect(asked).toHaveLength(2);
  });

  it('does not let the certificate of another issuer spoil a place', async () => {
    const leaf = withPlaces({ crls: ['/crl'] });
    const crl = crlOf(ca, { at: clock.now() });
    answers['/crl'] = () => crl;
    const forged = withPlaces({ crls: ['/crl'] }, stranger);
    expect((await get(forged, undefined, stranger)).failures).toMatchObject([
      { code: 'REVOCATION_UNAUTHENTICATED' },
    ]);
    expect((await get(leaf)).crls).toHaveLength(1);
    await get(forged, undefined, stranger);
    expect((await get(leaf)).crls).toHaveLength(1);
    expect(asked).toHaveLength(2);
  });

  it('tells of a revocation as it tells of none', async () => {
    const leaf = withPlaces({ crls: ['/crl'] });
    const at = (NOW - 5_000) as UnixMillis;
    const revoked = [
      { serialNumber: leaf.certificate.serialNumber, at, reason: 'keyCompromise' as const },
    ];
    answers['/crl'] = () => crlOf(ca, { at: clock.now(), revoked });
    const { crls } = await get(leaf);
    const [status] = revocationStatuses(
      { certificates: [leaf.certificate], anchor: trustAnchorFrom(ca.certificate) },
      0,
      {
        evidence: { ...NO_REVOCATION_EVIDENCE, crls: crls.map(parseCertificateList) },
        intermediates: [],
        at: NOW,
      },
    );
    expect(status?.outcome).toEqual({ kind: 'revoked', at, reason: 'keyCompromise' });
  });

  it('adds what has changed since, where the certificate says where to ask for it', async () => {
    const leaf = issueTo({
      name: 'leaf',
      issuer: ca,
      serialNumber: 7,
      extensions: [crlPlaces(url('/crl')), deltaPlaces(url('/delta'))],
    });
    const crl = crlOf(ca, { at: clock.now() - 3_600_000 });
    const revoked = [
      { serialNumber: leaf.certificate.serialNumber, at: (NOW - 1_000) as UnixMillis },
    ];
    const delta = deltaCrlOf(ca, { at: clock.now(), revoked });
    answers['/crl'] = () => crl;
    answers['/delta'] = () => delta;
    const data = await get(leaf);
    expect([data.crls.map(toHex), data.failures]).toEqual([[toHex(crl), toHex(delta)], []]);
    await get(leaf);
    expect(asked).toEqual(['/crl', '/delta']);

    // One that cannot be had, or is none, leaves the complete list, which says so little by itself.
    client = new RevocationClient({ send: server.send, clock, random });
    answers['/delta'] = () => crl;
    const without = await get(leaf);
    expect([without.crls.map(toHex), without.failures.map(({ code }) => code)]).toEqual([
      [toHex(crl)],
      ['REVOCATION_UNAUTHENTICATED'],
    ]);
  });

  it('asks neither directories nor hosts that are not allowed, and nobody where none is named', async () => {
    const unnamed = withPlaces({});
    expect(await get(unnamed)).toEqual(NO_REVOCATION_DATA);
    const elsewhere = withPlaces({
      crls: ['ldap://ldap.example.com/cn=x?certificateRevocationList', 'http://169.254.169.254/x'],
    });
    expect((await get(elsewhere)).failures).toEqual([
      { kind: 'crl', host: '169.254.169.254', code: 'OUTBOUND_HOST_REFUSED' },
    ]);
    expect(asked).toEqual([]);
  });

  it('reads no list that is too large, and goes on to the next place', async () => {
    const leaf = withPlaces({ crls: ['/large', '/crl'] });
    answers['/large'] = () => new Uint8Array(3 * 1024 * 1024);
    answers['/crl'] = () => crlOf(ca, { at: clock.now() });
    const { crls, failures } = await get(leaf);
    expect([crls.length, failures.map(({ code }) => code)]).toEqual([1, ['OUTBOUND_TOO_LARGE']]);
  });

  it('gives up what is under way when the node stops', async () => {
    const stopping = new AbortController();
    const leaf = withPlaces({ crls: ['/crl'] });
    answers['/crl'] = () => {
      stopping.abort();
      return null;
    };
    const { send } = server;
    client = new RevocationClient({ send, clock, random, signal: stopping.signal });
    expect((await get(leaf)).failures).toMatchObject([{ code: 'OUTBOUND_CANCELLED' }]);
  });
});

describe('the revocation of the development authority', () => {
  it('says of its own certificates that they are good, as of now, and leaves others to others', async () => {
    const made = createDevelopmentAuthority({
      at: clock.now(),
      random: (length) => new Uint8Array(length).map(() => Math.random() * 256),
    });
    const none = outbound({ hosts: [], timeoutMillis: 1, idleMillis: 1, perHost: 1 });
    const others = new RevocationClient({ send: none, clock, random });
    const source = developmentRevocation(made, clock, others);
    const root = parseCertificate(made.caCertificate);
    for (const der of [made.sealCertificate, made.timeStampCertificate]) {
      clock.advance(60_000);
      const { crls } = await source.get(parseCertificate(der), root);
      const lists = crls.map(parseCertificateList);
      expect(lists.map(({ thisUpdate }) => thisUpdate)).toEqual([clock.now()]);
      const statuses = revocationStatuses(
        { certificates: [parseCertificate(der)], anchor: trustAnchorFrom(root) },
        0,
        {
          evidence: { ...NO_REVOCATION_EVIDENCE, crls: lists },
          intermediates: [],
          at: clock.now(),
        },
      );
      expect(statuses.map(({ outcome }) => outcome.kind)).toEqual(['good']);
    }
    const leaf = withPlaces({ crls: ['/crl'] });
    expect((await source.get(leaf.certificate, ca.certificate)).failures).toMatchObject([
      { code: 'OUTBOUND_HOST_REFUSED' },
    ]);
  });
});
