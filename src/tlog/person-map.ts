/**
 * The map from the tag of each person to the list of the entries that carry it
 * (docs/formats/person-map.md): what an answer about a person is proven complete by.
 */
import type { Sha256Digest, TreeSize } from '../base/brand.js';
import { u64be, utf8 } from '../base/bytes.js';
import { sha256 } from '../base/hash.js';
import { digestFromHex, type HexDigest } from '../base/hex-digest.js';
import { listRoot, listSize, type PersonList } from './person-list.js';
import type { MapEntry } from './sparse-map.js';

/** SHA-256("chirograph/person-list/1\0" ‖ u64 size ‖ root): the value of a list in the map. */
export function mapValueOf(size: TreeSize, root: Sha256Digest): Sha256Digest {
  return sha256(LIST, u64be(size), root);
}

/** What the map holds of a tag; its list is not empty. */
export function personEntry(tag: HexDigest, list: PersonList): MapEntry {
  return { key: digestFromHex(tag), value: mapValueOf(listSize(list), listRoot(list)) };
}

const LIST = utf8('chirograph/person-list/1\0');
