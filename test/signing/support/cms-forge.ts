/**
 * Signatures bent out of shape. With `resign` the attributes are signed again as they then are, so
 * that what the validator refuses is the shape and not merely a broken signature value.
 */
import { createSignature, SIGNATURE_ALGORITHMS } from '../../../src/signing/algorithms.js';
import { derOid, derSequence, derSetOf } from '../../../src/signing/der-writer.js';
import { oidToText } from '../../../src/signing/object-identifier.js';
import { at, encode, type Tree, treeOf } from './der-tree.js';
import { type Identity, signCades } from './test-pki.js';

export interface CmsParts {
  readonly contentInfo: Tree;
  /** version, digestAlgorithms, encapContentInfo, certificates [0], signerInfos. */
  readonly signedData: Tree;
  /** version, sid, digestAlgorithm, signedAttrs [0], signatureAlgorithm, signature. */
  readonly signerInfo: Tree;
  readonly attributes: Tree;
}

export function partsOf(cms: Uint8Array): CmsParts {
  const contentInfo = treeOf(cms);
  const signedData = at(contentInfo, 1, 0);
  const signerInfo = at(signedData, -1, 0);
  return { contentInfo, signedData, signerInfo, attributes: at(signerInfo, 3) };
}

export function forge(
  signer: Identity,
  content: Uint8Array,
  options: NonNullable<Parameters<typeof signCades>[2]> & {
    edit: (parts: CmsParts) => void;
    resign?: boolean;
  },
): Uint8Array {
  const { edit, resign = true, ...signing } = options;
  const parts = partsOf(signCades(signer, content, signing));
  edit(parts);
  if (resign) {
    const algorithm = SIGNATURE_ALGORITHMS[signing.algorithm ?? 'ecdsa-sha256'];
    const toBeSigned = encode({ ...parts.attributes, tag: 0x31 });
    at(parts.signerInfo, 5).content = createSignature(algorithm, signer.privateKey, toBeSigned);
  }
  return encode(parts.contentInfo);
}

export function attributeOf(attributes: Tree, oid: string): Tree {
  const found = attributes.children.find((each) => typeOf(each) === oid);
  if (found === undefined) throw new Error('no such attribute');
  return found;
}

export function removeAttribute(attributes: Tree, oid: string): void {
  attributes.children = attributes.children.filter((each) => typeOf(each) !== oid);
}

/** In its sorted place, whether or not one of the type is there already. */
export function addAttribute(attributes: Tree, oid: string, ...values: Uint8Array[]): void {
  const attribute = derSequence(derOid(oid), derSetOf(values));
  attributes.children = treeOf(derSetOf([...attributes.children.map(encode), attribute])).children;
}

export function setAttribute(attributes: Tree, oid: string, ...values: Uint8Array[]): void {
  removeAttribute(attributes, oid);
  addAttribute(attributes, oid, ...values);
}

function typeOf(attribute: Tree): string {
  return oidToText(at(attribute, 0).content ?? new Uint8Array());
}
