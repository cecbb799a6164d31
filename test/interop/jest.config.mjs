// The suites that need other programs (openssl and the like). Run from the project's root with
// `npx jest --config test/interop/jest.config.mjs`; a missing program is a failure, not a skip.
import unit from '../../jest.config.mjs';

export default {
  ...unit,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/interop/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 300_000,
};
