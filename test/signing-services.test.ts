import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toBase64, toHex } from '../src/base/bytes.js';
import { silentLogger } from '../src/base/logger.js';
import { RandomPool } from '../src/base/random.js';
import type { Config } from '../src/config.js';
import { openDevelopmentSeal } from '../src/development-parts.js';
import {
  createDevelopmentAuthority,
  createDevelopmentCa,
  issueSealCertificate,
} from '../src/keys/development-authority.js';
import { DirectoryKeyStore } from '../src/keys/directory-key-store.js';
import { TimeStampCounts } from '../src/keys/time-stamp-counts.js';
import { DEFAULTS } from '../src/settings/settings-table.js';
import { parseCertificateList } from '../src/signing/certificate-list.js';
import { parseCertificate } from '../src/signing/certificate.js';
import { openSigningServices, type SigningServices } from '../src/signing-services.js';
import { internalHost, type LocalServer, localServer } from './keys/support/local-server.js';
import { rejection } from './support/errors.js';
import { FakeClock } from './support/fake-clock.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';

const random = new RandomPool();
const bytes = (length: number): Uint8Array => new Uint8Array(length).map(() => Math.random() * 256);
const imprint = {
  digest: 'sha256' as const,
  hash: new Uint8Array(createHash('sha256').update('x').digest()),
};

const UNLIMITED = { perDay: null, perMonth: null };

let root: string;
let clock: FakeClock;
let keyStore: DirectoryKeyStore;
beforeEach(async () => {
  root = await temporaryDirectory();
  clock = new FakeClock();
  keyStore = await openKeys();
});
afterEach(() => removeDirectory(root));

function openKeys(): Promise<DirectoryKeyStore> {
  const [directory, dataDirectory] = [join(root, 'keys'), join(root, 'data')];
  return DirectoryKeyStore.open({ directory, dataDirectory, random });
}

async function open(
  config: Partial<Config> = {},
  sealRoots: readonly Uint8Array[] = [],
): Promise<SigningServices> {
  const timeStampCounts = new TimeStampCounts(root, clock);
  await timeStampCounts.open();
  const logger = silentLogger;
  const parts = { keyStore, clock, random, logger, sealRoots, timeStampCounts };
  return openSigningServices({ ...DEFAULTS, ...config }, parts);
}

describe('the signing services of a node without configuration', () => {
  it('stamp, and say that the seal and the time-stamps are good, by one authority that is kept', async () => {
    const { seal, roots } = await openDevelopmentSeal({ keyStore, clock, random });
    const services = await open({}, roots);
    const token = await services.timeStamps?.stamp(imprint);
    expect(token?.info.genTime).toBe(clock.now());
    expect(services.roots).toEqual(roots);
    expect(services.anchors.map(({ sha256 }) => toHex(sha256))).toHaveLength(1);
    const [ca] = roots.map(parseCertificate);
    const [stamper] = token?.signedData.certificates ?? [];
    if (ca === undefined || stamper === undefined) throw new Error('no certificate');
    for (const certificate of [seal.certificate, stamper])
      expect((await services.revocation.get(certificate, ca)).crls).toHaveLength(1);
    expect(services.health()).toMatchObject({
      timeStamps: [{ name: 'development', stamped: 1, failed: 0 }],
      revocation: { failed: 0 },
    });

    keyStore = await openKeys();
    const again = await (await open({}, roots)).timeStamps?.stamp(imprint);
    expect(again?.signedData.certificates[0]?.sha256).toEqual(stamper.sha256);
  });

  it('get an authority of their own in a store whose authority was thrown away', async () => {
    const ca = createDevelopmentCa({ at: clock.now(), random: bytes });
    const made = issueSealCertificate(ca, { at: clock.now(), random: bytes });
    const chain = [ca.caCertificate];
    const [certificate, privateKey] = [made.sealCertificate, made.sealPrivateKey];
    await keyStore.putSealKeys({ certificate, chain, privateKey, isDevelopment: true });
    const { roots } = await openDevelopmentSeal({ keyStore, clock, random });
    const services = await open({}, roots);
    await expect(services.timeStamps?.stamp(imprint)).resolves.toBeDefined();
    expect([services.anchors.length, services.roots.length]).toEqual([2, 1]);
    expect(services.roots).not.toEqual(roots);
    const about = parseCertificate(certificate);
    expect(await services.revocation.get(about, parseCertificate(ca.caCertificate))).toEqual({
      crls: [],
      ocspResponses: [],
      failures: [],
    });
  });

  it('get another certificate for time-stamps before theirs ends, of the same authority', async () => {
    const first = await open();
    const before = await first.timeStamps?.stamp(imprint);
    clock.advance(680 * 86_400_000);
    const second = await open();
    const after = await second.timeStamps?.stamp(imprint);
    expect(after?.signedData.certificates[0]?.sha256).not.toEqual(
      before?.signedData.certificates[0]?.sha256,
    );
    expect(second.roots).toEqual(first.roots);
  });
});

