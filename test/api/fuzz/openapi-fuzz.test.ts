/** Whatever is sent to what the node describes, it answers as it describes, and tells nobody of others. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fsckFindings } from '../../support/fsck-findings.js';
import { caseNumbers, report, timeLimit } from '../../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import { openTestService } from '../../support/test-service.js';
import { parseDescription } from './description.js';
import { fuzzOperation } from './fuzz.js';
import { type FuzzedNode, openFuzzedNode } from './fuzzed-node.js';

/** A round is so many requests for each operation, on a node of its own. */
const ROUNDS = 24;
const REQUESTS = 30;

const { operations } = await described();

describe.each(caseNumbers(1, ROUNDS))('round %i', (round) => {
  let root: string;
  let fuzzed: FuzzedNode;

  beforeAll(async () => {
    root = await temporaryDirectory();
    fuzzed = await openFuzzedNode(root);
  });
  afterAll(async () => {
    await fuzzed.close();
    await removeDirectory(root);
  });

  it.each(operations)(
    '$id answers as it is described, and leaks nothing',
    async (operation) => {
      await fuzzOperation(fuzzed, operation, { seed: round, requests: REQUESTS });
    },
    timeLimit,
  );

  it('gets through to every kind of answer', () => {
    report(`round ${round}: ${JSON.stringify(Object.fromEntries(fuzzed.statuses))}`);
    for (const status of [200, 201, 304, 400, 401, 403, 404, 405, 409])
      expect([status, fuzzed.statuses.get(status) ?? 0]).not.toEqual([status, 0]);
  });

  it('reads under inspections, and is refused what they do not cover', () => {
    const { inspected } = fuzzed;
    report(`round ${round}: ${JSON.stringify(Object.fromEntries(inspected))} under a header`);
    for (const status of [200, 403, 404])
      expect([status, inspected.get(status) ?? 0]).not.toEqual([status, 0]);
  });

  it('leaves a log without payloads, persons and keys', () => {
    expect(fuzzed.leaksInLog()).toEqual([]);
  });

  it(
    'leaves a node that answers, and a sound store',
    async () => {
      expect((await fuzzed.node.request('/readyz', { key: '' })).status).toBe(200);
      await fuzzed.close();
      expect(await fsckFindings(root)).toEqual([]);
    },
    timeLimit,
  );
});

async function described(): Promise<ReturnType<typeof parseDescription>> {
  const root = await temporaryDirectory();
  const { service, request } = await openTestService(root);
  try {
    return parseDescription(await (await request('/openapi.json')).text());
  } finally {
    await service.close();
    await removeDirectory(root);
  }
}
