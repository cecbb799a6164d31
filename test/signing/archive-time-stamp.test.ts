import { describe, expect, it } from '@jest/globals';
import { concat, toHex, utf8 } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';
import {
  type ArchiveCoverage,
  archiveTimeStampCoverage,
  prepareArchiveTimeStamp,
  withArchiveTimeStamp,
} from '../../src/signing/archive-time-stamp.js';
import {
  levelOf,
  unsignedAttribute,
  unsignedValues,
  withValidationData,
} from '../../src/signing/cades-levels.js';
import { parseSignedData, type SignedData } from '../../src/signing/cms-signed-data.js';
import { derBytes, type DerNode } from '../../src/signing/der-reader.js';
import {
  der,
  derExplicit,
  derNull,
  derOctetString,
  derOid,
  derSequence,
} from '../../src/signing/der-writer.js';
import { type DigestAlgorithm, digestOf, DIGESTS } from '../../src/signing/digest-algorithms.js';
import { addToSignedData } from '../../src/signing/internal/signed-data-additions.js';
import { OID } from '../../src/signing/oids.js';
import { isRefusal, type Refusal } from '../../src/signing/signature-report.js';
import { SigningError } from '../../src/signing/signing-error.js';
import { at, encode, type Tree, treeOf } from './support/der-tree.js';
import {
  archive,
  archived,
  content,
  laterTsa,
  longTerm,
  only,
  renewed,
  signer,
  sub,
  timeStamp,
  timeStamped,
  tsa,
  validationData,
} from './support/levels.js';
import { basicOcsp, issueCrl } from './support/simple-revocation.js';
import { signCades } from './support/test-pki.js';
import { stamp, tokenFrom } from './support/test-tsa.js';

const REFUSED: unknown = expect.objectContaining({ code: 'AUGMENTATION_REFUSED' });
const NOTHING = { certificates: [], crls: [], ocspResponses: [] };

describe('the imprint of an archive time-stamp', () => {
  it('is over these octets, put together once more from the words of EN 319 122-1', () => {
    const signedData = parseSignedData(longTerm);
    const hash = (...parts: Uint8Array[]): Uint8Array => digestOf(DIGESTS.sha384, ...parts);
    const list = (hashes: Uint8Array[]): Uint8Array => derSequence(...hashes.map(derOctetString));
    const hashIndex = derSequence(
      derSequence(derOid('2.16.840.1.101.3.4.2.2')),
      list(signedData.certificateNodes.map((node) => hash(derBytes(node)))),
      list(signedData.revocationNodes.map((node) => hash(derBytes(node)))),
      list(
        signedData.signer.unsignedAttributes.map(({ node }) => {
          const [type, values] = node.children as [DerNode, DerNode];
          return hash(derBytes(type), ...values.children.map(derBytes));
        }),
      ),
    );
    const imprint = hash(
      Buffer.from('06092a864886f70d010701', 'hex'),
      hash(content),
      ...signedData.signer.fields.map(derBytes),
      hashIndex,
    );
    expect(prepareArchiveTimeStamp(longTerm, hash(content), DIGESTS.sha384)).toEqual({
      imprint,
      hashIndex,
    });
  });

  it('wants the content digest to be of its own algorithm', () => {
    expect(() => prepareArchiveTimeStamp(longTerm, sha256(content), DIGESTS.sha512)).toThrow(
      'assertion',
    );
  });
});