describe('the signing services of others', () => {
  const authority = createDevelopmentAuthority({ at: new FakeClock().now(), random: bytes });
  let server: LocalServer;
  beforeEach(async () => {
    server = await localServer('application/timestamp-reply', () => new Uint8Array(3));
  });
  afterEach(() => server.close());

  async function trust(content: unknown): Promise<string> {
    const path = join(root, 'trust.json');
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  }

  it('trust what the file says, and nothing made for development', async () => {
    const certificate = toBase64(authority.caCertificate);
    const signatureTrust = await trust({
      $v: 1,
      name: 'anchors',
      certificates: [{ certificate, purposes: ['time-stamp'] }],
    });
    const { url } = server;
    const { port } = new URL(url);
    const services = await open({
      seal: 'off',
      timeStamps: 'rfc3161',
      timeStampAuthorities: [
        { url, policy: null, ...UNLIMITED, host: internalHost(`127.0.0.1:${port}`) },
      ],
      signatureTrust,
    });
    expect(services.anchors.map(({ purposes }) => [...(purposes ?? [])])).toEqual([['time-stamp']]);
    expect(services.roots).toEqual([]);
    expect(await keyStore.developmentAuthority()).toBeNull();
    const error = await rejection(services.timeStamps?.stamp(imprint) ?? Promise.resolve());
    expect(error.message).toContain(`127.0.0.1:${port}: TIME_STAMP_UNUSABLE`);
    expect(services.health().timeStamps[0]?.lastFailure?.code).toBe('TIME_STAMP_UNUSABLE');
  });

  it('ask an authority as often as its budget allows, also after a restart', async () => {
    let asked = 0;
    await server.close();
    server = await localServer('application/timestamp-reply', () => {
      asked++;
      return new Uint8Array(3);
    });
    const { url, host } = server;
    const budgeted = { url, policy: null, perDay: 2, perMonth: null, host };
    const config = { timeStamps: 'rfc3161', timeStampAuthorities: [budgeted] } as const;
    const codes: string[] = [];
    for (let start = 0; start < 3; start++) {
      const services = await open(config);
      for (let n = 0; n < 2; n++)
        codes.push(
          (await rejection(services.timeStamps?.stamp(imprint) ?? Promise.resolve())).code,
        );
      await services.close();
    }
    expect(codes).toEqual([
      ...Array<string>(2).fill('TIME_STAMP_UNAVAILABLE'),
      ...Array<string>(4).fill('TIME_STAMP_BUDGET_USED'),
    ]);
    expect(asked).toBe(2);
    const services = await open(config);
    expect(services.health().timeStamps).toMatchObject([
      { failed: 0, requestsLeft: 0, usedUpUntil: Date.UTC(2026, 10, 24) },
    ]);
    await services.close();
  });

  it('ask nobody for revocation who is on no list', async () => {
    const services = await open({ seal: 'off', timeStamps: 'off' });
    expect(services.timeStamps).toBeNull();
    const [about, issuer] = [authority.sealCertificate, authority.caCertificate];
    const { crls } = await services.revocation.get(
      parseCertificate(about),
      parseCertificate(issuer),
    );
    expect(crls.map(parseCertificateList)).toEqual([]);
    await services.close();
  });

  it('are not opened with a trust file that cannot be used', async () => {
    for (const content of ['{', '{"$v":1}', { $v: 2, name: 'x' }, ' '.repeat(1024 * 1024 + 1)]) {
      const error = await rejection(open({ signatureTrust: await trust(content) }));
      expect(error.code).toBe('CONFIG_TRUST_UNUSABLE');
      expect(error.message).toContain('CHIROGRAPH_SIGNATURE_TRUST');
    }
    const missing = await rejection(open({ signatureTrust: join(root, 'missing') }));
    expect(missing.message).toContain('ENOENT');
  });
});
