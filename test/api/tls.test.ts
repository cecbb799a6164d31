import { createHash } from 'node:crypto';
import { connect as connectPlain } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Router } from 'express';
import { CertificateAuthenticator } from '../../src/access/certificate-authenticator.js';
import type { TlsMaterial } from '../../src/api/tls.js';
import { utf8 } from '../../src/base/bytes.js';
import { readCertificateTable } from '../../src/settings/certificate-table-setting.js';
import { derName } from '../../src/signing/distinguished-name.js';
import type { Identity, Order } from '../signing/support/test-pki.js';
import { newKey } from '../signing/support/test-pki.js';
import { FakeClock } from '../support/fake-clock.js';
import {
  authority,
  clientOf,
  daysFromToday,
  FOR_SERVERS,
  keyPem,
  pem,
  serverOf,
} from '../support/tls-pki.js';
import { startTestNode, type TestNode, type TestNodeOptions } from './support/test-node.js';
import { type TlsAnswer, type TlsClient, tlsClient } from './support/tls-client.js';

const site = authority('Site CA');
const server = serverOf(site);
const staff = authority('Staff CA');
const branch = authority('Branch CA', { issuer: staff });
const stranger = authority('Staff CA');

const alice = clientOf(staff, { names: { email: 'alice@bank.example', uri: 'urn:staff:alice' } });
const GRANT = { tenant: 'default', role: 'writer', author: 'alice' };
const ALICE = { issuer: 'CN=Staff CA', email: 'alice@bank.example', ...GRANT };

function material(of: Identity = server, ca: Identity | null = staff): TlsMaterial {
  const clientCa = ca === null ? null : utf8(pem(ca));
  return { certificate: utf8(pem(of)), key: utf8(keyPem(of)), clientCa };
}

async function startNode(
  table: readonly object[],
  options: Partial<TestNodeOptions> = {},
): Promise<TestNode> {
  const rows = readCertificateTable(JSON.parse(JSON.stringify(table)) as never);
  return startTestNode({
    clock: new FakeClock(Date.now()),
    tls: material(),
    authenticators: (clock) => [new CertificateAuthenticator(rows, clock)],
    testRoutes: (guard) => {
      const router = Router();
      router.get(
        '/who',
        guard('record:read', (principal, _request, response) => {
          response.json(principal);
        }),
      );
      router.get(
        '/held',
        guard('record:read', async (_principal, request, response) => {
          response.setHeader('Content-Type', 'application/json');
          if ('begun' in request.query) response.write('{');
          await new Promise<void>((resolve) => held.push(resolve));
          response.end('begun' in request.query ? '}' : '{}');
        }),
      );
      return router;
    },
    ...options,
  });
}

/** Requests in the middle of their answers. */
const held: (() => void)[] = [];

let clients: TlsClient[] = [];

afterEach(() => {
  for (const client of clients) client.close();
  clients = [];
});

function clientFor(node: TestNode, ...chain: readonly Identity[]): TlsClient {
  const client = tlsClient(node.url, site, chain);
  clients.push(client);
  return client;
}

async function who(node: TestNode, ...chain: readonly Identity[]): Promise<TlsAnswer> {
  return clientFor(node, ...chain).get('/test/who');
}

function handshake(node: TestNode, options: ConnectionOptions): Promise<TLSSocket> {
  const { hostname, port } = new URL(node.url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), ca: pem(site), ...options });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      resolve(socket);
    });
  });
}

async function sessionOf(open: TLSSocket): Promise<Buffer> {
  const session = await new Promise<Buffer>((resolve) => {
    open.once('session', resolve);
    open.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
  });
  open.destroy();
  return session;
}