describe('an archive time-stamp covers', () => {
  it('every certificate, CRL, OCSP response and time-stamp that was there', () => {
    const { covers, later } = coverage(archived, 'sha256');
    expect(hex(covers.certificates)).toEqual(
      hex(parseSignedData(archived).certificates.map((certificate) => certificate.sha256)),
    );
    const { crls, ocspResponses } = validationData;
    expect(hex(covers.revocations).sort()).toEqual(
      hex([...crls, ...ocspResponses].map((each) => sha256(each))).sort(),
    );
    expect(typesOf(covers)).toEqual([OID.signatureTimeStamp]);
    expect(later).toMatchObject({ certificates: [], revocations: [] });
    // Itself.
    expect(typesOf(later)).toEqual([OID.archiveTimeStampV3]);
  });

  it('the one before it, and what went in in between, which that does not', () => {
    const all = parseSignedData(renewed);
    const outer = coverage(renewed, 'sha512');
    expect(outer.covers.certificates).toHaveLength(all.certificates.length);
    expect(outer.covers.revocations).toHaveLength(all.revocationNodes.length);
    expect(typesOf(outer.covers)).toEqual([OID.archiveTimeStampV3, OID.signatureTimeStamp]);
    const inner = coverage(renewed, 'sha256');
    expect(inner.covers.certificates).toEqual(coverage(archived, 'sha256').covers.certificates);
    expect(hex(inner.later.certificates)).toEqual([toHex(laterTsa.certificate.sha256)]);
    expect(inner.later.revocations).toHaveLength(1);
    expect(typesOf(inner.later)).toEqual([OID.archiveTimeStampV3, OID.archiveTimeStampV3]);
  });

  it('nothing that is added later, and does not break of it', () => {
    const crl = issueCrl(sub);
    let grown = timeStamp(withValidationData(archived, { ...NOTHING, crls: [crl] }), laterTsa);
    grown = addToSignedData(grown, {
      unsignedAttributes: [unsignedAttribute(OID.countersignature, derNull())],
    });
    const [before, after] = [coverage(archived, 'sha256'), coverage(grown, 'sha256')];
    expect(after.covers.certificates).toEqual(before.covers.certificates);
    expect(after.covers.revocations).toEqual(before.covers.revocations);
    expect(typesOf(after.covers)).toEqual([OID.signatureTimeStamp]);
    expect(after.later.revocations).toEqual([sha256(crl)]);
    expect(typesOf(after.later)).toEqual([
      OID.archiveTimeStampV3,
      OID.signatureTimeStamp,
      OID.countersignature,
    ]);
  });

  it('an OCSP response without its wrapping, and information of an unknown kind', () => {
    const basic = basicOcsp(sub, signer);
    const wrapped = derSequence(
      der(0x0a, Uint8Array.of(0)),
      derExplicit(0, derSequence(derOid(OID.ocspBasic), derOctetString(basic))),
    );
    const unknown = der(0xa1, derOid('1.2.3'), derNull());
    const broken = der(0xa1, derNull());
    const revocations = [der(0xa1, derOid(OID.ocspBasic), basic), unknown, broken];
    const { covers } = coverage(archive(addToSignedData(timeStamped, { revocations })), 'sha256');
    expect(hex(covers.revocations).sort()).toEqual(
      hex([wrapped, unknown, broken].map((each) => sha256(each))).sort(),
    );
  });
});

