/** One node for all tests of a suite: opened before the first, closed and removed after the last. */
import { afterAll, beforeAll } from '@jest/globals';
import { removeDirectory, temporaryDirectory } from './temporary-directory.js';
import { openTestService, type TestService, type TestServiceOptions } from './test-service.js';

/** @param opened takes the node, and may bring it to where the tests begin. */
export function openSuiteService(
  opened: (node: TestService) => Promise<void> | void,
  options: TestServiceOptions = {},
): void {
  let root: string | undefined;
  let node: TestService | undefined;
  beforeAll(async () => {
    root = await temporaryDirectory();
    node = await openTestService(root, options);
    await opened(node);
  });
  afterAll(async () => {
    await node?.service.close();
    if (root !== undefined) await removeDirectory(root);
  });
}
