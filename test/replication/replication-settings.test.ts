import { describe, expect, it } from '@jest/globals';
import { parseReplicationSettings } from '../../src/replication/replication-settings.js';
import { parseVerifierKey } from '../../src/tlog/note-key.js';
import { failure } from '../support/errors.js';
import { linkKey } from './links/links-fixture.js';

const receiptKey = 'ab'.repeat(32);
const b = { name: 'b', linkKey: linkKey('b'), receiptKey, address: 'b.example:1', site: 'par1' };
const c = { ...b, name: 'c', linkKey: linkKey('c'), receiptKey: 'cd'.repeat(32) };

const LOG_KEY = 'log.example/acme/kyc+b56f68eb+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c';

describe('settings of replication', () => {
  it('are the place of this node, its links, and peers with theirs', () => {
    const keeps = { maxBytes: 1_000, maxLogs: 2 };
    const full = { ...b, country: 'FR', url: 'https://b.example/base/', offers: true, keeps };
    const witness = 'witness.example+3176bd45+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU';
    expect(
      parseReplicationSettings({
        site: 'ber1',
        country: 'DE',
        listen: '[::1]:1',
        peers: [{ ...full, witness }, c],
      }),
    ).toEqual({
      site: 'ber1',
      country: 'DE',
      listen: { host: '::1', port: 1 },
      bootstrap: [],
      blindPeers: [],
      files: { keep: 'all', ledgers: [], maxBytes: null, maxBytesPerSecond: 64 * 2 ** 20 },
      peers: [
        {
          ...{ ...full, address: { host: 'b.example', port: 1 }, url: 'https://b.example/base' },
          witness: parseVerifierKey(witness),
        },
        {
          ...{ ...c, address: { host: 'b.example', port: 1 }, country: null, url: null },
          ...{ offers: false, keeps: null, witness: null },
        },
      ],
    });
  });

  it.each([
    ['nothing', undefined, 'the file'],
    ['no site', { peers: [] }, 'site'],
    ['no peers', { site: 'a' }, 'peers'],
    ['a member that is not known', { site: 'a', peers: [], role: 'x' }, 'the file'],
    ['a site that is none', { site: 'A b', peers: [] }, 'site'],
    ['a country in words', { site: 'a', country: 'Germany', peers: [] }, 'country'],
    ['a peer with more', { site: 'a', peers: [{ ...b, key: 'x' }] }, 'peers.0'],
    [
      'no receipt key',
      { site: 'a', peers: [{ ...b, receiptKey: undefined }] },
      'peers.0.receiptKey',
    ],
    [
      'one receipt key twice',
      { site: 'a', peers: [b, { ...c, receiptKey }] },
      'peers.1.receiptKey',
    ],
    [
      'one link key twice',
      { site: 'a', peers: [b, { ...c, linkKey: b.linkKey }] },
      'peers.1.linkKey',
    ],
    ['no link key', { site: 'a', peers: [{ ...b, linkKey: undefined }] }, 'peers.0.linkKey'],
    ['no name', { site: 'a', peers: [{ ...b, name: undefined }] }, 'peers.0.name'],
    ['an address without a port', { site: 'a', listen: 'b', peers: [] }, 'listen'],
    ['a password in a URL', { site: 'a', peers: [{ ...b, url: 'https://u:p@b' }] }, 'peers.0.url'],
    ['a URL of another kind', { site: 'a', peers: [{ ...b, url: 'ftp://b' }] }, 'peers.0.url'],
    [
      'keeping without limits',
      { site: 'a', peers: [{ ...b, keeps: {} }] },
      'peers.0.keeps.maxBytes',
    ],
    [
      'room for no log',
      { site: 'a', peers: [{ ...b, keeps: { maxBytes: 1, maxLogs: 0 } }] },
      'peers.0.keeps.maxLogs',
    ],
    [
      'a witness that is a log',
      { site: 'a', peers: [{ ...b, witness: LOG_KEY }] },
      'peers.0.witness',
    ],
    ['offers in words', { site: 'a', peers: [{ ...b, offers: 'yes' }] }, 'peers.0.offers'],
  ])('are refused with %s, by the name of the member', (_, input, where) => {
    const error = failure(() => parseReplicationSettings(input));
    expect(error.code).toBe('REPLICATION_SETTINGS_MALFORMED');
    expect(error.message).toMatch(new RegExp(`^${where.replaceAll('.', '\\.')}: `));
    expect(error.message).not.toContain('u:p');
  });
});
