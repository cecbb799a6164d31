import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { utf8 } from '../../src/base/bytes.js';
import { formatVerifierKey } from '../../src/tlog/note-key.js';
import {
  isSatisfied,
  parsePolicyLogs,
  parseWitnessPolicy,
  type WitnessPolicy,
} from '../../src/tlog/witness-policy.js';
import { logKey, witnessKey } from './keys.js';
import { accepted, singleByteChanges } from './mutations.js';

const LOG = formatVerifierKey(logKey('log.example/acme/kyc').key);

function vkey(number: number, name = `w${number}.example`): string {
  return formatVerifierKey(witnessKey(name, number).key);
}

/** C2SP tlog-policy, "Example policy", with keys in. */
const EXAMPLE = `log ${LOG}

witness X1 ${vkey(11)}
witness X2 ${vkey(12)}
witness X3 ${vkey(13)}
group X-witnesses 2 X1 X2 X3

witness Y1 ${vkey(21)}
witness Y2 ${vkey(22)}
witness Y3 ${vkey(23)}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`;

function parse(text: string): WitnessPolicy {
  return parseWitnessPolicy(utf8(text));
}

function holds(policy: WitnessPolicy, ...cosigned: readonly string[]): boolean {
  return isSatisfied(policy.quorum, ({ name }) => cosigned.includes(name));
}

describe('a witness policy', () => {
  it('of C2SP tlog-policy means what is said there', () => {
    const policy = parse(EXAMPLE);
    expect(policy.logs.map(({ key }) => formatVerifierKey(key))).toEqual([LOG]);
    expect(policy.witnesses.map(({ name }) => name)).toEqual(['X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3']);
    expect(holds(policy, 'X1', 'X3', 'Y2')).toBe(true);
    expect(holds(policy, 'X1', 'X2', 'X3')).toBe(false);
    expect(holds(policy, 'X1', 'Y1', 'Y2', 'Y3')).toBe(false);
    expect(holds(policy)).toBe(false);
  });

  it('of n out of m asks for n, whichever they are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(), fc.nat(), (m, some, bits) => {
        const n = 1 + (some % m);
        const names = Array.from({ length: m }, (_, at) => `w${at}`);
        const lines = names.map((name, at) => `witness ${name} ${vkey(at + 10)}\n`);
        const policy = parse(
          `${lines.join('')}group all-of-them ${n} ${names.join(' ')}\nquorum all-of-them\n`,
        );
        const cosigned = names.filter((_, at) => ((bits >>> at) & 1) === 1);
        expect(holds(policy, ...cosigned)).toBe(cosigned.length >= n);
      }),
    );
  });

  it('may be one witness, or none at all if that is said', () => {
    const one = parse(`witness a ${vkey(11)} https://w.example/a\nquorum a\n`);
    expect(one.witnesses[0]?.url).toBe('https://w.example/a');
    expect(holds(one)).toBe(false);
    expect(holds(one, 'a')).toBe(true);
    expect(holds(parse('quorum none\n'))).toBe(true);
  });

  it('takes comments, tabs, spaces, and names in any bytes', () => {
    const bytes = Buffer.concat([
      utf8(` # c\u00f6mment\n\t\n\twitness  `),
      Uint8Array.of(0xff, 0xfe),
      utf8(`\t${vkey(11, 'w\u00e9.example')} https://w\u00e9.example \n quorum\t`),
      Uint8Array.of(0xff, 0xfe, 0x0a),
    ]);
    const policy = parseWitnessPolicy(new Uint8Array(bytes));
    expect(policy.witnesses[0]?.key.name).toBe('w\u00e9.example');
    expect(policy.witnesses[0]?.url).toBe('https://w\u00e9.example');
    expect(isSatisfied(policy.quorum, () => true)).toBe(true);
  });

  const witnesses = `witness a ${vkey(11)}\nwitness b ${vkey(12)}\n`;
  it.each([
    ['no quorum', witnesses],
    ['nothing', ''],
    ['two quorums', `${witnesses}quorum a\nquorum b\n`],
    ['a quorum that is not defined', `${witnesses}quorum c\n`],
    ['a quorum of a later line', `quorum a\n${witnesses}`],
    ['a quorum of two', `${witnesses}quorum a b\n`],
    ['an unknown line', `${witnesses}threshold 1\nquorum a\n`],
    ['a control character', `${witnesses}# \u000b\nquorum a\n`],
    ['a carriage return', `${witnesses}quorum a\r\n`],
    ['no newline at the end', `${witnesses}quorum a`],
    ['a name that is taken', `${witnesses}group a 1 b\nquorum a\n`],
    ['a witness called none', `witness none ${vkey(11)}\nquorum none\n`],
    ['none as a member', `${witnesses}group g 1 none\nquorum g\n`],
    ['an empty group', `${witnesses}group g 1\nquorum g\n`],
    ['a group of none out of two', `${witnesses}group g 0 a b\nquorum g\n`],
    ['a group of three out of two', `${witnesses}group g 3 a b\nquorum g\n`],
    ['a number with a leading zero', `${witnesses}group g 01 a b\nquorum g\n`],
    ['a member twice in a group', `${witnesses}group g 2 a a\nquorum g\n`],
    ['a member of two groups', `${witnesses}group g 1 a\ngroup h 1 a b\nquorum h\n`],
    ['a group in itself', `${witnesses}group g 1 g\nquorum g\n`],
    ['a key that stands twice', `${witnesses}witness c ${vkey(11)}\nquorum c\n`],
    [
      'a key that stands twice under two names',
      `${witnesses}witness c ${vkey(11, 'c')}\nquorum c\n`,
    ],
    ['a log key as a witness', `witness a ${LOG}\nquorum a\n`],
    ['a witness key as a log', `log ${vkey(11)}\nquorum none\n`],
    ['a key that is none', 'witness a w.example+00000000+AAAA\nquorum a\n'],
    ['a line with more than there is', `log ${LOG} https://a.example more\nquorum none\n`],
    ['too many bytes', `#${' '.repeat(65_536)}\nquorum none\n`],
    [
      'too many witnesses',
      `${Array.from({ length: 257 }, (_, at) => `witness w${at} ${vkey(at % 256, `w${at}`)}\n`).join('')}quorum none\n`,
    ],
  ])('is refused with %s', (_, text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'POLICY_MALFORMED' }));
  });

  it('does not say anything else with one byte of a key changed', () => {
    const policy = `witness a ${vkey(11)}\nquorum a\n`;
    const key = formatVerifierKey(parse(policy).witnesses[0]?.key ?? logKey('').key);
    for (const text of accepted(singleByteChanges(policy), parse)) {
      const [witness] = parse(text).witnesses;
      expect(witness === undefined || formatVerifierKey(witness.key) === key).toBe(true);
    }
  });

  it('gives its logs without a quorum too', () => {
    expect(parsePolicyLogs(utf8(`log ${LOG} https://log.example\n`))).toMatchObject([
      { url: 'https://log.example', key: { name: 'log.example/acme/kyc' } },
    ]);
    expect(() => parsePolicyLogs(utf8('log\n'))).toThrow(/line 1/);
  });
});
