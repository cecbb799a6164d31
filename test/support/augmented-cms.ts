/** A CMS to which something is added that no signature covers, as time-stamps and validation data are. */
import { parseSignedData } from '../../src/signing/cms-signed-data.js';
import { CMS_LIMITS } from '../../src/signing/cms-signed-data.js';
import { derBytes, type DerNode, readDer } from '../../src/signing/der-reader.js';
import { contextTag } from '../../src/signing/der-tag.js';
import {
  derExplicit,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
} from '../../src/signing/der-writer.js';

/** An attribute of an arc of nobody's; how often one was added can be read from how many there are. */
const ADDED = derOid('2.25.1');

/** @param what said by what is added. */
export function augmented(cms: Uint8Array, what: Uint8Array): Uint8Array {
  const { signer } = parseSignedData(cms);
  const attributes = [
    ...signer.unsignedAttributes.map(({ node }) => derBytes(node)),
    derSequence(ADDED, derSetOf([derOctetString(what)])),
  ];
  const root = readDer(cms, CMS_LIMITS);
  const [type, explicit] = root.children;
  const signedData = explicit?.children[0];
  if (type === undefined || signedData === undefined) throw new Error('no SignedData');
  const signerInfo = derSequence(
    ...signer.fields.map(derBytes),
    derSetOf(attributes, contextTag(1)),
  );
  const head = signedData.children.slice(0, -1).map((node: DerNode) => derBytes(node));
  const made = derSequence(...head, derSetOf([signerInfo]));
  return derSequence(derBytes(type), derExplicit(0, made));
}

export function timesAugmented(cms: Uint8Array): number {
  return parseSignedData(cms).signer.unsignedAttributes.length;
}