describe('an archive time-stamp refuses', () => {
  it('every change of a byte that it covers', () => {
    const signedData = parseSignedData(archived);
    const timeStampNode = only(unsignedValues(signedData, OID.signatureTimeStamp));
    const covered = [
      ...signedData.signer.fields,
      ...signedData.certificateNodes,
      ...signedData.revocationNodes,
      timeStampNode,
    ];
    let read = 0;
    for (const node of covered)
      for (let index = node.start; index < node.end; index += 5) {
        const changed = Uint8Array.from(archived);
        changed[index] = (changed[index] ?? 0) ^ (1 << (index & 7));
        const result = tryCover(changed);
        expect(result === null || isRefusal(result)).toBe(true);
        if (result !== null) read++;
      }
    // Most changes leave DER that can be read, so that it was the time-stamp that noticed.
    expect(read).toBeGreaterThan(300);
  });

  it.each([
    ['a certificate', 3],
    ['a CRL or OCSP response', 4],
  ])('the loss of %s', (_name, place) => {
    for (let index = 0; index < at(treeOf(archived), 1, 0, place).children.length; index++) {
      const without = bent(archived, (tree) => {
        const set = at(tree, 1, 0, place);
        set.children.splice(index, 1);
        // Without an OCSP response the version is another.
        if (place === 4 && set.children.every(({ tag }) => tag !== 0xa1))
          at(tree, 1, 0, 0).content = Uint8Array.of(1);
      });
      expect(tryCover(without)).toMatchObject({ subIndication: 'HASH_FAILURE' });
    }
  });

  it('the loss of the signature time-stamp', () => {
    const without = bent(archived, (tree) => {
      const unsigned = at(tree, 1, 0, -1, 0, -1);
      unsigned.children = unsigned.children.filter(
        (each) => !isOfType(each, OID.signatureTimeStamp),
      );
    });
    expect(tryCover(without)).toMatchObject({ subIndication: 'HASH_FAILURE' });
  });

  it('other content, and content known by another digest only', () => {
    const signedData = parseSignedData(archived);
    expect(cover(signedData, 'sha256', (digest) => digestOf(digest, utf8('other')))).toMatchObject({
      subIndication: 'HASH_FAILURE',
    });
    expect(cover(signedData, 'sha256', () => null)).toMatchObject({
      subIndication: 'SIGNED_DATA_NOT_FOUND',
    });
  });

  it('another signature of the same signer over the same content', () => {
    const other = parseSignedData(
      withValidationData(timeStamp(signCades(signer, content, { chain: [sub] })), validationData),
    );
    const node = only(unsignedValues(parseSignedData(archived), OID.archiveTimeStampV3));
    expect(
      archiveTimeStampCoverage(other, tokenFrom(node), (digest) => digestOf(digest, content)),
    ).toMatchObject({ subIndication: 'HASH_FAILURE' });
  });

  it('an index that leaves something out, names it twice, or names it in another place', () => {
    const edits: ((index: Tree) => void)[] = [
      (index) => at(index, 1).children.pop(),
      (index) => at(index, 1).children.push(at(index, 1, 0)),
      (index) => at(index, 2).children.push(...at(index, 1).children.splice(0)),
      (index) => at(index, 1).children.reverse(),
      (index) => (at(index, 3).children = []),
    ];
    for (const edit of edits)
      expect(tryCover(withIndex(edit))).toMatchObject({ subIndication: 'HASH_FAILURE' });
  });

  it('an index that names what is not there, though the imprint is over it', () => {
    const edits: ((index: Tree) => void)[] = [
      (index) => (at(index, 1, 0).content = new Uint8Array(32)),
      // One twice in the place of another.
      (index) => (at(index, 1).children[0] = at(index, 1, 1)),
      (index) => at(index, 2).children.push(at(treeOf(derSequence(derOctetString(sha256()))), 0)),
      (index) => at(index, 1).children.push(at(index, 1, 0)),
      (index) => (at(index, 3, 0).content = new Uint8Array()),
    ];
    for (const edit of edits)
      expect(tryCover(stampedOverIndex(edit))).toMatchObject({ subIndication: 'HASH_FAILURE' });
    // The control: an index that is as it should be, and one that names less.
    for (const edit of [() => undefined, (index: Tree) => at(index, 1).children.pop()])
      expect(isRefusal(tryCover(stampedOverIndex(edit)) as object)).toBe(false);
  });

  it('an index of another algorithm than the imprint, an unknown one, or no index', () => {
    const algorithm = (identifier: Uint8Array) => (index: Tree) => {
      index.children[0] = treeOf(identifier);
    };
    expect(tryCover(stampedOverIndex(algorithm(DIGESTS.sha512.identifier)))).toMatchObject({
      subIndication: 'FORMAT_FAILURE',
    });
    expect(
      tryCover(stampedOverIndex(algorithm(derSequence(derOid('1.3.14.3.2.26'))))),
    ).toMatchObject({
      subIndication: 'CRYPTO_CONSTRAINTS_FAILURE',
    });
    expect(tryCover(stampedOverIndex((index) => (index.children = [])))).toMatchObject({
      subIndication: 'FORMAT_FAILURE',
    });
    const bare = stamp(tsa, { hash: sha256() });
    const attribute = unsignedAttribute(OID.archiveTimeStampV3, bare.der);
    const cms = addToSignedData(longTerm, { unsignedAttributes: [attribute] });
    expect(tryCover(cms)).toMatchObject({ subIndication: 'FORMAT_FAILURE' });
  });
});

