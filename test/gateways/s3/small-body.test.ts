import { describe, expect, it } from '@jest/globals';
import { concat, utf8 } from '../../../src/base/bytes.js';
import { s3Body } from '../../../src/gateways/s3/s3-body.js';
import type { S3Body } from '../../../src/gateways/s3/s3-request.js';
import { readSmallBody, readXmlBody } from '../../../src/gateways/s3/small-body.js';
import { inPieces } from './support/chunked.js';

function body(text: string, expectedLength: number | null = null): S3Body {
  return s3Body({
    source: inPieces(utf8(text), [1, 3]),
    ...{ payload: { kind: 'plain', sha256Hex: null }, expectedLength },
    digests: { sha256Hex: null, md5: null, checksum: null },
  });
}

const coded = (code: string): unknown => expect.objectContaining({ code });

describe('a small body', () => {
  it('comes whole', async () => {
    const whole = await readSmallBody({ body: body('hello', 5) }, 5);
    expect(whole).toEqual(concat(utf8('hello')));
  });

  it.each([5, null])('is refused where it is too long, announced as %j', async (length) => {
    await expect(readSmallBody({ body: body('hello', length) }, 4)).rejects.toEqual(
      coded('MaxMessageLengthExceeded'),
    );
  });

  it('is the document that the operation takes', async () => {
    const root = await readXmlBody(
      { body: body('<Delete><Quiet>true</Quiet></Delete>') },
      'Delete',
      100,
    );
    expect(root.name).toBe('Delete');
    const other = readXmlBody({ body: body('<Other/>') }, 'Delete', 100);
    await expect(other).rejects.toEqual(coded('MalformedXML'));
  });

  it('is not taken where less came than was announced', async () => {
    await expect(readSmallBody({ body: body('hell', 5) }, 10)).rejects.toEqual(
      coded('IncompleteBody'),
    );
  });
});
