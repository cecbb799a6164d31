/** Of the entry and the signatures over it. */
import { utf8 } from '../../../src/base/bytes.js';
import { digestToHex } from '../../../src/base/hex-digest.js';
import { claimBytes } from '../../../src/identities/claim-signature.js';
import type { RecordHeader } from '../../../src/records/header.js';
import { formatStatement, type SignatureStatement } from '../../../src/records/statement.js';
import { leafHash } from '../../../src/tlog/merkle-hash.js';
import { testKey } from '../../identities/support/identity-kit.js';
import type { Forgery } from './forgery.js';
import { minutes } from './plan.js';
import { claimOf } from './synthetic-authors.js';
import { derived } from './synthetic-keys.js';

const OTHER_HASH = digestToHex(derived('something else'));

export const FORGERIES_OF_ENTRY: readonly Forgery[] = [
  {
    name: 'an entry dated back behind those before it',
    check: 'statement',
    bends: { recordedAt: (index) => minutes(index === 9 ? -100 : 10 * index) },
  },
  {
    name: 'a committed header that is none',
    check: 'header',
    bends: { headerBytes: () => utf8('{"$v":1,"hello":"world"}'), history: () => undefined },
  },
  {
    name: 'a header of another type than the statement',
    check: 'header',
    bends: { header: (header) => ({ ...header, type: 'tradle.Passport' }) },
  },
  {
    name: 'a header with parts that the statement does not have',
    check: 'header',
    bends: {
      header: (header) => ({
        ...header,
        parts: [{ class: 'default', sha256: OTHER_HASH, size: 1 }],
      }),
    },
  },
  {
    name: 'a signature whose header names another entry',
    check: 'signature:1',
    bends: { signatureHeader: (header) => ({ ...header, of: OTHER_HASH }) },
  },
  {
    name: 'a header with another SHA-256 than the payload has',
    check: 'payload',
    bends: {
      header: (header) => ({ ...header, payload: { ...header.payload, sha256: OTHER_HASH } }),
    },
  },
  {
    name: 'a header with another size than the payload has',
    check: 'payload',
    bends: { header: (header) => ({ ...header, payload: { ...header.payload, size: 1 } }) },
  },
  {
    name: 'a payload that is not canonical JSON',
    check: 'payload',
    bends: { payload: utf8('{ "city": "Zürich" }') },
  },
  {
    name: 'a signature said to be something else than CMS',
    check: 'signature:1',
    bends: {
      signatureHeader: (header) => ({
        ...header,
        payload: { ...header.payload, mediaType: 'application/json' },
      }),
    },
  },
  {
    name: 'a subject’s tag that is another’s',
    check: 'tags',
    bends: {
      record: (statement) => ({ ...statement, tags: { ...statement.tags, subject: OTHER_HASH } }),
    },
  },
  {
    name: 'an author’s tag that is another’s',
    check: 'tags',
    bends: {
      record: (statement) => ({ ...statement, tags: { ...statement.tags, author: OTHER_HASH } }),
    },
  },
  {
    name: 'a thing’s tag that is another’s',
    check: 'tags',
    bends: {
      record: (statement) => ({ ...statement, tags: { ...statement.tags, key: OTHER_HASH } }),
    },
  },
  {
    name: 'a thing without a key whose opener opens nothing',
    check: 'tags',
    bends: {
      recordKey: undefined,
      header: (header) => ({ ...header, keyOpener: OTHER_HASH }),
      openers: () => undefined,
    },
  },
  {
    name: 'a claim of another author',
    check: 'claim',
    bends: {
      header: (header) => ({ ...header, claim: { ...claimOf(header), author: 'somebody else' } }),
      history: () => undefined,
    },
  },
  {
    name: 'a claim that another key signed than the one it names',
    check: 'claim',
    bends: {
      header: (header: RecordHeader): RecordHeader => {
        const { did: keyId, alg } = testKey();
        const claim = claimOf(header);
        const value = testKey().sign(claimBytes(claim));
        return {
          ...header,
          claim,
          claimSignature: { alg, keyId, value },
          authorEvent: OTHER_HASH,
        };
      },
      history: () => undefined,
    },
  },
  {
    name: 'a claim that is none',
    check: 'claim',
    bends: { header: (header) => ({ ...header, claim: { $v: 1 } }), history: () => undefined },
  },
  {
    name: 'a signature entry of another entry',
    check: 'signature:1',
    bends: {
      signature: (statement) => ({ ...statement, of: OTHER_HASH }),
      signatureHeader: (header) => ({ ...header, of: OTHER_HASH }),
    },
  },
  {
    name: 'a version of another signature',
    check: 'signature:2',
    bends: { signature: laterVersion() },
  },
  {
    name: 'a certificate signature over something else',
    check: 'signature:1',
    bends: { signed: () => utf8('something else') },
  },
  {
    name: 'a payload that is no JSON at all',
    check: 'payload',
    bends: { payload: Uint8Array.of(1, 2, 3) },
  },
];

/** Says of the second signature that it is a later version of the first. */
function laterVersion(): (statement: SignatureStatement) => SignatureStatement {
  let first: SignatureStatement | null = null;
  return (statement) => {
    if (first === null || first.index >= statement.index) {
      first = statement;
      return statement;
    }
    return { ...statement, prev: digestToHex(leafHash(formatStatement(first))) };
  };
}