describe('putting an archive time-stamp in', () => {
  const prepared = prepareArchiveTimeStamp(longTerm, sha256(content), DIGESTS.sha256);
  const token = stamp(tsa, { hash: prepared.imprint });

  it('is refused once the signature has changed since it was prepared', () => {
    const changed = withValidationData(longTerm, { ...NOTHING, crls: [issueCrl(sub)] });
    for (const cms of [changed, timeStamped])
      expect(() => withArchiveTimeStamp(cms, token, prepared.hashIndex)).toThrow(REFUSED);
    expect(
      levelOf(parseSignedData(withArchiveTimeStamp(longTerm, token, prepared.hashIndex))),
    ).toBe('B-LTA');
  });

  it('is refused for a token that has an index already', () => {
    const used = only(unsignedValues(parseSignedData(archived), OID.archiveTimeStampV3));
    expect(() => withArchiveTimeStamp(longTerm, tokenFrom(used), prepared.hashIndex)).toThrow(
      REFUSED,
    );
  });

  it('announces the digest of the imprint where it is not that of the signer', () => {
    const announced = (cms: Uint8Array): number => at(treeOf(cms), 1, 0, 1).children.length;
    expect([longTerm, archived, renewed].map(announced)).toEqual([1, 1, 2]);
    // Announced without a reason, it would be a byte that nothing checks.
    const { identifier } = DIGESTS.sha512;
    expect(() => addToSignedData(longTerm, { digestAlgorithms: [identifier] })).toThrow(
      SigningError,
    );
  });

  it('leaves what the authority has signed as it was', () => {
    const cms = withArchiveTimeStamp(longTerm, token, prepared.hashIndex);
    const node = only(unsignedValues(parseSignedData(cms), OID.archiveTimeStampV3));
    const { signedData } = tokenFrom(node);
    expect(hex(signedData.signer.fields.map(derBytes))).toEqual(
      hex(token.signedData.signer.fields.map(derBytes)),
    );
    expect(signedData.content).toEqual(token.signedData.content);
    expect(unsignedValues(token.signedData, OID.atsHashIndexV3)).toEqual([]);
    expect(unsignedValues(signedData, OID.atsHashIndexV3).map(derBytes)).toEqual([
      prepared.hashIndex,
    ]);
  });
});

type DigestKey = keyof typeof DIGESTS;

/** `archived`, its index bent after the authority has stamped it. */
function withIndex(edit: (index: Tree) => unknown): Uint8Array {
  return bent(archived, (tree) => {
    const unsigned = at(tree, 1, 0, -1, 0, -1).children;
    const attribute = only(unsigned.filter((each) => isOfType(each, OID.archiveTimeStampV3)));
    edit(at(attribute, 1, 0, 1, 0, -1, 0, -1, 0, 1, 0));
  });
}

/** `longTerm` with an archive time-stamp by an authority that stamps any index. */
function stampedOverIndex(edit: (index: Tree) => unknown): Uint8Array {
  const { hashIndex } = prepareArchiveTimeStamp(longTerm, sha256(content), DIGESTS.sha256);
  const index = bent(hashIndex, edit);
  const { signer: signerInfo } = parseSignedData(longTerm);
  const hash = sha256(
    concat(derOid(OID.data), sha256(content), ...signerInfo.fields.map(derBytes), index),
  );
  const token = addToSignedData(
    stamp(tsa, { hash }).der,
    { unsignedAttributes: [unsignedAttribute(OID.atsHashIndexV3, index)] },
    'time-stamp-token',
  );
  return addToSignedData(longTerm, {
    unsignedAttributes: [unsignedAttribute(OID.archiveTimeStampV3, token)],
  });
}

function bent(bytes: Uint8Array, edit: (tree: Tree) => unknown): Uint8Array {
  const tree = treeOf(bytes);
  edit(tree);
  return encode(tree);
}

function isOfType(attribute: Tree, oid: string): boolean {
  return toHex(encode(at(attribute, 0))) === toHex(derOid(oid));
}

/** Null if it cannot even be read. */
function tryCover(cms: Uint8Array): ArchiveCoverage | Refusal | null {
  try {
    return cover(parseSignedData(cms), 'sha256');
  } catch (error) {
    if (error instanceof SigningError) return null;
    throw error;
  }
}

function coverage(cms: Uint8Array, imprint: DigestKey): ArchiveCoverage {
  const result = cover(parseSignedData(cms), imprint);
  if (isRefusal(result)) throw new Error(result.says);
  return result;
}

/** Of the archive time-stamp whose imprint is of this algorithm. */
function cover(
  signedData: SignedData,
  imprint: DigestKey,
  contentDigestOf = (digest: DigestAlgorithm): Uint8Array | null => digestOf(digest, content),
): ArchiveCoverage | Refusal {
  const token = unsignedValues(signedData, OID.archiveTimeStampV3)
    .map(tokenFrom)
    .find(({ info }) => info.imprint.digest.name === imprint);
  if (token === undefined) throw new Error('no such archive time-stamp');
  return archiveTimeStampCoverage(signedData, token, contentDigestOf);
}

function typesOf({ unsignedValues: values }: ArchiveCoverage['covers']): string[] {
  return values.map(({ type }) => type).sort();
}

function hex(list: readonly Uint8Array[]): string[] {
  return list.map(toHex);
}
