/** `verify --headers` with a source to ask: what it is asked for, what comes of it, and what it is refused for. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChainSource } from '../../src/anchoring/chain-source.js';
import { utf8 } from '../../src/base/bytes.js';
import { parseSourceOption } from '../../src/cli/chosen-source.js';
import { headersOf, MAX_FETCH_MILLIS } from '../../src/cli/headers-of-source.js';
import { parseBlockHeader } from '../../src/evidence/bitcoin/block-header.js';
import { MAINNET, REGTEST } from '../../src/evidence/bitcoin/network.js';
import { FakeNode } from '../anchoring/fake-node.js';
import { mineHeader, sha256d } from '../evidence/bitcoin/synthetic-chain.js';
import { build, type Built } from '../evidence/evidence-builder.js';
import { FakeClock } from '../support/fake-clock.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { HeaderServer } from './support/header-server.js';
import { runCli } from './support/run-cli.js';

const directory = await temporaryDirectory();
let bank: Built;
let file: string;
let headers: Map<number, Uint8Array>;

beforeAll(async () => {
  bank = await build({ chain: 'bitcoin:regtest' });
  file = fileOf('deed.evidence.json', bank.bytes);
  headers = headersIn(bank);
});
afterAll(() => removeDirectory(directory));

function fileOf(name: string, content: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

function headersIn({ file: { anchors } }: Built): Map<number, Uint8Array> {
  return new Map(
    [anchors?.after, anchors?.before].flatMap((anchor) => {
      if (anchor === undefined) throw new Error('the example has two anchors');
      const { headersFrom, headers: bytes } = anchor.transaction;
      return Array.from({ length: bytes.length / 80 }, (_, at) => {
        const header = bytes.slice(at * 80, (at + 1) * 80);
        return [headersFrom + at, header] as const;
      });
    }),
  );
}

/** Of the block of the anchor behind the entry. */
const height = (): number => bank.file.anchors?.after.transaction.height ?? 0;

const anchorsOf = (json: string) =>
  (JSON.parse(json) as { checks: { id: string; result: string; code: string }[] }).checks
    .filter(({ id }) => id.startsWith('anchor:'))
    .map(({ result, code }) => `${result} ${code}`);

const verify = (source: string, ...more: string[]) =>
  runCli(['verify', file, '--json', '--headers', source, ...more]);

