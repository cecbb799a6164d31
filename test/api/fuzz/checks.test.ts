/** The fuzz proves that it can fail: each fault is found, for what it is, and none where there is none. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROBLEMS } from '../../../src/api/problem-table.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import { createCheck } from './checks.js';
import { operationAt, parseDescription } from './description.js';
import { CANARY, HIDDEN, type NamedFault, namedFaults, startFaultyNode } from './faulty-node.js';
import { type Asker, fuzzOperation } from './fuzz.js';
import { leaksInLines, secretsOfKeyStore } from './leaks.js';
import { createSender } from './send.js';

const REQUESTS = 600;
const PATIENCE_MILLIS = 500;

const ASKER: Asker = {
  authorization: null,
  forbidden: [{ what: 'the content of another', text: CANARY }],
  isOutside: true,
};

/** What the fuzz says of a node with a fault; null if it finds nothing. */
async function verdictOn(fault: NamedFault | null): Promise<string | null> {
  const server = await startFaultyNode(fault);
  const sender = createSender(server.url, PATIENCE_MILLIS);
  try {
    const description = parseDescription(await (await fetch(`${server.url}/openapi.json`)).text());
    const documented = Object.keys(PROBLEMS).filter((code) => code !== 'NOT_ACCEPTABLE');
    const fuzzed = {
      description,
      knowledge: {
        own: () => () => ['one', '17', 'AB'],
        foreign: () => () => [HIDDEN],
        bodies: {},
        askers: ['somebody'],
        askerOfHeader: {},
        hiddenLedgers: [HIDDEN],
        unknownLedger: 'none',
      },
      askers: { somebody: ASKER },
      sender,
      check: createCheck(description, new Set(documented)),
      statuses: new Map<number, number>(),
      inspected: new Map<number, number>(),
    };
    for (const operation of description.operations)
      await fuzzOperation(fuzzed, operation, { seed: 1, requests: REQUESTS });
    return null;
  } catch (cause) {
    return cause instanceof Error ? cause.message : 'not an error';
  } finally {
    sender.close();
    await server.stop(0);
  }
}

describe('the fuzz', () => {
  it('finds nothing in a node that is right', async () => {
    expect(await verdictOn(null)).toBe(null);
  });

  it.each(namedFaults())('finds $name, and says how to send it again', async (fault) => {
    const verdict = await verdictOn(fault);
    expect(verdict).toMatch(fault.seen);
    expect(verdict).toMatch(/\nseed 1, after \d+ requests\ncurl -i /);
  });
});

describe('what a log must not hold', () => {
  it('is found in it, and said', () => {
    const forbidden = [{ what: 'a person', text: 'customer-1' }];
    expect(leaksInLines(['{"event":"x"}', '{"subject":"customer-1"}'], forbidden)).toEqual([
      'a person: {"subject":"customer-1"}',
    ]);
  });
});

describe('the secrets of a key store', () => {
  it('are looked for as they are written there, and in hex', async () => {
    const root = await temporaryDirectory();
    const secret = Buffer.alloc(32, 0xab);
    const directory = join(root, 'keys');
    await mkdir(directory);
    await writeFile(join(directory, 'a.json'), JSON.stringify({ seed: secret.toString('base64') }));
    const texts = (await secretsOfKeyStore(directory)).map(({ text }) => text);
    expect(texts).toContain('ab'.repeat(32));
    expect(texts).toContain(secret.toString('base64').slice(0, -1));
    await removeDirectory(root);
  });
});

describe('what a request reaches', () => {
  const response = { responses: {} };
  const paths = {
    '/v1/things/{id}': { get: response },
    '/v1/things/count': { get: response },
    '/v1/tile/{path}': { get: response },
  };
  const description = parseDescription(JSON.stringify({ paths }));

  it.each([
    ['GET', '/v1/things/1?x=/', 'GET /v1/things/{id}'],
    ['HEAD', '/v1/things/1', 'GET /v1/things/{id}'],
    ['GET', '/v1/things/count', 'GET /v1/things/count'],
    ['GET', '/v1/tile/0/x001/234', 'GET /v1/tile/{path}'],
    ['POST', '/v1/things/1', null],
    ['GET', '/v1/things/', null],
    ['GET', '/v1/things/1/2', null],
  ])('%s %s is %s', (method, target, id) => {
    expect(operationAt(description, method, target)?.id ?? null).toBe(id);
  });
});
