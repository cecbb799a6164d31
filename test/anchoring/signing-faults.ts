/** Faults of anchor keys that lie elsewhere, each with the suite that must notice it. */
import type { FaultOfSuite } from '../support/planted-suite.js';

const DISTANT = 'test/anchoring/distant-key.test.ts';
const PSBT = 'test/anchoring/anchor-psbt.test.ts';
const TOKEN = 'test/anchoring/token-anchor-signer.test.ts';
const WALLET = 'test/anchoring/anchor-transaction.test.ts';
const ANSWER_FILE = 'anchoring/anchor-answer.js';
const PSBT_FILE = 'anchoring/anchor-psbt.js';
const TOKEN_FILE = 'anchoring/token-anchor-signer.js';
const DECISION_FILE = 'anchoring/anchor-decision.js';

export const ANCHOR_SIGNING_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'any transaction is taken for the newest that was asked for',
    file: ANSWER_FILE,
    find: 'if (candidate === void 0) throw unknown(chain, transaction);',
    replace:
      'if (candidate === void 0) return { candidate: chain.candidates.at(-1), bytes: transaction };',
    suite: DISTANT,
    tests: 'with a higher fee',
  },
  {
    name: 'an answer to an anchor that was replaced is taken',
    file: ANSWER_FILE,
    find: 'if (!unsignedAnchors(chain).includes(candidate))',
    replace: 'if (false)',
    suite: DISTANT,
    tests: 'no use for the older one',
  },
  {
    name: 'limits that were lowered mean nothing to an answer',
    file: ANSWER_FILE,
    find: 'checkAnchorFee(candidate, limits);',
    replace: '',
    suite: DISTANT,
    tests: 'lowered meanwhile',
  },
  {
    name: 'signatures are believed',
    file: 'anchoring/anchor-transaction.js',
    find: 'return isSpending ? transaction.toBuffer() : null;',
    replace: 'return transaction.toBuffer();',
    suite: DISTANT,
    tests: 'says it is over all',
  },
  {
    name: 'any hash type is taken',
    file: PSBT_FILE,
    find: 'if (encoded.at(-1) !== Transaction.SIGHASH_ALL) return null;',
    replace: '',
    suite: DISTANT,
    tests: 'another hash type is',
  },
  {
    name: 'signatures of any key are looked at',
    file: PSBT_FILE,
    find: 'partialSig.find(({ pubkey }) => equalBytes(pubkey, publicKey))',
    replace: 'partialSig.find(() => true)',
    suite: DISTANT,
    tests: 'by another key',
  },
  {
    name: 'a PSBT has no length',
    file: PSBT_FILE,
    find: 'if (bytes.length > MAX_PSBT_BYTES)',
    replace: 'if (false)',
    suite: DISTANT,
    tests: 'a huge file',
  },
  {
    name: 'what a device finalises is not looked at',
    file: PSBT_FILE,
    find: 'own?.signature ?? signatureIn(finalScriptWitness, publicKey)',
    replace: 'own?.signature ?? null',
    suite: DISTANT,
    tests: 'finalised by the device',
  },
  {
    name: 'a PSBT does not say that all of it is signed',
    file: PSBT_FILE,
    find: 'sighashType: Transaction.SIGHASH_ALL,',
    replace: '',
    suite: PSBT,
    tests: 'all of it is signed',
  },
  {
    name: 'a high s goes out',
    file: 'anchoring/internal/p2wpkh.js',
    find: 'if (s <= ORDER / 2n || s >= ORDER)',
    replace: 'if (true)',
    suite: WALLET,
    tests: 'lowers a high s',
  },
  {
    name: 'an anchor is asked for anew with each head',
    file: DECISION_FILE,
    find: 'return isAtOnce || isTooCheap && isTime;',
    replace: 'return true;',
    suite: DISTANT,
    tests: 'not for a new head alone',
  },
  {
    name: 'an unsigned anchor holds up a key that signs at once',
    file: DECISION_FILE,
    find: 'return isAtOnce || isTooCheap && isTime;',
    replace: 'return isTooCheap && isTime;',
    suite: DISTANT,
    tests: 'come into the node',
  },
  {
    name: 'what its signer published has no bytes for a reorganisation',
    file: 'anchoring/published-elsewhere.js',
    find: 'return withWitnesses(candidate, witnesses, script);',
    replace: 'return null;',
    suite: DISTANT,
    tests: 'publishes the older himself',
  },
  {
    name: 'a signed answer is broadcast before it is stored',
    file: 'anchoring/anchorer.js',
    find: 'await this.#kept.keep({ ...book, chain: signed });',
    replace: 'await broadcastAnchor(this.#options.source, signed);',
    suite: DISTANT,
    tests: 'goes on once it is signed',
  },
  {
    name: 'a signature that is waited for is no alarm',
    file: 'anchoring/anchor-report.js',
    find: 'now - signing.waiting.since >= parts.signatureMillis',
    replace: 'false',
    suite: DISTANT,
    tests: 'is seen to',
  },
  {
    name: 'a refused PIN is tried again',
    file: TOKEN_FILE,
    find: 'if (cause.code === FINAL) this.#refusal = cause;',
    replace: '',
    suite: TOKEN,
    tests: 'never tries a PIN again',
  },
  {
    name: 'a token that did not open is given up',
    file: TOKEN_FILE,
    find: 'this.#key = null;\n      throw cause;',
    replace: 'throw cause;',
    suite: TOKEN,
    tests: 'token is away',
  },
  {
    name: 'any key of a token is taken',
    file: TOKEN_FILE,
    find: 'if (equalBytes(key.publicKey, this.publicKey)) return key;',
    replace: 'return key;',
    suite: TOKEN,
    tests: 'is another',
  },
  {
    name: 'the trial of a token proves nothing',
    file: 'keys/pkcs11-curve-key.js',
    find: 'if (value.length !== 64 || !verify("sha256", TRIAL, key, value))',
    replace: 'if (false)',
    suite: TOKEN,
    tests: 'at its trial',
  },
];