describe('verify with an Esplora server', () => {
  it('knows the chain of both anchors by the headers of that server', async () => {
    await using server = await HeaderServer.start(headers);
    const without = await runCli(['verify', file, '--json']);
    expect(anchorsOf(without.stdout)).toEqual(Array(2).fill('pass anchor.pass-development'));
    const { code, stdout, stderr } = await verify(`regtest:esplora:${server.url}`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(anchorsOf(stdout)).toEqual(Array(2).fill('pass anchor.pass-development-pinned'));
    expect(server.paths.length).toBeLessThan(2 * 2 * 7 + 2);
  });

  it('is refused where its chain does not reach so far', async () => {
    await using server = await HeaderServer.start(headers);
    server.headers.delete(height());
    const { code, stderr } = await verify(`regtest:esplora:${server.url}`);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^chirograph: http[^\n]* has no block \d+, which the file shows[^\n]*\n$/,
    );
  });

  it('fails the anchor where its best chain is another', async () => {
    await using server = await HeaderServer.start(otherChain());
    const { code, stdout } = await verify(`regtest:esplora:${server.url}`);
    expect(code).toBe(1);
    expect(anchorsOf(stdout)[0]).toBe('fail anchor.chain');
  });

  it('is refused for headers that do not follow each other', async () => {
    await using server = await HeaderServer.start(headers);
    server.headers.set(height() + 1, otherHeader());
    const { code, stderr } = await verify(`regtest:esplora:${server.url}`);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^chirograph: http[^\n]*the headers do not hold: [^\n]*follow/),
    });
  });

  it('is refused for headers without work', async () => {
    await using server = await HeaderServer.start(headers);
    server.headers.set(height(), otherHeader(false));
    const { code, stderr } = await verify(`regtest:esplora:${server.url}`);
    expect(code).toBe(2);
    expect(stderr).toMatch(/the headers do not hold: [^\n]*target/);
  });

  it('is refused for a server of another network', async () => {
    await using server = await HeaderServer.start(headers);
    server.genesis = MAINNET.genesis;
    const { code, stderr } = await verify(`regtest:esplora:${server.url}`);
    expect(code).toBe(2);
    expect(stderr).toMatch(/not of the network regtest\n$/);
    server.genesis = REGTEST.genesis;
    const mainnet = await verify(`mainnet:esplora:${server.url}`);
    expect(mainnet.stderr).toMatch(/not of the network mainnet\n$/);
  });

  it('is refused for an answer that does not end', async () => {
    await using server = await HeaderServer.start(headers);
    server.fault = (path, response) => {
      if (!path.endsWith('/header')) return false;
      response.writeHead(200, { 'content-type': 'text/plain' });
      const piece = 'ab'.repeat(64 * 1024);
      const more = (): void => {
        while (!response.destroyed && response.write(piece));
      };
      response.on('drain', more);
      more();
      return true;
    };
    const { code, stderr } = await verify(`regtest:esplora:${server.url}`);
    expect(code).toBe(2);
    expect(stderr).toMatch(/unusable: it is larger than/);
  });

  it('is refused where nobody answers', async () => {
    const server = await HeaderServer.start(headers);
    await server[Symbol.asyncDispose]();
    const { code, stderr } = await verify(`regtest:esplora:${server.url}`);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^chirograph: the Esplora server cannot be reached\n$/);
  });

  it('asks nothing for a file that is no evidence, or of another network', async () => {
    await using server = await HeaderServer.start(headers);
    const garbage = fileOf('garbage', '{}');
    await runCli(['verify', garbage, '--headers', `regtest:esplora:${server.url}`]);
    const devchain = await build();
    const other = fileOf('other.evidence.json', devchain.bytes);
    await runCli(['verify', other, '--headers', `regtest:esplora:${server.url}`]);
    expect(new Set(server.paths)).toEqual(new Set(['/block-height/0']));
  });
});

describe('verify with a Bitcoin node', () => {
  it.each(['the environment', 'a cookie'])('takes its credentials from %s', async (from) => {
    await using node = await nodeOver(headers);
    const source = `regtest:core:${node.url}`;
    const { code, stdout } =
      from === 'a cookie'
        ? await verify(source, '--rpc-cookie', fileOf('.cookie', '__cookie__:secret\n'))
        : await runCli(['verify', file, '--json', '--headers', source], {
            CHIROGRAPH_BITCOIN_RPC_USER: '__cookie__',
            CHIROGRAPH_BITCOIN_RPC_PASSWORD: 'secret',
          });
    expect(code).toBe(0);
    expect(anchorsOf(stdout)).toEqual(Array(2).fill('pass anchor.pass-development-pinned'));
    const expected = `Basic ${Buffer.from('__cookie__:secret').toString('base64')}`;
    expect(new Set(node.calls.map(({ authorization }) => authorization))).toEqual(
      new Set([expected]),
    );
  });

  it.each([
    ['an empty file', '', 'not USER:PASSWORD'],
    ['a user alone', 'user', 'not USER:PASSWORD'],
    ['two words', 'user:pass word', 'not USER:PASSWORD'],
    ['no text', Uint8Array.of(0xff, 0x3a, 0xff), 'not USER:PASSWORD'],
    ['a large file', 'x'.repeat(2_000), 'larger than 1024 bytes'],
  ])('refuses a cookie that is %s, and never says what is in it', async (_what, content, why) => {
    const cookie = fileOf('bad.cookie', content);
    const source = 'regtest:core:http://127.0.0.1:1';
    const { code, stderr } = await verify(source, '--rpc-cookie', cookie);
    expect(code).toBe(2);
    expect(stderr).toMatch(why);
    expect(stderr).not.toMatch(/pass word|xxx/);
  });
});