describe('a node with a certificate', () => {
  let node: TestNode;
  beforeAll(async () => {
    node = await startNode([ALICE]);
  });

  it('speaks HTTPS, in which API keys are good as before', async () => {
    expect(node.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const client = clientFor(node);
    const headers = { authorization: `Bearer ${node.adminKey}` };
    expect((await client.get('/v1/keys', headers)).status).toBe(200);
    const without = await client.get('/v1/keys');
    expect(without).toMatchObject({ status: 401, body: { code: 'ACCESS_KEY_MISSING' } });
    expect(without.headers['www-authenticate']).toBe('Bearer realm="chirograph"');
    await expect(tlsClient(node.url, staff).get('/healthz')).rejects.toThrow();
  });

  it('speaks no version of TLS before 1.2, and no cipher without forward secrecy', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const socket = await handshake(node, { minVersion: version, maxVersion: version });
      expect(socket.getProtocol()).toBe(version);
      socket.destroy();
    }
    for (const options of [
      { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' },
      { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256:AES256-SHA' },
      { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-SHA:ECDHE-ECDSA-AES128-SHA256' },
    ] as const)
      await expect(handshake(node, options)).rejects.toThrow();
  });

  it('answers nothing in clear, and goes on', async () => {
    const { hostname, port } = new URL(node.url);
    const received = await new Promise<string>((resolve) => {
      const socket = connectPlain(Number(port), hostname);
      let text = '';
      socket.setEncoding('latin1').on('data', (part: string) => (text += part));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        resolve(text);
      });
      socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    });
    expect(received).not.toContain('HTTP/');
    expect((await clientFor(node).get('/healthz')).status).toBe(200);
  });
});

