import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';

describe('the bundle for browsers', () => {
  it.each([
    ['a module of Node', 'src/evidence-verifier.ts', /node:fs/],
    ['a package that is not meant to be in it', 'src/records/record-input.ts', /needs zod/],
  ])('is not made with %s', (_what, entryPoint, reason) => {
    const { status, stderr } = bundle(entryPoint);
    expect(status).toBe(1);
    expect(stderr).toMatch(reason);
  });

  it('says nothing of the machine that it was made on', () => {
    const { status, stdout } = bundle('web/verify/main.ts');
    expect(status).toBe(0);
    expect(stdout).not.toContain(process.cwd());
    expect(stdout).not.toMatch(/^\/\/ \.\./m);
  });
});

function bundle(entryPoint: string) {
  const code = `
    import { bundleForBrowser } from './scripts/browser-bundle.mjs';
    const options = { format: 'esm', version: '0' };
    const { script } = await bundleForBrowser(${JSON.stringify(entryPoint)}, options);
    process.stdout.write(script);`;
  return spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  });
}
