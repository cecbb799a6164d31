// Native ESM: pkijs and bitcoinjs-lib ship nothing else. Types are checked by tsc, not here.
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/interop/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.mutants/'],
  // Jest would leave a core idle.
  maxWorkers: '100%',
  // Modules of a suite stay in memory after it: a worker that has run hundreds does little but collect garbage.
  workerIdleMemoryLimit: '1GB',
  // No test is about time: this ends what hangs, and a machine may be five times as slow as another.
  testTimeout: 180_000,
};
