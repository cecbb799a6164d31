/** The end of the demo: the evidence file alone, with what it is worth and what becomes of it altered. */
import { runVerify } from '../../evidence/run-verify.js';
import { EXIT } from '../terminal.js';
import { ALTERATIONS, alter } from './alterations.js';
import { type Altered, alterEachWay } from './altered-files.js';
import { NEW_STREET } from './kyc-bundle.js';
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
