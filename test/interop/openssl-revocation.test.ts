/**
 * Our CRLs before OpenSSL's eyes; our client before OpenSSL's OCSP responder and before time-stamps that
 * `openssl ts` makes. Needs `openssl` 3 on the path.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../../src/base/brand.js';
import { RandomPool } from '../../src/base/random.js';
import { systemClock } from '../../src/base/time.js';
import {
  createDevelopmentAuthority,
  issueDevelopmentCrl,
} from '../../src/keys/development-authority.js';
import { outbound } from '../../src/keys/outbound.js';
import { RevocationClient } from '../../src/keys/revocation-client.js';
import { timeStampClient } from '../../src/keys/time-stamp-client.js';
import { parseCertificate } from '../../src/signing/certificate.js';
import { digestOf, DIGESTS } from '../../src/signing/digest-algorithms.js';
import { parseOcspResponse } from '../../src/signing/ocsp-response.js';
import { revocationStatuses } from '../../src/signing/revocation-status.js';
import { NO_REVOCATION_EVIDENCE } from '../../src/signing/revocation.js';
import { trustAnchorFrom } from '../../src/signing/trust-anchor.js';
import { localServer, internalHost } from '../keys/support/local-server.js';
import { ocspPlace } from '../keys/support/revocation-answers.js';
import { type Identity, issueCa, issueTo } from '../signing/support/test-pki.js';
import { freePort } from '../support/free-port.js';

const run = promisify(execFile);
const random = new RandomPool();
const clock = systemClock;
const now = clock.now();
const IN_FORCE = {
  notBefore: (now - 86_400_000) as UnixMillis,
  notAfter: (now + 30 * 86_400_000) as UnixMillis,
};
const made = createDevelopmentAuthority({
  at: IN_FORCE.notBefore,
  random: (length) => new Uint8Array(length).map(() => Math.random() * 256),
});

let folder = '';
const path = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chirograph-revocation-'));
  await writeFile(path('ca.pem'), pem('CERTIFICATE', made.caCertificate));
  await writeFile(path('seal.pem'), pem('CERTIFICATE', made.sealCertificate));
});
afterAll(() => rm(folder, { recursive: true }));

describe('OpenSSL takes our CRLs', () => {
  const serialNumber = parseCertificate(made.sealCertificate).serialNumber;

  async function verify(crl: Uint8Array): Promise<string> {
    await writeFile(path('crl.pem'), pem('X509 CRL', crl));
    const args = ['verify', '-crl_check', '-CAfile', path('ca.pem'), '-CRLfile', path('crl.pem')];
    return openssl(...args, path('seal.pem'));
  }

  it('that revoke nothing, and reads in them what we wrote', async () => {
    const crl = issueDevelopmentCrl(made, { at: now });
    expect(await verify(crl)).toMatch(/seal\.pem: OK/);
    const text = await openssl(
      'crl',
      '-in',
      path('crl.pem'),
      '-noout',
      '-text',
      '-verify',
      '-CAfile',
      path('ca.pem'),
    );
    expect(text).toMatch(/verify OK/);
    expect(text).toMatch(/No Revoked Certificates/);
    expect(text).toMatch(new RegExp(`X509v3 CRL Number: *\\n *(0x)?${Math.floor(now / 1_000)}`));
  });

  it('that revoke, with the reason', async () => {
    const revoked = [{ serialNumber, at: now, reason: 'keyCompromise' as const }];
    const crl = issueDevelopmentCrl(made, { at: now, revoked });
    expect(await verify(crl)).toMatch(/certificate revoked/);
    const text = await openssl('crl', '-in', path('crl.pem'), '-noout', '-text');
    expect(text).toMatch(/Key Compromise/);
  });

  it('and none that was altered or has ended', async () => {
    const crl = issueDevelopmentCrl(made, { at: now });
    const altered = crl.map((byte, at) => (at === crl.length - 1 ? byte ^ 1 : byte));
    expect(await verify(altered)).toMatch(/CRL signature failure/);
    const ended = issueDevelopmentCrl(made, { at: (now - 2 * 86_400_000) as UnixMillis });
    expect(await verify(ended)).toMatch(/CRL has expired/);
  });
});

describe("OpenSSL's OCSP responder", () => {
  let responder: ChildProcess;
  let port = 0;
  let ca: Identity;
  let good: Identity;
  let revoked: Identity;
  let unknown: Identity;

  beforeAll(async () => {
    port = await freePort();
    const place = [ocspPlace(`http://127.0.0.1:${port}/`)];
    ca = issueCa({ ...IN_FORCE, name: 'Responding' });
    const issue = (serialNumber: number): Identity =>
      issueTo({
        ...IN_FORCE,
        name: `leaf ${serialNumber}`,
        issuer: ca,
        serialNumber,
        extensions: place,
      });
    [good, revoked, unknown] = [issue(0x11), issue(0x12), issue(0x13)];
    await writeFile(path('ocsp-ca.pem'), pem('CERTIFICATE', ca.certificate.der));
    await writeFile(path('ocsp-ca.key'), ca.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const row = (state: string, at: string, serial: string): string =>
      [state, '361231235959Z', at, serial, 'unknown', '/CN=leaf'].join('\t');
    const index = [row('V', '', '11'), row('R', '260102030405Z,keyCompromise', '12')];
    await writeFile(path('index.txt'), `${index.join('\n')}\n`);
    responder = spawn(
      'openssl',
      [
        ...['ocsp', '-port', String(port), '-index', path('index.txt'), '-CA', path('ocsp-ca.pem')],
        ...['-rsigner', path('ocsp-ca.pem'), '-rkey', path('ocsp-ca.key'), '-nmin', '60'],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    await waitsForConnections(responder);
  });
  afterAll(async () => {
    responder.kill();
    await once(responder, 'exit');
  });

  it('takes our requests, and its answers pass for what they say', async () => {
    const send = outbound({
      hosts: [internalHost(`127.0.0.1:${port}`)],
      timeoutMillis: 20_000,
      idleMillis: 10_000,
      perHost: 1,
    });
    const client = new RevocationClient({ send, clock, random });
    const outcomes: unknown[] = [];
    for (const { certificate } of [good, revoked]) {
      const { ocspResponses, failures } = await client.get(certificate, ca.certificate);
      expect(failures).toEqual([]);
      const responses = ocspResponses.map(parseOcspResponse);
      expect(responses.map(({ nonce }) => nonce?.length)).toEqual([16]);
      const anchor = trustAnchorFrom(ca.certificate);
      const [status] = revocationStatuses({ certificates: [certificate], anchor }, 0, {
        evidence: { ...NO_REVOCATION_EVIDENCE, ocspResponses: responses },
        intermediates: [],
        at: clock.now(),
      });
      outcomes.push(status?.outcome);
    }
    expect(outcomes).toEqual([
      { kind: 'good' },
      { kind: 'revoked', at: Date.UTC(2026, 0, 2, 3, 4, 5), reason: 'keyCompromise' },
    ]);
    const { ocspResponses, failures } = await client.get(unknown.certificate, ca.certificate);
    expect([ocspResponses, failures.map(({ code }) => code)]).toEqual([
      [],
      ['REVOCATION_UNAUTHENTICATED'],
    ]);
  });
});

describe('time-stamps of OpenSSL', () => {
  it('are had by our client over HTTP', async () => {
    await writeFile(path('tsa.pem'), pem('CERTIFICATE', made.timeStampCertificate));
    await writeFile(path('tsa.key'), pem('PRIVATE KEY', made.timeStampPrivateKey));
    await writeFile(path('serial'), '01\n');
    await writeFile(path('tsa.cnf'), TSA_CONFIG(folder));
    const server = await localServer('application/timestamp-reply', async (body) => {
      await writeFile(path('request.tsq'), body);
      const args = ['ts', '-reply', '-config', path('tsa.cnf'), '-queryfile', path('request.tsq')];
      await run('openssl', [...args, '-out', path('response.tsr')]);
      return new Uint8Array(await readFile(path('response.tsr')));
    });
    try {
      const { url, send } = server;
      const anchors = [trustAnchorFrom(parseCertificate(made.caCertificate))];
      const options = { name: 'openssl', url, send, anchors, clock, random };
      const client = timeStampClient({ ...options, policy: '1.2.3.4.1', toleranceMillis: 60_000 });
      const hash = digestOf(DIGESTS.sha256, new Uint8Array(3));
      const { info } = await client.stamp({ digest: 'sha256', hash });
      expect([info.policy, info.accuracyMillis]).toEqual(['1.2.3.4.1', 1_000]);
    } finally {
      await server.close();
    }
  });
});

const TSA_CONFIG = (directory: string): string => `[tsa]
default_tsa = tsa1
[tsa1]
dir = ${directory}
serial = $dir/serial
signer_cert = $dir/tsa.pem
signer_key = $dir/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
`;

/** Both streams: what OpenSSL says of a verification is now on one, now on the other. */
async function openssl(...args: string[]): Promise<string> {
  try {
    const { stdout, stderr } = await run('openssl', args);
    return stdout + stderr;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return stdout + stderr;
  }
}

async function waitsForConnections({ stdout, stderr }: ChildProcess): Promise<void> {
  const lines = [stdout, stderr].flatMap((input) =>
    input === null ? [] : [createInterface({ input })],
  );
  await new Promise<void>((resolve) => {
    for (const reader of lines)
      reader.on('line', (line) => {
        if (/waiting for .*connections|ACCEPT/i.test(line)) resolve();
      });
  });
}

function pem(label: string, bytes: Uint8Array): string {
  const lines = Buffer.from(bytes).toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
