import { describe, expect, it } from '@jest/globals';
import { addressKind } from '../../src/keys/outbound-address.js';
import { type HostRule, parseHostRule, ruleFor } from '../../src/keys/outbound-host.js';

const rule = (text: string, isInternal = false): HostRule => {
  const parsed = parseHostRule(text, { isInternal });
  if (parsed === null) throw new Error(`no rule: ${text}`);
  return parsed;
};
const fits = (text: string, url: string): boolean => ruleFor([rule(text)], new URL(url)) !== null;

describe('a rule of hosts', () => {
  it.each([
    ['crl.example.com', 'http://crl.example.com/a.crl', true],
    ['CRL.example.com', 'https://crl.EXAMPLE.com/', true],
    ['crl.example.com', 'http://crl.example.com:80/', true],
    ['crl.example.com', 'http://crl.example.com:8080/', false],
    ['crl.example.com', 'https://crl.example.com:80/', false],
    ['crl.example.com:8080', 'http://crl.example.com:8080/', true],
    ['crl.example.com:8080', 'http://crl.example.com/', false],
    ['crl.example.com', 'http://x.crl.example.com/', false],
    ['crl.example.com', 'http://crl.example.com.evil.test/', false],
    ['*.example.com', 'http://crl.example.com/', true],
    ['*.example.com', 'http://a.b.example.com/', true],
    ['*.example.com', 'http://example.com/', false],
    ['*.example.com', 'http://notexample.com/', false],
    ['*', 'http://anything.test/', true],
    ['*', 'http://anything.test:22/', false],
    ['127.0.0.1:9', 'http://0x7f.1:9/', true],
    ['::1', 'http://[0:0::1]/', true],
    ['[::1]:8080', 'http://[::1]:8080/', true],
    ['[::1]', 'http://[::1]/', true],
    ['[::1]', 'http://[::2]/', false],
  ])('%s and %s: %s', (text, url, expected) => {
    expect(fits(text, url)).toBe(expected);
  });

  it.each([
    '',
    '*.',
    '*.*.com',
    'a..b',
    'http://a.test',
    'a.test/',
    'a.test:0',
    'a.test:65536',
    'u@a',
    '1.2.3',
    '*.0.0.1',
    'fe80::1%eth0',
    `${'a'.repeat(64)}.test`,
    '-a.test',
    'a.test.',
  ])('is not %j', (text) => {
    expect(parseHostRule(text, { isInternal: false })).toBeNull();
  });

  it('does not allow every host that is internal at once', () => {
    expect(parseHostRule('*', { isInternal: true })).toBeNull();
  });
});

describe('an address', () => {
  it.each([
    ['93.184.215.14', 'public'],
    ['2606:2800:21f:cb07:6820:80da:af6b:8b2c', 'public'],
    ['::ffff:93.184.215.14', 'public'],
    ['127.0.0.1', 'internal'],
    ['127.1.2.3', 'internal'],
    ['::1', 'internal'],
    ['::ffff:127.0.0.1', 'internal'],
    ['10.1.2.3', 'internal'],
    ['172.16.0.1', 'internal'],
    ['192.168.1.1', 'internal'],
    ['100.64.0.1', 'internal'],
    ['fd12:3456::1', 'internal'],
    ['169.254.169.254', 'refused'],
    ['::ffff:169.254.169.254', 'refused'],
    ['168.63.129.16', 'refused'],
    ['100.100.100.200', 'refused'],
    ['fd00:ec2::254', 'refused'],
    ['fe80::1', 'refused'],
    ['0.0.0.0', 'refused'],
    ['::', 'refused'],
    ['224.0.0.1', 'refused'],
    ['255.255.255.255', 'refused'],
    ['240.0.0.1', 'refused'],
    ['192.0.2.1', 'refused'],
    ['198.18.0.1', 'refused'],
    ['ff02::1', 'refused'],
    ['64:ff9b::7f00:1', 'refused'],
    ['2002:7f00:1::', 'refused'],
    ['2001:0:1::1', 'refused'],
    ['fec0::1', 'refused'],
    ['4000::1', 'refused'],
    ['0:0:0:0:0:0:7f00:1', 'refused'],
    ['example.com', 'refused'],
    ['', 'refused'],
  ])('%s is %s', (address, kind) => {
    expect(addressKind(address)).toBe(kind);
  });
});
