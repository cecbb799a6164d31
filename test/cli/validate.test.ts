import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { toBase64, utf8 } from '../../src/base/bytes.js';
import { formatInstant } from '../../src/base/time.js';
import * as levels from '../signing/support/levels.js';
import { issueCrl } from '../signing/support/simple-revocation.js';
import { NOW } from '../signing/support/test-pki.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { runCli } from './support/run-cli.js';

const directory = await temporaryDirectory();
afterAll(() => removeDirectory(directory));

function fileOf(name: string, content: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

const certificates = [levels.root, levels.tsaRoot].map(({ certificate }) =>
  toBase64(certificate.der),
);
const trust = fileOf('trust.json', JSON.stringify({ $v: 1, name: 'Bank', certificates }));
const content = fileOf('content', levels.content);
const basic = fileOf('basic.p7s', levels.basic);
const archived = fileOf('archived.p7s', levels.archived);
const at = ['--at', formatInstant(NOW)];

describe('validate', () => {
  it('says of a good signature what it is worth, and on whose word', async () => {
    const argv = ['validate', archived, '--content', content, '--trust', trust, ...at];
    const { code, stdout, stderr } = await runCli(argv);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^TOTAL-PASSED\n/);
    expect(stdout).toContain('level B-LTA');
    expect(stdout).toContain('CN=Signer');
    expect(stdout).not.toMatch(/qualified/i);
    const json = await runCli([...argv, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ indication: 'TOTAL-PASSED', level: 'B-LTA' });
  });

  const noTrust = ['--content', content, ...at];
  const revoked = fileOf('revoked.crl', issueCrl(levels.sub, { revoked: [7] }));
  it.each([
    ['other content', [basic, '--content', trust, '--trust', trust, ...at], 'HASH_FAILURE'],
    ['no trust', [basic, ...noTrust], 'NO_CERTIFICATE_CHAIN_FOUND'],
    [
      'a revoked certificate',
      [basic, ...noTrust, '--trust', trust, '--crl', revoked],
      'REVOKED_NO_POE',
    ],
    ['strict rules', [basic, ...noTrust, '--trust', trust, '--policy', 'strict'], 'TRY_LATER'],
    ['what is no CMS', [trust, ...noTrust, '--trust', trust], 'FORMAT_FAILURE'],
  ])('answers no with %s, and says why', async (_, argv, subIndication) => {
    const { code, stdout } = await runCli(['validate', ...argv]);
    expect(code).toBe(1);
    expect(stdout.split('\n')[0]).toContain(subIndication);
  });

  it.each([
    ['a trust file that is none', [basic, ...noTrust, '--trust', content]],
    ['a CRL that is none', [basic, ...noTrust, '--crl', fileOf('none.crl', utf8('none'))]],
    ['a file that is not there', [join(directory, 'nothing'), ...noTrust]],
    ['an instant that is none', [basic, '--content', content, '--at', 'yesterday']],
    ['no content', [basic]],
  ])('cannot use %s', async (_, argv) => {
    const { code, stdout, stderr } = await runCli(['validate', ...argv]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^chirograph: [^\n]+\n$/);
  });
});
