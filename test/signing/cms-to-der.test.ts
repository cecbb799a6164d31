import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { concat, toHex } from '../../src/base/bytes.js';
import { validateCades } from '../../src/signing/cades-validator.js';
import { cmsToDer } from '../../src/signing/cms-to-der.js';
import { contextTag } from '../../src/signing/der-tag.js';
import { der, derNull, derOid, derSequence, derSetOf } from '../../src/signing/der-writer.js';
import { OID } from '../../src/signing/oids.js';
import { cms, forged, genuine, tampered } from './support/attack.js';
import { BerEncoder } from './support/ber-encoder.js';
import { type CmsParts, partsOf } from './support/cms-forge.js';
import { at, encode, type Tree, treeOf } from './support/der-tree.js';

const verdictOn = (der: Uint8Array) => validateCades({ ...genuine, cms: der });
const anyTape = fc.array(fc.nat(255), { maxLength: 2_000 });

/** Sets that the schema knows: certificates, signed attributes. */
function setsOf({ signedData, signerInfo }: CmsParts): readonly Tree[] {
  return [at(signedData, 3), at(signerInfo, 3)];
}

function inForm(
  parts: CmsParts,
  tape: readonly number[],
  hashed: readonly Tree[] = [],
): Uint8Array {
  const sets = setsOf(parts);
  const verbatim = new Map(hashed.map((tree) => [tree, encode(tree)]));
  return new BerEncoder(tape, verbatim).encode(
    parts.contentInfo,
    (tree) => tree.tag === 0x31 || sets.includes(tree),
  );
}

describe('a signature in BER', () => {
  it('becomes the signature in DER, whatever its form', () => {
    fc.assert(
      fc.property(anyTape, (tape) => {
        expect(toHex(cmsToDer(inForm(partsOf(cms), tape)))).toBe(toHex(cms));
      }),
      { numRuns: 200 },
    );
  });

  it('in DER comes back as the same bytes', () => {
    expect(cmsToDer(cms)).toBe(cms);
  });

  it('in which the certificates or the attributes are out of order only, is genuine', () => {
    const unsorted = tampered((parts) => {
      for (const set of setsOf(parts)) set.children.reverse();
    });
    expect(verdictOn(unsorted).subIndication).toBe('FORMAT_FAILURE');
    expect(verdictOn(cmsToDer(unsorted)).indication).toBe('TOTAL-PASSED');
  });

  it('whose attributes were signed out of order, is not: RFC 5652 §5.4 wants their DER signed', () => {
    const signed = forged(({ attributes }) => attributes.children.reverse());
    expect(verdictOn(signed).subIndication).toBe('FORMAT_FAILURE');
    expect(verdictOn(cmsToDer(signed)).subIndication).toBe('SIG_CRYPTO_FAILURE');
  });

  it('that is none, is for the parser to refuse', () => {
    for (const other of [derNull(), derSequence(), derSequence(derNull(), derSequence())])
      expect(cmsToDer(other)).toBe(other);
    expect(() => cmsToDer(concat(cms, derNull()))).toThrow(
      expect.objectContaining({ code: 'CMS_MALFORMED' }),
    );
    expect(() => cmsToDer(new Uint8Array(3_000_000))).toThrow(
      expect.objectContaining({ code: 'CMS_MALFORMED' }),
    );
  });
});

describe('a signature with an archive time-stamp', () => {
  const withAttribute = (oid: string): CmsParts => {
    const parts = partsOf(cms);
    const attribute = derSequence(derOid(oid), derSetOf([derSequence(derNull())]));
    parts.signerInfo.children.push(treeOf(der(contextTag(1), attribute)));
    return parts;
  };
  /** Each part that an archive-time-stamp-v3 has hashed. */
  const hashedParts = ({ signedData, signerInfo }: CmsParts): readonly Tree[] => [
    ...at(signedData, 3).children,
    ...signerInfo.children.slice(0, 6),
    ...at(signerInfo, 6).children,
  ];
  const archiveOids = [
    OID.archiveTimeStampV1,
    OID.archiveTimeStampV2,
    OID.archiveTimeStampV3,
    OID.longTermValidation,
  ];

  it.each(archiveOids)('is taken if only what surrounds the hashed parts is BER: %s', (oid) => {
    const parts = withAttribute(oid);
    const inDer = encode(parts.contentInfo);
    expect(cmsToDer(inDer)).toBe(inDer);
    let changed = 0;
    fc.assert(
      fc.property(anyTape, (tape) => {
        const ber = inForm(parts, tape, hashedParts(parts));
        if (toHex(ber) !== toHex(inDer)) changed++;
        expect(toHex(cmsToDer(ber))).toBe(toHex(inDer));
      }),
    );
    expect(changed).toBeGreaterThan(50);
  });

  it('is refused if any of the hashed parts is, which is none of another attribute’s business', () => {
    const archived = withAttribute(OID.archiveTimeStampV3);
    const other = withAttribute(OID.contentType);
    hashedParts(archived).forEach((part, i) => {
      if (part.content !== undefined) return;
      const bent = (parts: CmsParts) => {
        const twin = hashedParts(parts)[i];
        const verbatim = new Map(twin === undefined ? [] : [[twin, indefinite(twin)]]);
        return new BerEncoder([], verbatim).encode(parts.contentInfo);
      };
      expect(() => cmsToDer(bent(archived))).toThrow(/archive time-stamp/);
      expect(cmsToDer(bent(other))).toEqual(encode(other.contentInfo));
    });
  });
});

function indefinite({ tag, children }: Tree): Uint8Array {
  return concat(Uint8Array.of(tag, 0x80), ...children.map(encode), Uint8Array.of(0, 0));
}
