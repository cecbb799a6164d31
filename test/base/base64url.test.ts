import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromBase64Url, toBase64Url } from '../../src/base/base64url.js';

describe('base64url', () => {
  it('brings back any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
      }),
    );
  });

  it('has one spelling: every text that is read is the one that would be written', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('A', 'Q', 'R', 'g', 'w', '0', '-', '_', '+', '/', '=', ' '),
        }),
        (text) => {
          let bytes: Uint8Array;
          try {
            bytes = fromBase64Url(text);
          } catch (error) {
            expect(error).toMatchObject({ code: 'BYTES_MALFORMED' });
            return;
          }
          expect(toBase64Url(bytes)).toBe(text);
        },
      ),
    );
  });

  it.each(['QQ==', 'QR', 'Q', '+/', 'Q Q', 'QQ\n'])('refuses %j', (text) => {
    expect(() => fromBase64Url(text)).toThrow(expect.objectContaining({ code: 'BYTES_MALFORMED' }));
  });
});
