/** The end of the demo: the evidence file alone, with what it is worth and what becomes of it altered. */
import type { JsonValue } from '../../base/canonical-json.js';
import { runVerify } from '../../evidence/run-verify.js';
import { EXIT } from '../terminal.js';
import { ALTERATIONS, alter } from './alterations.js';
import { type Altered, alterEachWay } from './altered-files.js';
import type { Left } from './erasure-steps.js';
import { CUSTOMER, NEW_STREET } from './kyc-bundle.js';
import type { HandedOut } from './proof-steps.js';
import type { Story } from './story.js';
import { checkLine, verify } from './verify-file.js';

export function verifyOffline(story: Story, { evidence, trust }: HandedOut): Promise<void> {
  const heading = {
    name: 'verify',
    title: 'The evidence is verified offline, with the trust file',
    proves:
      'who recorded what, between which two moments, unaltered since: without asking anybody.',
  };
  return story.step(heading, ({ line, expect, fact }) => {
    const { exitCode, report } = verify(evidence, trust);
    for (const check of report.checks) line(checkLine(check));
    expect(`verified, exit code ${exitCode}`, report.result === 'verified' && exitCode === 0);
    expect(`it speaks of ${NEW_STREET}`, JSON.stringify(report.entry).includes(NEW_STREET));
    fact('report', report.whole);
    return Promise.resolve();
  });
}

export function verifyWithoutTrust(story: Story, { evidence }: HandedOut): Promise<void> {
  const heading = {
    name: 'no-trust',
    title: 'The same file, verified by someone who trusts nobody',
    proves:
      'a file never vouches for itself: without the trust file it is consistent, and no more.',
  };
  return story.step(heading, ({ line, expect, fact }) => {
    const { exitCode, report } = verify(evidence, null);
    line(report.summary);
    expect(
      `consistent, not attributed; with --require attributed exit code ${exitCode}`,
      report.result === 'consistent' && exitCode === EXIT.no,
    );
    fact('result', report.result);
    return Promise.resolve();
  });
}

export function alterOneByte(
  story: Story,
  { evidence, trust }: HandedOut,
): Promise<readonly Altered[]> {
  const heading = {
    name: 'alter',
    title: 'One byte is altered, in five places, and the file verified each time',
    proves: 'none of the five passes, and the report names the check that caught it.',
  };
  const ways = ALTERATIONS.map((alteration) => ({
    ...alteration,
    make: () => alter(evidence, alteration),
  }));
  return story.step(heading, (notes) => Promise.resolve(alterEachWay(notes, ways, trust)));
}

export function verifyLeft(
  story: Story,
  { ofErased, ofNeighbour }: Left,
  { trust, evidence }: HandedOut,
): Promise<void> {
  const heading = {
    name: 'verify-left',
    title: 'What is left is verified: the erased entry, its neighbour, and the evidence of before',
    proves: 'erasing took the content, and no proof; what was handed out before stays what it was.',
  };
  return story.step(heading, ({ line, expect, fact }) => {
    const erased = verify(ofErased, trust);
    for (const check of erased.report.checks) line(checkLine(check));
    const inclusion = erased.report.checks.find(({ id }) => id === 'inclusion');
    expect(
      `the erased entry is in the tree as before, exit code ${erased.exitCode}`,
      erased.exitCode === EXIT.done && inclusion?.result === 'pass',
    );
    expect('and says nothing of the customer', !saysOf(erased.report.whole, CUSTOMER));
    const neighbour = verify(ofNeighbour, trust);
    expect(
      `the neighbour’s is verified, exit code ${neighbour.exitCode}, and speaks of ${NEW_STREET}`,
      neighbour.report.result === 'verified' && saysOf(neighbour.report.whole, NEW_STREET),
    );
    const before = verify(evidence, trust);
    expect(
      'the evidence that the customer took along is verified, and still opens',
      before.report.result === 'verified' && saysOf(before.report.whole, NEW_STREET),
    );
    fact('erased', erased.report.whole);
    return Promise.resolve();
  });
}

function saysOf(report: JsonValue, text: string): boolean {
  return JSON.stringify(report).includes(text);
}

/** The report for people. */
export function reportText({ evidence, trust }: HandedOut): string {
  const { output } = runVerify({
    evidence,
    trust: [{ label: 'trust file', bytes: trust }],
    requireAttributed: true,
    json: false,
  });
  return output;
}
