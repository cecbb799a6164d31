import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { BaseError } from '../../src/base/errors.js';
import { withoutSecrets } from '../../src/base/logger.js';
import { Secret } from '../../src/base/secret.js';

const KEY = `cg_0123456789ab_${'A'.repeat(43)}`;

describe('fields without secrets', () => {
  it('keep what is harmless', () => {
    expect(withoutSecrets({ size: 7, ok: true, none: null, big: 7n, list: ['a'] })).toEqual({
      size: 7,
      ok: true,
      none: null,
      big: '7',
      list: ['a'],
    });
  });

  it.each([
    'authorization',
    'Authorization',
    'proxy-authorization',
    'set-cookie',
    'apiKey',
    'key',
    'password',
    'privateKey',
  ])('lose the member %s, at any depth', (name) => {
    const text = JSON.stringify(withoutSecrets({ request: { headers: [{ [name]: 'hunter2' }] } }));
    expect(text).not.toContain('hunter2');
  });

  it('lose keys in the middle of texts', () => {
    const cleaned = withoutSecrets({
      note: `sent ${KEY} to`,
      header: 'Bearer abc.def',
      deep: [KEY],
    });
    expect(cleaned).toEqual({
      note: 'sent [redacted] to',
      header: '[redacted]',
      deep: ['[redacted]'],
    });
  });

  it('give bytes as their number', () => {
    expect(withoutSecrets({ body: new Uint8Array(3) })).toEqual({ body: '3 bytes' });
  });

  it('give an operating error by its code, with its cause and without stacks', () => {
    const cause = new BaseError('JSON_MALFORMED', `not JSON: ${KEY}`);
    const error = new BaseError('BYTES_MALFORMED', 'not UTF-8', { cause });
    expect(withoutSecrets({ error })).toEqual({
      error: {
        name: 'BaseError',
        code: 'BYTES_MALFORMED',
        message: 'not UTF-8',
        cause: { name: 'BaseError', code: 'JSON_MALFORMED', message: 'not JSON: [redacted]' },
      },
    });
  });

  it('give any other error with its stack, for that is a bug', () => {
    expect(withoutSecrets({ error: new TypeError('x') })).toMatchObject({
      error: { name: 'TypeError', message: 'x', stack: expect.stringContaining('logger.test') },
    });
  });

  it('end where an object contains itself', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(JSON.stringify(withoutSecrets({ loop }))).toContain('[deeper]');
  });
});

describe('a secret', () => {
  it('shows itself to nobody but who asks for it', () => {
    const secret = new Secret('hunter2');
    for (const shown of [String(secret), JSON.stringify({ secret }), inspect({ secret })])
      expect(shown).not.toContain('hunter2');
    expect(secret.reveal()).toBe('hunter2');
  });
});
