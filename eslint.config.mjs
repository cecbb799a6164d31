import js from '@eslint/js';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'dist',
      '.mutants',
      'coverage',
      '**/node_modules',
      'test/fixtures',
      'test/vectors',
      'test/stores',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    plugins: { 'import-x': importX },
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './web/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      'import-x/order': ['error', { alphabetize: { order: 'asc' }, 'newlines-between': 'never' }],
      'import-x/no-default-export': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      'no-restricted-globals': [
        'error',
        { name: 'Date', message: 'Time comes from the Clock that service.ts makes (base/time).' },
      ],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  // No trust decision is taken from pkijs (design §3.9): its engine takes forged OCSP responses for true and
  // certificates that vouch for each other for ever. So it cannot be asked: src/ does not even parse with it.
  // Tests use it to build what we read, and as a second opinion.
  {
    files: ['src/**/*.ts', 'web/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: ['pkijs', 'asn1js'].map((name) => ({
            name,
            message: 'No trust decision is taken from pkijs; src/signing parses what it judges.',
          })),
          patterns: [
            {
              group: ['pkijs/*', 'asn1js/*'],
              message: 'No trust decision is taken from pkijs; src/signing parses what it judges.',
            },
          ],
        },
      ],
      'no-restricted-syntax': [
        'error',
        {
          // `import('pkijs')`, which the rule above does not see.
          selector: 'ImportExpression > Literal[value=/^(pkijs|asn1js)(\\u002f|$)/]',
          message: 'No trust decision is taken from pkijs; src/signing parses what it judges.',
        },
        {
          selector: "NewExpression[callee.name='CertificateChainValidationEngine']",
          message: 'No trust decision is taken from pkijs.',
        },
      ],
    },
  },
  {
    files: ['src/base/time.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    rules: { 'no-restricted-globals': 'off' },
  },
  { files: ['bench/**/*.ts'], rules: { 'no-console': 'off' } },
  // What packages without types export is theirs to say.
  { files: ['types/**/*.d.ts'], rules: { 'import-x/no-default-export': 'off' } },
  // @jest/globals hands methods around unbound, and property tests describe arbitrary values loosely.
  { files: ['test/**/*.ts'], rules: { '@typescript-eslint/unbound-method': 'off' } },
  {
    files: ['**/*.{mjs,js,cjs}'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', Buffer: 'readonly' },
    },
  },
);
