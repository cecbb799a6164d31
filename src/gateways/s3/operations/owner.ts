/** Who owns buckets and objects in the words of S3: an id that tells nothing, and a name (decision 58). */
import { sha256Hex } from '../../../base/hash.js';
import type { FileActor } from '../../../files/drive-port.js';
import type { S3Request } from '../s3-request.js';
import { element, type XmlElement } from '../xml-element.js';

export interface S3Owner {
  /** Canonical id: hex SHA-256 of the author. */
  readonly id: string;
  /** The author, as entries have it. */
  readonly name: string;
}

/** Author of what comes without a key, where a bucket takes that. No identity and no key has such a name. */
export const ANONYMOUS = 's3:anonymous';

export function ownerOf(author: string): S3Owner {
  return { id: sha256Hex(author), name: author };
}

export function authorOf({ caller }: Pick<S3Request, 'caller'>): string {
  return caller === null ? ANONYMOUS : caller.principal.author;
}

export function actorOf(request: Pick<S3Request, 'caller'>): FileActor {
  return { author: authorOf(request) };
}

/** @param tag `Owner` or `Initiator`. */
export function ownerElement(tag: string, { id, name }: S3Owner): XmlElement {
  return element(tag, [element('ID', id), element('DisplayName', name)]);
}
