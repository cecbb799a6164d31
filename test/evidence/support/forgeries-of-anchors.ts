/** Of the way from the log's heads into the chain. */
import type { LeafIndex, Sha256Digest, UnixMillis } from '../../../src/base/brand.js';
import { digestToHex } from '../../../src/base/hex-digest.js';
import type { Forgery } from './forgery.js';
import { MINUTE, minutes } from './plan.js';
import { derived } from './synthetic-keys.js';

const OTHER_DIGEST = derived('something else') as Sha256Digest;
const OTHER_HASH = digestToHex(OTHER_DIGEST);

export const FORGERIES_OF_ANCHORS: readonly Forgery[] = [
  {
    name: 'an anchored head of another log',
    check: 'anchor:after',
    bends: { head: (head) => ({ ...head, originHash: OTHER_DIGEST }) },
  },
  {
    name: 'an anchored head of another history',
    check: 'anchor:after',
    bends: { head: (head) => ({ ...head, rootHash: OTHER_DIGEST }) },
  },
  {
    name: 'an epoch that commits to other tenants',
    check: 'anchor:after',
    bends: { epoch: (statement) => ({ ...statement, tenants: OTHER_HASH }) },
  },
  {
    name: 'a head filed under another tenant',
    check: 'anchor:after',
    bends: { tenantHandle: () => derived('another tenant', 8) },
  },
  {
    name: 'a time-stamp over something else',
    check: 'epoch-time-stamp',
    bends: { stamped: () => derived('something else') },
  },
  {
    name: 'a time-stamp over a head without the entry',
    check: 'epoch-time-stamp',
    bends: { stamp: { epoch: 2, size: 4 } },
  },
  {
    name: 'an entry dated forward behind its time-stamp',
    check: 'epoch-time-stamp',
    bends: { stampedAt: minutes(87) },
  },
  {
    name: 'an anchor after that does not hold the entry',
    check: 'anchor:after',
    bends: { after: { epoch: 2, anchor: 1 } },
  },
  {
    name: 'an anchor before that holds the entry',
    check: 'anchor:before',
    bends: {
      anchors: [
        { height: 310, size: 4 },
        { height: 330, size: 5 },
      ],
      before: { epoch: 3, anchor: 0 },
      after: { epoch: 4, anchor: 1 },
    },
  },
  {
    name: 'an anchor before that proves an older epoch than its newest',
    check: 'anchor:before',
    bends: { before: { epoch: 1, anchor: 0 } },
  },
  {
    name: 'an entry dated back behind an anchored epoch',
    check: 'anchor:before',
    bends: {
      epoch: (statement) => ({
        ...statement,
        recordedAt: (statement.recordedAt + 150 * MINUTE) as UnixMillis,
      }),
    },
  },
  {
    name: 'anchors under two handles of one log',
    check: 'anchor:before',
    bends: { logHandle: (handle, epoch) => (epoch === 3 ? derived('decoy', 8) : handle) },
  },
  {
    name: 'anchors in two chains of transactions',
    check: 'anchor:before',
    bends: {
      anchors: [
        { height: 310, size: 3 },
        { height: 330, size: 5, chainScript: Buffer.from(`0014${'66'.repeat(20)}`, 'hex') },
      ],
    },
  },
  {
    name: 'an anchor before in a later block',
    check: 'anchor:before',
    bends: {
      anchors: [
        { height: 340, size: 3 },
        { height: 330, size: 5 },
      ],
    },
  },
  {
    name: 'anchors in a chain that the epochs do not name',
    check: 'anchor:after',
    bends: { epoch: (statement) => ({ ...statement, anchorScript: `0014${'66'.repeat(20)}` }) },
  },
  {
    name: 'an epoch said to stand elsewhere in its log',
    check: 'anchor:after',
    bends: { epoch: (statement) => ({ ...statement, index: 1 as LeafIndex }) },
  },
];
