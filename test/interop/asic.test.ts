/**
 * Our containers before the eyes of others: Python's zipfile and Info-ZIP for the archive, OpenSSL for the
 * signature, Python again for the manifest's digests, and EU DSS for the whole. Needs `python3`, `unzip`,
 * `openssl`, a JDK, and what `test/interop/fetch-dss` fetches.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { utf8 } from '../../src/base/bytes.js';
import { completeAsic, prepareAsicS } from '../../src/evidence/asic-writer.js';
import { verifyBytes } from '../../src/evidence/verify-file.js';
import {
  bent,
  collectionContainer,
  entryContainer,
  entryFiles,
  ROOT,
  sealed,
} from '../evidence/support/containers.js';
import { dssVerdicts } from './dss-verdicts.js';

const run = promisify(execFile);
const entry = entryContainer();
const collection = collectionContainer();

let folder = '';
const path = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chirograph-asic-'));
  await writeFile(path('entry.asice'), entry.bytes);
  await writeFile(path('collection.asice'), collection.bytes);
  const [evidence] = entryFiles();
  if (evidence === undefined) throw new Error('no evidence');
  const prepared = prepareAsicS(evidence);
  await writeFile(path('entry.asics'), completeAsic(prepared, sealed(prepared.toBeSigned)));
  const altered = bent(entry.bytes, (all) =>
    all.map((each) => (each.name === 'payload.json' ? { ...each, bytes: utf8('{}') } : each)),
  );
  await writeFile(path('altered.asice'), altered);
  const pem = Buffer.from(ROOT.certificate.der).toString('base64').replace(/.{64}/g, '$&\n');
  await writeFile(
    path('root.pem'),
    `-----BEGIN CERTIFICATE-----\n${pem}\n-----END CERTIFICATE-----\n`,
  );
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Recomputes what the manifest says with nothing of ours: prints the names whose digests are right. */
const PYTHON = `
import base64, hashlib, sys, zipfile
import xml.etree.ElementTree as xml
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
assert z.infolist()[0].filename == 'mimetype' and z.infolist()[0].compress_type == 0
assert all(i.date_time == (1980, 1, 1, 0, 0, 0) and not i.extra for i in z.infolist())
ns = {'a': 'http://uri.etsi.org/02918/v1.2.1#', 'ds': 'http://www.w3.org/2000/09/xmldsig#'}
root = xml.fromstring(z.read('META-INF/ASiCManifest001.xml'))
for ref in root.findall('a:DataObjectReference', ns):
    digest = hashlib.sha256(z.read(ref.get('URI'))).digest()
    if base64.b64encode(digest).decode() == ref.find('ds:DigestValue', ns).text:
        print(ref.get('URI'))
`;

describe('a container', () => {
  it.each(['entry.asice', 'collection.asice', 'entry.asics'])(
    'is an archive to Info-ZIP: %s',
    async (name) => {
      const { stdout } = await run('unzip', ['-t', path(name)]);
      expect(stdout).toContain('No errors detected');
    },
  );

  it('has the digests that Python finds', async () => {
    const { stdout } = await run('python3', ['-c', PYTHON, path('entry.asice')]);
    expect(stdout.trim().split('\n')).toEqual(entryFiles().map(({ name }) => name));
    const altered = await run('python3', ['-c', PYTHON, path('altered.asice')]);
    expect(altered.stdout).not.toContain('payload.json');
  });

  it('is signed, as OpenSSL sees it by the way that its README names', async () => {
    await run('unzip', ['-q', path('entry.asice'), '-d', path('container')]);
    const readme = await readFile(path('container/README.txt'), 'utf8');
    const [, command = ''] = /^ +(openssl cms [^]*?\/dev\/null)$/m.exec(readme) ?? [];
    const verify = (): Promise<{ stderr: string }> =>
      run('bash', ['-c', command.replace('AUTHORITY.pem', path('root.pem'))], {
        cwd: path('container'),
      });
    expect((await verify()).stderr).toContain('CMS Verification successful');
    const manifest = path('container/META-INF/ASiCManifest001.xml');
    await writeFile(manifest, `${await readFile(manifest, 'utf8')} `);
    await expect(verify()).rejects.toThrow('content verify error');
  });

  it('that Python has packed anew is still verified', async () => {
    const repack = `
import sys, zipfile
old, new = zipfile.ZipFile(sys.argv[1]), zipfile.ZipFile(sys.argv[2], 'w')
for name in old.namelist():
    new.writestr(name, old.read(name), 0 if name == 'mimetype' else zipfile.ZIP_DEFLATED)
new.close()`;
    await run('python3', ['-c', repack, path('entry.asice'), path('again.asice')]);
    const again = new Uint8Array(await readFile(path('again.asice')));
    expect(again.length).toBeLessThan(entry.bytes.length);
    expect(verifyBytes(again, entry.trust).result).toBe('verified');
  });
});

describe('EU DSS', () => {
  it('reads our containers, and finds what was altered', async () => {
    const names = ['entry.asice', 'collection.asice', 'entry.asics', 'altered.asice'];
    const said = await dssVerdicts(names.map(path));
    // No trusted list names the authority of the tests: that there is no trust is all that is missing.
    const sound = [
      'intact true',
      'valid true',
      'indication INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND',
    ];
    for (const name of names.slice(0, 3)) {
      expect(said[name]).toEqual(expect.arrayContaining(['format CAdES-BASELINE-B', ...sound]));
      expect(said[name]?.filter((line) => line.includes('false'))).toEqual([]);
    }
    expect(said['entry.asice']).toContain('container ASiC-E');
    expect(said['entry.asics']).toContain('container ASiC-S');
    for (const { name } of entryFiles())
      expect(said['entry.asice']).toContain(`digest MANIFEST_ENTRY ${name} true true`);
    expect(said['altered.asice']).toContain('digest MANIFEST_ENTRY payload.json true false');
    expect(said['altered.asice']).toContain('indication TOTAL_FAILED HASH_FAILURE');
  });
});