describe('a source', () => {
  it.each([
    'mainnet:https://example.org',
    'mainnet:electrum:https://example.org',
    'litecoin:esplora:https://example.org',
    'mainnet:esplora:ftp://example.org',
    'mainnet:esplora:example.org',
    'mainnet:core:http://user:secret@127.0.0.1:8332',
    'mainnet:esplora:https://example.org/#here',
  ])('is refused as “%s”', async (text) => {
    expect(parseSourceOption(text)).toBeNull();
    const { code, stderr } = await runCli(['verify', file, '--headers', text]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/NETWORK:esplora:URL/);
  });

  it('is refused with a URL that is longer than any', () => {
    expect(
      parseSourceOption(`mainnet:esplora:https://example.org/${'a'.repeat(2_048)}`),
    ).toBeNull();
  });

  it('has two minutes for the headers of a file', async () => {
    const clock = new FakeClock();
    let asked = 0;
    const source = {
      headerAt: () => {
        asked++;
        clock.advance(MAX_FETCH_MILLIS / 3);
        return Promise.resolve(otherHeader());
      },
    } as unknown as ChainSource;
    const opened = { chain: 'bitcoin:regtest', url: 'http://slow.example', source } as const;
    const shown = [{ chain: 'bitcoin:regtest', height: 100, confirmations: 4_000 }];
    await expect(headersOf(shown, opened, clock)).rejects.toMatchObject({
      code: 'CLI_NODE_UNREACHABLE',
      message: expect.stringContaining('takes too long'),
    });
    expect(asked).toBe(4);
  });

  it('is asked for seven headers of an anchor, however many it shows', async () => {
    const asked: number[] = [];
    const source = {
      headerAt: (height: number) => {
        asked.push(height);
        return Promise.resolve(otherHeader());
      },
    } as unknown as ChainSource;
    const opened = { chain: 'bitcoin:regtest', url: 'http://fast.example', source } as const;
    const shown = [
      { chain: 'bitcoin:regtest', height: 100, confirmations: 4_000 },
      { chain: 'bitcoin:mainnet', height: 900_000, confirmations: 6 },
    ];
    const inputs = await headersOf(shown, opened, new FakeClock());
    expect(asked).toEqual([100, 101, 102, 103, 104, 105, 4_099]);
    expect(inputs.map(({ from, bytes }) => [from, bytes.length / 80])).toEqual([
      [100, 6],
      [4_099, 1],
    ]);
  });
});

function otherHeader(meetsTarget = true): Uint8Array {
  return mineHeader({ previous: sha256d(utf8('a')), merkleRoot: sha256d(utf8('b')), meetsTarget });
}

/** Of the same heights, with work, and linked. */
function otherChain(): Map<number, Uint8Array> {
  let previous: Uint8Array = sha256d(utf8('another chain'));
  const heights = [...headers.keys()];
  const chain = new Map<number, Uint8Array>();
  for (let height = Math.min(...heights); height <= Math.max(...heights); height++) {
    const header = mineHeader({ previous, merkleRoot: sha256d(utf8('b')) });
    chain.set(height, header);
    previous = sha256d(header);
  }
  return chain;
}

async function nodeOver(known: ReadonlyMap<number, Uint8Array>): Promise<FakeNode> {
  const node = await FakeNode.start(REGTEST.genesis);
  const hashes = new Map([...known].map(([height, header]) => [height, parseBlockHeader(header)]));
  node.answers.set('getblockhash', [
    ({ params: [height] }) => ({
      result: height === 0 ? REGTEST.genesis : hashes.get(height as number)?.hash,
    }),
  ]);
  node.answers.set('getblockheader', [
    ({ params: [hash] }) => {
      const [height = 0] = [...hashes].find(([, header]) => header.hash === hash) ?? [];
      return { result: Buffer.from(known.get(height) ?? []).toString('hex') };
    },
  ]);
  return node;
}
