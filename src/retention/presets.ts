/**
 * Policies to start from: what some laws ask for, in the words of this program. They are no legal advice: whoever
 * sets them says which of their records a law is about, and what event ends a relationship. None was compared with the
 * official text: `source` says what each was taken from.
 */
import type { RetentionPolicies } from './policy.js';

export interface Preset extends RetentionPolicies {
  /** Where it comes from, and what to look after. */
  readonly source: string;
}

export const PRESETS: Readonly<Record<string, Preset>> = {
  amlr: {
    source:
      'Regulation (EU) 2024/1624 (AMLR), Art. 77(3), in application from 10 July 2027: five years from the end of the business relationship, or from an occasional transaction; competent authorities may require up to five more, case by case. Taken from a reprint by third parties, the date of application from secondary sources: compare with the Official Journal.',
    classes: {
      'aml-relationship': {
        basis: 'Regulation (EU) 2024/1624 (AMLR) Art. 77(3), business relationship',
        period: { years: 5 },
        clock: {
          kind: 'event',
          type: 'bank.RelationshipEnded',
          stoppedBy: 'bank.RelationshipBegan',
        },
        extension: { years: 5 },
      },
      'aml-occasional': {
        basis: 'Regulation (EU) 2024/1624 (AMLR) Art. 77(3), occasional transaction',
        period: { years: 5 },
        clock: { kind: 'event', type: 'bank.OccasionalTransaction' },
        extension: { years: 5 },
      },
    },
    types: {
      'bank.RelationshipBegan': 'aml-relationship',
      'bank.RelationshipEnded': 'aml-relationship',
      'bank.OccasionalTransaction': 'aml-occasional',
    },
  },
  'sec-17a-4': {
    source:
      '17 CFR § 240.17a-4: (a) six years for the books named there; (b)(4) three years for communications; (c) six years after the account was closed. The first two years in an easily accessible place. Taken from secondary sources, (a) also from a reprint of an earlier wording: compare with the Code of Federal Regulations.',
    classes: {
      'sec-books': {
        basis: '17 CFR § 240.17a-4(a)',
        period: { years: 6 },
        clock: { kind: 'recorded' },
      },
      'sec-communications': {
        basis: '17 CFR § 240.17a-4(b)(4)',
        period: { years: 3 },
        clock: { kind: 'recorded' },
      },
      'sec-account': {
        basis: '17 CFR § 240.17a-4(c)',
        period: { years: 6 },
        clock: { kind: 'event', type: 'broker.AccountClosed' },
      },
    },
    types: { 'broker.AccountClosed': 'sec-account' },
  },
  mifid2: {
    source:
      'Directive 2014/65/EU (MiFID II), Art. 16(7): records of telephone conversations and electronic communications are kept for five years, and for up to seven where the competent authority asks for it. Taken from secondary sources: compare with the Official Journal and with national law.',
    classes: {
      'mifid-communications': {
        basis: 'Directive 2014/65/EU (MiFID II) Art. 16(7)',
        period: { years: 5 },
        clock: { kind: 'recorded' },
        extension: { years: 2 },
      },
    },
    types: {},
  },
};

/** Several of them as one. */
export function mergedPresets(presets: readonly RetentionPolicies[]): RetentionPolicies {
  return {
    classes: Object.assign(
      {},
      ...presets.map(({ classes }) => classes),
    ) as RetentionPolicies['classes'],
    types: Object.assign({}, ...presets.map(({ types }) => types)) as RetentionPolicies['types'],
  };
}
