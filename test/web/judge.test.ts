/** Files that are given to the verifier's page, and what becomes of them before any of it is shown. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { fromHex, utf8 } from '../../src/base/bytes.js';
import { MAX_HEADERS_BYTES } from '../../src/evidence/chosen-headers.js';
import { type Judgement, judge } from '../../web/verify/judge.js';
import { blocks } from '../evidence/bitcoin/vectors.js';
import { attachingCollection, CONTENT } from '../evidence/support/attachment-forgeries.js';

const evidence = fileOf(
  'residence.evidence',
  readFileSync('docs/formats/examples/residence.evidence'),
);
const trust = [fileOf('trust.json', readFileSync('docs/formats/examples/residence.trust.json'))];
/** Of difficulty 1, which is enough on the test network. */
const HEADER = fromHex(blocks[0]?.hex ?? '').subarray(0, 80);

function fileOf(name: string, bytes: Uint8Array): File {
  return new File([Uint8Array.from(bytes)], name);
}

/** Of a stick that was pulled out. */
class GoneFile extends File {
  override stream(): never {
    throw new DOMException('gone', 'NotReadableError');
  }
}

const judgeWith = (name: string, bytes: Uint8Array): Promise<Judgement> =>
  judge(evidence, { trust, headers: [fileOf(name, bytes)], files: [] });

describe('the page’s judge', () => {
  it('says what the evidence is worth by the roots that were given', async () => {
    const judgement = await judge(evidence, { trust, headers: [], files: [] });
    expect(judgement).toMatchObject({ kind: 'report', report: { result: 'verified' } });
  });

  it('says what files are that were given to be compared, by what is in them', async () => {
    const { bytes } = await attachingCollection();
    const files = [fileOf('scan.pdf', utf8(CONTENT)), fileOf('other.pdf', utf8('other'))];
    const judgement = await judge(fileOf('a.collection', bytes), { trust: [], headers: [], files });
    expect(judgement.kind === 'report' && judgement.report.compared).toMatchObject([
      { name: 'scan.pdf', size: 24, is: [{ kind: 'content' }, { number: 1 }, { kind: 'content' }] },
      { name: 'other.pdf', is: [] },
    ]);
  });

  it('judges nothing with a file that the browser cannot read', async () => {
    const files = [new GoneFile(['gone'], 'gone.pdf')];
    expect(await judge(evidence, { trust, headers: [], files })).toMatchObject({
      ...{ kind: 'unusable', problem: 'UNREADABLE', reason: 'gone.pdf: 4 bytes' },
    });
  });

  it('takes headers of a file whose name says which they are', async () => {
    const judgement = await judgeWith('testnet-7.headers', HEADER);
    const sources = judgement.kind === 'report' ? judgement.report.trust : [];
    expect(sources.map(({ name }) => name)).toContain('headers of bitcoin:testnet from height 7');
  });

  it.each([
    'headers.bin',
    'regtest-7.headers',
    'testnet-.headers',
    'testnet-7.headers.txt',
    '7.headers',
  ])('judges nothing with headers in a file named %s', async (name) => {
    expect(await judgeWith(name, HEADER)).toMatchObject({
      kind: 'unusable',
      problem: 'HEADERS_UNNAMED',
    });
  });

  it.each([
    ['cut off', 'testnet-7.headers', HEADER.subarray(1)],
    ['without the work of their network', 'mainnet-935000.headers', HEADER],
    ['that do not follow each other', 'testnet-7.headers', Buffer.concat([HEADER, HEADER])],
    ['none at all', 'testnet-7.headers', new Uint8Array()],
  ])('judges nothing with headers %s', async (_what, name, bytes) => {
    expect(await judgeWith(name, bytes)).toMatchObject({
      kind: 'unusable',
      problem: 'TRUST_MALFORMED',
      reason: expect.stringMatching(/^(testnet|mainnet)-\d+\.headers: the headers do not hold/),
    });
  });

  it('does not read a file of headers that is too large', async () => {
    expect(
      await judgeWith('testnet-7.headers', new Uint8Array(MAX_HEADERS_BYTES + 1)),
    ).toMatchObject({ kind: 'unusable', problem: 'TOO_LARGE' });
  });
});
