import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  formatHostPort,
  parseHostPort,
  parseLinkSettings,
} from '../../../src/replication/links/link-settings.js';
import { failure } from '../../support/errors.js';
import { linkKey } from './links-fixture.js';

const b = { linkKey: linkKey('b'), name: 'b', address: 'b.example:8791' };
const c = { linkKey: linkKey('c'), name: 'c', address: '[2001:db8::1]:8791' };

describe('settings of links', () => {
  it('are peers, where to listen, and nodes of a DHT', () => {
    const parsed = parseLinkSettings({
      peers: [b, c, { linkKey: linkKey('d'), name: 'd' }],
      listen: '0.0.0.0:8791',
      bootstrap: ['192.0.2.1:49737'],
    });
    expect(parsed).toEqual({
      peers: [
        { ...b, address: { host: 'b.example', port: 8791 } },
        { ...c, address: { host: '2001:db8::1', port: 8791 } },
        { linkKey: linkKey('d'), name: 'd', address: null },
      ],
      listen: { host: '0.0.0.0', port: 8791 },
      bootstrap: [{ host: '192.0.2.1', port: 49737 }],
    });
    expect(parseLinkSettings({ peers: [] })).toEqual({ peers: [], listen: null, bootstrap: [] });
  });

  it.each([
    ['nothing', undefined, 'the settings of links'],
    ['no peers', {}, 'peers'],
    ['a member that is not known', { peers: [], port: 1 }, 'the settings of links'],
    ['a member of a peer that is not known', { peers: [{ ...b, role: 'x' }] }, 'peers.0'],
    ['a key that is no hex', { peers: [{ ...b, linkKey: 'B'.repeat(64) }] }, 'peers.0.linkKey'],
    ['a key that is too short', { peers: [{ ...b, linkKey: 'bb' }] }, 'peers.0.linkKey'],
    [
      'a key of small order',
      { peers: [{ ...b, linkKey: `01${'00'.repeat(31)}` }] },
      'peers.0.linkKey',
    ],
    [
      'a key that is no point',
      { peers: [{ ...b, linkKey: `02${'00'.repeat(31)}` }] },
      'peers.0.linkKey',
    ],
    ['one key twice', { peers: [b, { ...c, linkKey: b.linkKey }] }, 'peers.1.linkKey'],
    ['one name twice', { peers: [b, { ...c, name: 'b' }] }, 'peers.1.name'],
    ['a name that is none', { peers: [{ ...b, name: 'B b' }] }, 'peers.0.name'],
    ['a peer that is never found', { peers: [{ ...b, address: undefined }] }, 'peers.0.address'],
    ['a peer at port 0', { peers: [{ ...b, address: 'b.example:0' }] }, 'peers.0.address'],
    ['an address without a port', { peers: [b], listen: 'b.example' }, 'listen'],
    ['a port that is none', { peers: [b], listen: '127.0.0.1:65536' }, 'listen'],
    ['IPv6 without brackets', { peers: [b], listen: '::1:8791' }, 'listen'],
    ['IPv6 with a DHT', { peers: [b], listen: '[::1]:1', bootstrap: ['192.0.2.1:1'] }, 'listen'],
    ['too many peers', { peers: Array.from({ length: 257 }, () => b) }, 'peers'],
    [
      'too many nodes',
      { peers: [], bootstrap: Array.from({ length: 33 }, () => 'a:1') },
      'bootstrap',
    ],
  ])('refuse %s, and name where', (_, input, where) => {
    const error = failure(() => parseLinkSettings(input));
    expect(error.code).toBe('REPLICATION_SETTINGS_MALFORMED');
    expect(error.message).toMatch(new RegExp(`^${where}: `));
  });

  it('never quote what is wrong', () => {
    const error = failure(() => parseLinkSettings({ peers: [{ ...b, linkKey: 'secret' }] }));
    expect(error.message).not.toContain('secret');
  });

  it('give an address back as it was written', () => {
    const host = fc.oneof(
      fc.ipV4(),
      fc.ipV6().filter((text) => /^[0-9a-f:]+$/.test(text)),
      fc.domain(),
    );
    fc.assert(
      fc.property(host, fc.nat(65_535), (name, port) => {
        expect(parseHostPort(formatHostPort({ host: name, port }))).toEqual({ host: name, port });
      }),
    );
  });
});
