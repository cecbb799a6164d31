/** The product does not ask pkijs whom to trust: the lint rule that says so fires on each way to try. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ESLint } from 'eslint';

const eslint = new ESLint({
  cwd: new URL('../../', import.meta.url).pathname,
  // Without types, which the rules in question do not need: the snippet is in no project.
  overrideConfig: { languageOptions: { parserOptions: { project: null } } },
  ruleFilter: ({ ruleId }) => RULES.has(ruleId),
});
const RULES = new Set(['@typescript-eslint/no-restricted-imports', 'no-restricted-syntax']);

async function rulesBrokenBy(code: string, filePath: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(code, { filePath });
  return (result?.messages ?? []).map(({ ruleId }) => ruleId);
}

// Reading the configuration loads TypeScript, which takes its time.
beforeAll(() => rulesBrokenBy('', 'src/signing/certificate-path.ts'), 60_000);

describe('a verdict from pkijs', () => {
  it.each([
    "import { SignedData } from 'pkijs';",
    "import * as pkijs from 'pkijs';",
    "import type { Certificate } from 'pkijs';",
    "import * as asn1js from 'asn1js';",
    "export { SignedData } from 'pkijs';",
    "import { SignedData } from 'pkijs/build/index.js';",
    "const pkijs = await import('pkijs');",
    'const engine = new CertificateChainValidationEngine({});',
  ])('cannot be asked for in src/: %s', async (code) => {
    expect(await rulesBrokenBy(code, 'src/signing/certificate-path.ts')).toHaveLength(1);
  });

  it('is a second opinion in tests', async () => {
    const code = "import { SignedData } from 'pkijs';";
    expect(await rulesBrokenBy(code, 'test/signing/cades.test.ts')).toEqual([]);
  });

  it('is not what an innocent import is taken for', async () => {
    const code = "import { fromBER } from './asn1js-like.js';";
    expect(await rulesBrokenBy(code, 'src/signing/certificate-path.ts')).toEqual([]);
  });
});