describe('a client certificate', () => {
  it('logs in who is entered for it, without any key', async () => {
    const node = await startNode([ALICE]);
    const { status, body } = await who(node, alice);
    expect([status, body]).toEqual([
      200,
      { keyId: expect.stringMatching(/^cert:[0-9a-f]{32}$/), roles: [GRANT.role], ...GRANT },
    ]);
    // Renewed, with another key: the same holder.
    const renewed = clientOf(staff, { names: { email: 'alice@bank.example' }, serialNumber: 9 });
    expect((await who(node, renewed)).body).toEqual(body);
  });

  it.each<[string, object, Partial<Order> & { names?: object }]>([
    [
      'its e-mail address',
      { issuer: 'CN=Staff CA', email: 'b@x.example' },
      { names: { email: 'b@x.example' } },
    ],
    ['its URI', { issuer: 'CN=Staff CA', uri: 'spiffe://x/b' }, { names: { uri: 'spiffe://x/b' } }],
    ['its host name', { issuer: 'CN=Staff CA', dns: 'b.example' }, { names: { dns: 'b.example' } }],
    [
      'its subject',
      { issuer: 'CN=Staff CA', subject: 'CN=Zoë \\+ Söhne,O=Bank\\, Ltd,C=LI' },
      {
        subject: derName([
          ['C', 'LI'],
          ['O', 'Bank, Ltd'],
          ['CN', 'Zoë + Söhne'],
        ]),
      },
    ],
  ])('is known by %s, to the letter and of this issuer only', async (_name, holder, order) => {
    const node = await startNode([{ ...holder, ...GRANT }]);
    expect((await who(node, clientOf(staff, order))).status).toBe(200);
    // The intermediate authority is as good as the root, and has another name.
    const ofBranch = await who(node, clientOf(branch, order), branch);
    expect(ofBranch).toMatchObject({ status: 401, body: { code: 'ACCESS_CERTIFICATE_UNKNOWN' } });
    const [key, value] = Object.entries(holder)[1] as [string, string];
    for (const other of [value.toUpperCase(), `${value} `, value.slice(1), '*'])
      expect(
        (
          await who(
            await startNode([{ ...holder, ...GRANT, [key]: other }]),
            clientOf(staff, order),
          )
        ).status,
      ).toBe(401);
  });

  it('is known by its key, whoever of the authorities has signed it', async () => {
    const privateKey = newKey();
    const own = clientOf(branch, { privateKey });
    const spkiSha256 = createHash('sha256')
      .update(own.certificate.subjectPublicKeyInfo)
      .digest('hex');
    const node = await startNode([{ spkiSha256, ...GRANT }]);
    expect((await who(node, own, branch)).status).toBe(200);
    expect((await who(node, clientOf(staff, { privateKey }))).status).toBe(200);
    expect((await who(node, clientOf(staff))).status).toBe(401);
    // Without what leads to the authority.
    expect((await who(node, own)).status).toBe(401);
  });

  const names = { email: 'alice@bank.example' };
  it.each<[string, () => readonly Identity[]]>([
    [
      'that is expired',
      () => [clientOf(staff, { names, notBefore: daysFromToday(-9), notAfter: daysFromToday(-1) })],
    ],
    ['that is not in force yet', () => [clientOf(staff, { names, notBefore: daysFromToday(1) })]],
    ['of an authority that only has the name', () => [clientOf(stranger, { names })]],
    ['with the chain of that authority', () => [clientOf(stranger, { names }), stranger]],
    [
      'that vouches for itself',
      () => [clientOf({ ...alice, privateKey: alice.privateKey }, { names })],
    ],
    ['that says nothing of what it is for', () => [clientOf(staff, { names, uses: [] })]],
    ['that is for servers', () => [clientOf(staff, { names, uses: FOR_SERVERS })]],
    [
      'that nobody is entered for',
      () => [clientOf(staff, { names: { email: 'mallory@bank.example' } })],
    ],
    ['with the name in its subject', () => [clientOf(staff, { name: 'alice@bank.example' })]],
    [
      'with the name of another kind',
      () => [clientOf(staff, { names: { uri: 'alice@bank.example' } })],
    ],
  ])('%s is refused, and it is not said why; but a key is good beside it', async (_name, chain) => {
    const node = await startNode([ALICE]);
    const client = clientFor(node, ...chain());
    const refused = await client.get('/test/who');
    expect(refused).toMatchObject({
      status: 401,
      body: {
        code: 'ACCESS_CERTIFICATE_UNKNOWN',
        detail: 'the client certificate is not good here: check it, or ask an operator to enter it',
      },
    });
    expect(refused.headers['www-authenticate']).toBe('Bearer realm="chirograph"');
    const headers = { authorization: `Bearer ${node.adminKey}` };
    expect((await client.get('/test/who', headers)).body).toMatchObject({ role: 'admin' });
    expect((await who(node, alice)).status).toBe(200);
  });

  it('is good no more where its row is gone', async () => {
    const bob = { ...ALICE, email: 'bob@bank.example', author: 'bob' };
    expect((await who(await startNode([bob, ALICE]), alice)).body).toMatchObject(GRANT);
    expect((await who(await startNode([bob]), alice)).status).toBe(401);
  });

  it('does not speak where the Authorization header does, good or bad', async () => {
    const node = await startNode([ALICE]);
    const client = clientFor(node, alice);
    const withKey = await client.get('/test/who', { authorization: `Bearer ${node.adminKey}` });
    expect(withKey.body).toMatchObject({ role: 'admin' });
    const wrong = await client.get('/test/who', { authorization: 'Bearer of-bad-news' });
    expect(wrong).toMatchObject({ status: 401, body: { code: 'ACCESS_KEY_UNKNOWN' } });
    expect((await client.get('/test/who')).body).toMatchObject(GRANT);
  });

  it('is never taken from a header', async () => {
    const node = await startNode([ALICE]);
    const encoded = encodeURIComponent(pem(alice));
    const forged = {
      'x-client-cert': encoded,
      'x-ssl-client-cert': encoded,
      'x-ssl-client-verify': 'SUCCESS',
      'ssl-client-verify': 'SUCCESS',
      'x-forwarded-client-cert': `Hash=x;Cert="${encoded}"`,
      'client-cert': `:${Buffer.from(alice.certificate.der).toString('base64')}:`,
    };
    const { status, body } = await clientFor(node).get('/test/who', forged);
    expect([status, body['code']]).toEqual([401, 'ACCESS_KEY_MISSING']);
  });

  it('that expires while its connection lasts is refused from then on', async () => {
    const node = await startNode([ALICE]);
    const client = clientFor(node, alice);
    const first = await client.get('/test/who');
    expect(first.status).toBe(200);
    node.clock.advance(31 * 86_400_000);
    const second = await client.get('/test/who');
    expect(second.socket).toBe(first.socket);
    expect(second).toMatchObject({ status: 401, body: { code: 'ACCESS_CERTIFICATE_UNKNOWN' } });
  });

  it('is not asked for where no authority is set', async () => {
    const node = await startNode([ALICE], { tls: material(server, null) });
    const { status, body } = await who(node, alice);
    expect([status, body['code']]).toEqual([401, 'ACCESS_KEY_MISSING']);
  });

  it('that is refused too often is not looked at any more, and no other is locked out', async () => {
    const node = await startNode([ALICE], { failedLoginsPerMinute: 3 });
    const bad = clientFor(node, clientOf(stranger));
    for (let tried = 0; tried < 3; tried++) expect((await bad.get('/test/who')).status).toBe(401);
    expect((await bad.get('/test/who')).status).toBe(429);
    expect((await who(node, alice)).status).toBe(200);
  });
});

