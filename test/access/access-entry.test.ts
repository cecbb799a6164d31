import { describe, expect, it } from '@jest/globals';
import { type AccessEntry, accessPayload } from '../../src/access/access-entry.js';
import type { KeyId } from '../../src/access/key-text.js';
import { actionIn } from '../../src/access/reserved-ledger.js';
import { canonicalJson } from '../../src/base/canonical-json.js';
import { recordTemplate, typeIn } from '../../src/records/statement-template.js';
import { formatExample } from '../support/format-examples.js';

describe('the payload of an access entry', () => {
  it('is the example of docs/formats/access.md', () => {
    const rootHash = '670327d6e20a93356d7b4c770f5f5df71ee5c240b9a8c7d0b7baa115efd843d7';
    const entry: AccessEntry = {
      action: 'record:read',
      outcome: 'disclosed',
      ledger: 'kyc',
      question: { id: '7' },
      entries: { count: 1, rootHash },
      key: '0a1b2c3d4e5f' as KeyId,
      request: 'look-1',
    };
    expect(canonicalJson(accessPayload(entry))).toBe(formatExample('access')['payload']);
  });
});

describe('what is asked for in the access ledger', () => {
  it('is reading it, if it shows content, and else what nobody may, unless it is known to be harmless', () => {
    expect(actionIn('_access', 'record:read', true)).toBe('access:read');
    expect(actionIn('_access', 'evidence:export', true)).toBe('access:read');
    expect(actionIn('_access', 'record:read', false)).toBe('access:append');
    expect(actionIn('_access', 'record:append', false)).toBe('access:append');
    expect(actionIn('_access', 'ledger:read', false)).toBe('ledger:read');
    expect(actionIn('kyc', 'record:read', true)).toBe('record:read');
    expect(actionIn(null, 'key:list', false)).toBe('key:list');
  });
});

describe('the type of a record', () => {
  it('is found in its template, whatever else stands there', () => {
    const digest = '0'.repeat(64);
    const tags = { author: digest, key: digest, subject: digest } as never;
    const statement = { kind: 'record', header: digest, payload: digest, tags } as const;
    for (const type of ['a', 'tradle.Residence', '-', 'x'.repeat(128)])
      expect(typeIn(recordTemplate({ ...statement, type } as never))).toBe(type);
  });
});
