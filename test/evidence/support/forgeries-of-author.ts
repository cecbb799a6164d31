/** Of authors: an operator who wants a claim to be of somebody whose key did not sign it then. */
import { formatInstant } from '../../../src/base/time.js';
import type { Forgery } from './forgery.js';
import { minutes } from './plan.js';
import { type AuthorBends, syntheticAuthor } from './synthetic-authors.js';

const REVOKED = { action: 'revoke-key', reason: 'unspecified' };

const revoked: AuthorBends['more'] = ({ master, tablet }) => [
  { change: { ...REVOKED, key: tablet.did }, signers: [master] },
];

function by(name: string, bends: AuthorBends): Forgery {
  return { name, check: 'author', bends: { author: syntheticAuthor('Ada', bends) } };
}

export const FORGERIES_OF_AUTHOR: readonly Forgery[] = [
  by('a key that nobody brought in but its owner', {
    by: 'spare',
    more: ({ spare }) => [
      {
        change: { action: 'add-key', key: { key: spare.did, purposes: ['sign'] } },
        signers: [spare],
      },
    ],
  }),
  {
    name: 'the history of somebody else',
    check: 'author',
    bends: { history: () => syntheticAuthor('Bob').history },
  },
  {
    name: 'a history that goes on',
    check: 'author',
    bends: { history: () => syntheticAuthor('Ada', { more: revoked }).history },
  },
  {
    name: 'a history cut short',
    check: 'author',
    bends: { history: (history) => history.slice(0, 2) },
  },
  by('a history from after the entry', {
    more: ({ master, spare }) => [
      {
        change: { action: 'add-key', key: { key: spare.did, purposes: ['sign'] } },
        signers: [master, spare],
      },
      {
        change: {
          ...{ action: 'revoke-key', key: spare.did, reason: 'compromised' },
          since: formatInstant(minutes(10_000)),
        },
        signers: [master],
      },
    ],
  }),
  by('a claim by a key that was rotated', { by: 'phone' }),
  by('a claim by a key that is not for sign', { by: 'master' }),
  by('a claim by a key that was never the author’s', { by: 'spare' }),
  by('a claim by a key that was revoked', { more: revoked }),
  by('a claim of an author who is suspended', {
    more: () => [{ change: { action: 'suspend', by: 'key:0a1b2c3d4e5f' }, signers: [] }],
  }),
  by('a claim of an author who was revoked', {
    more: ({ master }) => [
      { change: { action: 'revoke', reason: 'superseded' }, signers: [master] },
    ],
  }),
  {
    name: 'a claim dated long after its entry',
    check: 'author',
    bends: {
      claim: (recordedAt) => ({ $v: 2, signedAt: formatInstant(later(recordedAt)) }),
    },
  },
];

function later(at: number): ReturnType<typeof minutes> {
  return (at + 600_000) as ReturnType<typeof minutes>;
}
