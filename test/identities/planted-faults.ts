/** Faults that the suites of this folder must notice, each in one of them, by the tests with that in their name. */
import type { FaultOfSuite } from '../support/planted-suite.js';

const RIGHTS = 'identities/event-rights.js';
const APPLY = 'identities/apply-event.js';
const CLAIM = 'identities/claim-signature.js';
const TRADLE = 'identities/tradle-object.js';
const EVENTS_SUITE = 'test/identities/apply-event.test.ts';
const MODEL_SUITE = 'test/identities/history-model.test.ts';
const SIGNED = 'identities/signed-recovery.js';
const REQUEST_SUITE = 'test/identities/recovery-request.test.ts';
const TRADLE_SUITE = 'test/identities/tradle.test.ts';

export const IDENTITY_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'a signature by any key makes a change',
    file: RIGHTS,
    find: '!possession.has(key) && !update.has(key) && !recovery.has(key)',
    replace: 'false',
    suite: EVENTS_SUITE,
    tests: 'a key added by a stranger',
  },
  {
    name: 'a new key need not sign itself',
    file: RIGHTS,
    find: '!signed.includes(key)',
    replace: 'false',
    suite: EVENTS_SUITE,
    tests: 'a key that does not sign itself',
  },
  {
    name: 'one recovery key is a quorum',
    file: RIGHTS,
    find: '.length >= threshold',
    replace: '.length >= 1',
    suite: EVENTS_SUITE,
    tests: 'takes as many recovery keys as the quorum',
  },
  {
    name: 'a key that was taken out of use comes back',
    file: 'identities/key-spans.js',
    find: 'hasHad(state, key)',
    replace: 'false',
    suite: EVENTS_SUITE,
    tests: 'a key that is there',
  },
  {
    name: 'an event may follow any other',
    file: APPLY,
    find: 'event.sequence === state.sequence + 1 && event.previous === state.head',
    replace: 'true',
    suite: EVENTS_SUITE,
    tests: 'follows the last one, and no other',
  },
  {
    name: 'a revoked key signs claims',
    file: CLAIM,
    find: 'key.to !== void 0',
    replace: 'false',
    suite: MODEL_SUITE,
    tests: 'each claim is judged by the keys of its time',
  },
  {
    name: 'a claim may be older than its key',
    file: CLAIM,
    find: 'signedAt < key.from.at',
    replace: 'false',
    suite: MODEL_SUITE,
    tests: 'each claim is judged by the keys of its time',
  },
  {
    name: 'a key for update alone signs claims',
    file: CLAIM,
    find: 'key?.purposes.includes("sign") === true',
    replace: 'key !== void 0',
    suite: MODEL_SUITE,
    tests: 'each claim is judged by the keys of its time',
  },
  {
    name: 'a key of small order is taken',
    file: 'identities/ed25519-point.js',
    find: '!SMALL_ORDER.has(y)',
    replace: 'true',
    suite: 'test/identities/ed25519-point.test.ts',
    tests: 'is refused in whatever form',
  },
  {
    name: 'an event of a history may look back to later than it can have been',
    file: 'identities/replay-events.js',
    find: 'one > other ? one : other',
    replace: 'one',
    suite: 'test/identities/replay-events.test.ts',
    tests: 'takes each event as early as can be',
  },
  {
    name: 'the signature of a Tradle object is not looked at',
    file: TRADLE,
    find: '!isSignature(publicKeyOf(signer), merkleRoot(body), signature)',
    replace: 'false',
    suite: TRADLE_SUITE,
    tests: 'are refused when altered by one bit',
  },
  {
    name: 'one recovery key that signed twice makes a quorum of two',
    file: SIGNED,
    find: 'signers.indexOf(key) !== at',
    replace: 'false',
    suite: REQUEST_SUITE,
    tests: 'makes no quorum of one key that signed twice',
  },
  {
    name: 'whoever has any key signs a recovery request',
    file: SIGNED,
    find: '!recovery.keys.some((known) => known === key)',
    replace: 'false',
    suite: REQUEST_SUITE,
    tests: 'is signed by a recovery key, and by no other',
  },
  {
    name: 'what comes back signed may be signed over anything',
    file: SIGNED,
    find: 'checkSigned(request, union([read], request.signatures), 1);',
    replace: '',
    suite: REQUEST_SUITE,
    tests: 'is signed over this request, and over nothing else',
  },
  {
    name: 'a recovery request need not follow its history',
    file: 'identities/recovery-request.js',
    find: 'checkSigned(request, signed.signatures, 0);',
    replace: '',
    suite: REQUEST_SUITE,
    tests: 'is refused with the history of another identity',
  },
];
