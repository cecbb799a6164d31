// `npm test [-- NAME…]`: builds, then runs jest in native ESM mode.
// --interop runs the suites that need outside tools (see .ci/run). SUITE=long runs long suites in full.
import { spawnSync } from 'node:child_process';

const args = process.argv.slice(2);
const interop = args.includes('--interop');
const rest = args.filter((arg) => arg !== '--interop');

const run = (command, argv, env = process.env) => {
  const { status } = spawnSync(command, argv, { stdio: 'inherit', env });
  if (status !== 0) process.exit(status ?? 1);
};

run(process.execPath, ['scripts/build.mjs']);
run(
  process.execPath,
  [
    'node_modules/jest/bin/jest.js',
    ...(interop ? ['--config', 'test/interop/jest.config.mjs'] : []),
    ...rest,
  ],
  {
    ...process.env,
    NODE_OPTIONS:
      `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --no-warnings`.trim(),
  },
);
