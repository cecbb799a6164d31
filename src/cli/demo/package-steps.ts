/** The end of the second act: the package of the inspection, taken while there is a node, and verified without. */
import { toHex } from '../../base/bytes.js';
import { sha256 } from '../../base/hash.js';
import { ledgerPath } from '../node-options.js';
import { type Altered, alterEachWay } from './altered-files.js';
import type { DemoNode } from './demo-node.js';
import type { OpenedInspection } from './inspection-steps.js';
import { OTHER_CUSTOMER } from './kyc-bundle.js';
import { PACKAGE_ALTERATIONS } from './package-alterations.js';
import { LEDGER } from './record-steps.js';
import type { Story } from './story.js';
import { checkLine, verify } from './verify-file.js';

/** What the inspector takes along. */
export interface HandedOver {
  readonly collection: Uint8Array;
  readonly report: Uint8Array;
  /** About somebody else, for one who wants to forge the first. */
  readonly other: Uint8Array;
}

export function takePackage(
  story: Story,
  { client }: DemoNode,
  { inspector }: OpenedInspection,
): Promise<HandedOver> {
  const heading = {
    name: 'package',
    title: 'The inspector takes the hand-over package along: a collection, and a report as PDF',
    proves: 'nothing yet; what it is worth alone is shown when the node is gone.',
  };
  return story.step(heading, async ({ line, expect, fact }) => {
    const collection = await inspector.package('format=json');
    const report = await inspector.package('format=pdf&language=en');
    line(`collection  ${collection.length} bytes, SHA-256 ${toHex(sha256(collection))}`);
    line(`report      ${report.length} bytes, a collection inside`);
    expect('the report is a PDF', Buffer.from(report).subarray(0, 5).equals(Buffer.from('%PDF-')));
    const path = `${ledgerPath(LEDGER)}/subjects/${OTHER_CUSTOMER}/evidence`;
    const other = await client.download(path);
    fact('collectionBytes', collection.length);
    fact('reportBytes', report.length);
    return { collection, report, other };
  });
}

export function verifyPackage(
  story: Story,
  { collection }: Pick<HandedOver, 'collection'>,
  trust: Uint8Array,
): Promise<void> {
  const heading = {
    name: 'verify-package',
    title: 'The hand-over package is verified offline, with the trust file',
    proves:
      'these are the whole answers to all that was asked: nothing altered, added or left out.',
  };
  return story.step(heading, ({ line, expect, fact }) => {
    const { exitCode, report } = verify(collection, trust);
    for (const check of report.checks) line(checkLine(check));
    const { questions = [] } = report;
    expect(`verified, exit code ${exitCode}`, report.result === 'verified' && exitCode === 0);
    expect(
      `all ${questions.length} questions of the inspection have their answer in it`,
      questions.length === QUESTIONS && questions.every(({ answer }) => answer !== null),
    );
    fact('report', report.whole);
    return Promise.resolve();
  });
}

/** The residences at two instants and as they held at another, and the whole file at the two instants. */
const QUESTIONS = 5;

export function alterPackage(
  story: Story,
  { collection, other }: HandedOver,
  trust: Uint8Array,
): Promise<readonly Altered[]> {
  const heading = {
    name: 'alter-package',
    title: 'An entry is left out, one of somebody else put in, a value changed',
    proves: 'none of the three passes, and the report names the check that caught it.',
  };
  const ways = PACKAGE_ALTERATIONS.map(({ make, ...way }) => ({
    ...way,
    make: () => make(collection, other),
  }));
  return story.step(heading, (notes) => Promise.resolve(alterEachWay(notes, ways, trust)));
}