describe('the certificate and the authorities of a running node', () => {
  it('are replaced for connections to come, and nobody is cut off', async () => {
    const node = await startNode([ALICE]);
    const client = clientFor(node, alice);
    const first = await client.get('/test/who');
    const renewed = serverOf(site, 'renewed');
    node.server.replaceTls(material(renewed));
    const second = await client.get('/test/who');
    expect(second.status).toBe(200);
    expect(second.socket).toBe(first.socket);
    const other = await who(node, alice);
    expect(other.status).toBe(200);
    expect(other.socket.getPeerCertificate().subject.CN).toBe('renewed');
  });

  it('stay as they are where the new ones are of no use', async () => {
    const node = await startNode([ALICE]);
    const good = material();
    for (const bad of [
      { ...good, key: utf8(keyPem(site)) },
      { ...good, certificate: utf8('none') },
      { ...good, key: utf8('none') },
    ])
      expect(() => {
        node.server.replaceTls(bad);
      }).toThrow();
    expect((await who(node, alice)).status).toBe(200);
  });

  it('decide from now on: who is of an authority that is gone does not log in, on any connection', async () => {
    const node = await startNode([ALICE]);
    const idle = clientFor(node, alice);
    expect((await idle.get('/test/who')).status).toBe(200);
    const own = { cert: pem(alice), key: keyPem(alice) };
    const open = await handshake(node, own);
    const session = await sessionOf(open);
    // Two in the middle of a request: before the head of the answer, and after it.
    const [before, after] = [clientFor(node, alice), clientFor(node, alice)];
    const answers = [before.get('/test/held'), after.get('/test/held?begun')];
    while (held.length < 2) await new Promise((resolve) => setImmediate(resolve));

    node.server.replaceTls(material(server, stranger));
    for (const release of held.splice(0)) release();
    const [first, second] = await Promise.all(answers);
    expect([first?.status, second?.status]).toEqual([200, 200]);
    expect([first?.headers['connection'], second?.headers['connection']]).toEqual([
      'close',
      'keep-alive',
    ]);
    const later = await after.get('/test/who');
    expect(later.socket).toBe(second?.socket);
    for (const answer of [later, await before.get('/test/who'), await idle.get('/test/who')])
      expect(answer).toMatchObject({ status: 401, body: { code: 'ACCESS_CERTIFICATE_UNKNOWN' } });
    const resumed = await handshake(node, { ...own, session });
    expect(resumed.isSessionReused()).toBe(false);
    resumed.destroy();
    const ofStranger = clientOf(stranger, { names: { email: 'alice@bank.example' } });
    expect((await who(node, ofStranger)).body).toMatchObject(GRANT);
  });
});

it('a session that is taken up again has the certificate that it began with', async () => {
  const node = await startNode([ALICE]);
  const own = { cert: pem(alice), key: keyPem(alice) };
  const open = await handshake(node, own);
  const session = await sessionOf(open);
  // Without its certificate: TLS does not ask for it again.
  const resumed = await handshake(node, { session });
  expect(resumed.isSessionReused()).toBe(true);
  const text = await new Promise<string>((resolve) => {
    let received = '';
    resumed.setEncoding('utf8').on('data', (part: string) => (received += part));
    resumed.once('close', () => {
      resolve(received);
    });
    resumed.write('GET /test/who HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  });
  expect(text).toContain('"author":"alice"');
});
