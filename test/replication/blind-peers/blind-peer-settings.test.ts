import { describe, expect, it } from '@jest/globals';
import z32 from 'z32';
import { isChosen } from '../../../src/replication/blind-peers/blind-peer-settings.js';
import { parseReplicationSettings } from '../../../src/replication/replication-settings.js';
import { failure } from '../../support/errors.js';
import { linkKey } from '../links/links-fixture.js';

const key = linkKey('vault');
const vault = { name: 'vault', key, ledgers: ['acme/kyc'] };
const parsed = (...blindPeers: unknown[]) =>
  parseReplicationSettings({ site: 'a', peers: [], bootstrap: ['h:1'], blindPeers }).blindPeers;

describe('blind peers of the settings', () => {
  it('have a key in hex or as they print it, and the ledgers that they are given', () => {
    const ledgers = ['acme/*', 'acme/_access', '_node/epochs'];
    const asPrinted = {
      ...vault,
      key: z32.encode(Buffer.from(key, 'hex')),
      country: 'CH',
      ledgers,
    };
    expect(parsed(asPrinted)).toEqual([
      {
        ...{ name: 'vault', key, country: 'CH' },
        ledgers: [
          { tenant: 'acme', ledger: null },
          { tenant: 'acme', ledger: '_access' },
          { tenant: '_node', ledger: 'epochs' },
        ],
      },
    ]);
    expect(parsed(vault)).toMatchObject([{ key, country: null }]);
    expect(parseReplicationSettings({ site: 'a', peers: [] }).blindPeers).toEqual([]);
  });

  it('are given what is named, or all of a tenant, and nothing else', () => {
    const [all, one] = parsed(
      { ...vault, ledgers: ['acme/*'] },
      { ...vault, name: 'other', key: linkKey('other') },
    );
    const choices = (peer: typeof all) =>
      ['acme/kyc', 'acme/hr', 'acme/_access', 'acm/kyc', 'other/kyc'].filter((text) => {
        const [tenant = '', ledger = ''] = text.split('/');
        return peer !== undefined && isChosen(peer, tenant, ledger);
      });
    expect(choices(all)).toEqual(['acme/kyc', 'acme/hr', 'acme/_access']);
    expect(choices(one)).toEqual(['acme/kyc']);
  });

  it.each([
    ['no ledgers', { ...vault, ledgers: [] }, 'blindPeers.0.ledgers'],
    ['no word of ledgers', { name: 'vault', key }, 'blindPeers.0.ledgers'],
    ['ledgers of all tenants', { ...vault, ledgers: ['*/*'] }, 'blindPeers.0.ledgers.0'],
    ['a ledger without its tenant', { ...vault, ledgers: ['kyc'] }, 'blindPeers.0.ledgers.0'],
    ['a part of a name', { ...vault, ledgers: ['acme/k*'] }, 'blindPeers.0.ledgers.0'],
    ['a short key', { ...vault, key: key.slice(2) }, 'blindPeers.0.key'],
    ['a key that is none', { ...vault, key: '00'.repeat(32) }, 'blindPeers.0.key'],
    ['a key with more bits', { ...vault, key: 'y'.repeat(51).concat('9') }, 'blindPeers.0.key'],
    ['a name with a space', { ...vault, name: 'a b' }, 'blindPeers.0.name'],
    ['a country in words', { ...vault, country: 'Switzerland' }, 'blindPeers.0.country'],
    ['a member that is unknown', { ...vault, priority: 2 }, 'blindPeers.0'],
  ])('are refused with %s, by the name of the member', (_, input, where) => {
    const error = failure(() => parsed(input));
    expect(error.code).toBe('REPLICATION_SETTINGS_MALFORMED');
    expect(error.message).toMatch(new RegExp(`^${where.replaceAll('.', '\\.')}: `));
  });

  it('are refused twice, and where there is no DHT', () => {
    const other = { ...vault, name: 'other' };
    expect(failure(() => parsed(vault, other)).message).toMatch(/^blindPeers\.1\.key: /);
    const same = { ...vault, key: linkKey('other') };
    expect(failure(() => parsed(vault, same)).message).toMatch(/^blindPeers\.1\.name: /);
    const without = { site: 'a', peers: [], blindPeers: [vault] };
    expect(failure(() => parseReplicationSettings(without)).message).toMatch(/^blindPeers: .*DHT/);
  });
});
