/** Faults of reader, judge, writer and path builder, each with the suite that must notice it. */
import type { FaultOfSuite } from '../../support/planted-suite.js';

const FOLDER = 'evidence/opentimestamps';
const PARSER = `${FOLDER}/parse-ots-file.js`;
const BYTES = `${FOLDER}/ots-bytes.js`;
const ATTESTATIONS = `${FOLDER}/attestations.js`;
const OPERATIONS = `${FOLDER}/operations.js`;
const JUDGE = `${FOLDER}/verify-ots.js`;
const HEADERS = `${FOLDER}/header-source.js`;
const MERGER = `${FOLDER}/merge-ots-files.js`;
const WRITER = `${FOLDER}/write-ots-file.js`;
const PATH = `${FOLDER}/ots-path.js`;
const STEPS = `${FOLDER}/tree-steps.js`;

const of = (suite: string, tests: string) => ({
  suite: `test/evidence/opentimestamps/${suite}.test.ts`,
  tests,
  cases: 300,
});
const HOSTILE = 'hostile';
const CODEC = 'codec';
const VERIFY = 'verify-ots';
const SOURCE = 'header-source';
const ENTRY = 'entry-path';

export const FAULTS_OF_TIMESTAMPS: readonly FaultOfSuite[] = [
  {
    name: 'any content is the one that was stamped',
    file: JUDGE,
    find: '!equalBytes(contentDigest, digest)',
    replace: 'false',
    ...of(VERIFY, 'say nothing of other content'),
  },
  {
    name: 'any message is the root of its block',
    file: JUDGE,
    find: '!equalBytes(message, header.merkleRoot)',
    replace: 'false',
    ...of('mutations', 'whichever of its bytes'),
  },
  {
    name: 'a message need only begin as the root does',
    file: JUDGE,
    find: 'equalBytes(message, header.merkleRoot)',
    replace: 'equalBytes(message.subarray(0, 32), header.merkleRoot)',
    ...of(VERIFY, 'merely begins'),
  },
  {
    name: 'a development chain takes nothing from its neighbour',
    file: JUDGE,
    find: 'isDevelopment ? null : headerAt',
    replace: 'headerAt',
    ...of(VERIFY, 'of a development chain'),
  },
  {
    name: 'a development chain takes from what is below it too',
    file: JUDGE,
    find: 'judgeNode(timestamp, applyOperation(operation, message), headerAt)',
    replace:
      'judgeNode(timestamp, applyOperation(operation, message), isDevelopment ? () => null : headerAt)',
    ...of(VERIFY, 'of a development chain'),
  },
  {
    name: 'a given block counts as much as a pinned one',
    file: JUDGE,
    find: 'pinned.length > 0 ? pinned : blocks',
    replace: 'blocks',
    ...of(VERIFY, 'before a pinned block'),
  },
  {
    name: 'the highest block comes first',
    file: JUDGE,
    find: 'a.height - b.height',
    replace: 'b.height - a.height',
    ...of(VERIFY, 'before the lowest block'),
  },
  {
    name: 'what is built on a pinned block is pinned',
    file: HEADERS,
    find: 'height <= highestPin',
    replace: 'highestPin >= 0',
    ...of(SOURCE, 'up to the pinned block'),
  },
  {
    name: 'blocks of any chain are pins',
    file: HEADERS,
    find: 'chain === "bitcoin:mainnet"',
    replace: 'chain !== ""',
    ...of(SOURCE, 'of another chain'),
  },
  {
    name: 'pins outside of the headers count',
    file: HEADERS,
    find: ' && height < end',
    replace: '',
    ...of(SOURCE, 'of another chain'),
  },
  {
    name: 'two headers of one height are no matter',
    file: HEADERS,
    find: 'other.hash !== header.hash',
    replace: 'false',
    ...of(SOURCE, 'two of one height'),
  },
  {
    name: 'a given header takes the place of a pinned one',
    file: HEADERS,
    find: 'other?.basis !== "pinned"',
    replace: 'true',
    ...of(SOURCE, 'whichever of two runs'),
  },
  {
    name: 'headers of any time may be as easy as the oldest',
    file: HEADERS,
    find: '?? 1n',
    replace: '&& 1n',
    ...of(SOURCE, 'easier than'),
  },
  {
    name: 'paths may be one deeper',
    file: PARSER,
    find: 'depth > MAX_DEPTH',
    replace: 'depth > MAX_DEPTH + 1',
    ...of(HOSTILE, '256 operations deep'),
  },
  {
    name: 'messages may be of any length',
    file: OPERATIONS,
    find: 'bytes <= MAX_MESSAGE_BYTES ? bytes : null',
    replace: 'bytes',
    ...of(HOSTILE, 'a result of 4,097 bytes'),
  },
  {
    name: 'hexlify makes nothing longer',
    file: OPERATIONS,
    find: 'messageBytes * 2',
    replace: 'messageBytes',
    ...of(HOSTILE, 'hexlify of 2,049 bytes'),
  },
  {
    name: 'arguments may be empty',
    file: OPERATIONS,
    find: 'reader.varbytes(1, MAX_MESSAGE_BYTES)',
    replace: 'reader.varbytes(0, MAX_MESSAGE_BYTES)',
    ...of(HOSTILE, 'an argument of nothing'),
  },
  {
    name: 'something may stand twice',
    file: PARSER,
    find: 'seen.has(identity)',
    replace: 'false',
    ...of(HOSTILE, 'twice is refused'),
  },
  {
    name: 'operations are not counted',
    file: PARSER,
    find: '++counts.operations > MAX_OPERATIONS',
    replace: 'false',
    ...of(HOSTILE, '4,096 operations'),
  },
  {
    name: 'attestations are not counted',
    file: PARSER,
    find: '++counts.attestations > MAX_ATTESTATIONS',
    replace: 'false',
    ...of(HOSTILE, '1,024 attestations'),
  },
  {
    name: 'files may be of any length',
    file: PARSER,
    find: 'bytes.length > MAX_OTS_BYTES',
    replace: 'false',
    ...of(HOSTILE, '1 MiB'),
  },
  {
    name: 'bytes may stand behind a file',
    file: PARSER,
    find: 'reader.end();',
    replace: '',
    ...of(CODEC, 'with one more'),
  },
  {
    name: 'any version is this one',
    file: PARSER,
    find: 'reader.varuint(MAX_HEIGHT) !== OTS_VERSION',
    replace: 'reader.varuint(MAX_HEIGHT) < 0',
    ...of(HOSTILE, 'version'),
  },
  {
    name: 'numbers may have zeros behind them',
    file: BYTES,
    find: 'byte === 0 && weight > 1',
    replace: 'false',
    ...of(HOSTILE, 'zeros behind it'),
  },
  {
    name: 'numbers may be above their limit',
    file: BYTES,
    find: 'value > maximum',
    replace: 'false',
    ...of(HOSTILE, 'a payload of 8,193 bytes'),
  },
  {
    name: 'bytes may stand behind what is known of a payload',
    file: ATTESTATIONS,
    find: 'inside.end();',
    replace: '',
    ...of(HOSTILE, 'more behind'),
  },
  {
    name: 'addresses may have any characters',
    file: ATTESTATIONS,
    find: '!URI.test(uri)',
    replace: 'false',
    ...of(HOSTILE, 'a URI with'),
  },
  {
    name: 'Bitcoin may be called a development chain',
    file: ATTESTATIONS,
    find: ' || chain === "bitcoin:mainnet"',
    replace: '',
    ...of(HOSTILE, 'Bitcoin as a development chain'),
  },
  {
    name: 'operations are written as they come',
    file: WRITER,
    find: '.toSorted((a, b) => compareOperations(a.operation, b.operation))',
    replace: '',
    ...of(CODEC, 'written in one order'),
  },
  {
    name: 'attestations are written as they come',
    file: WRITER,
    find: '.toSorted(compareAttestations)',
    replace: '',
    ...of(CODEC, 'written in one order'),
  },
  {
    name: 'any two files can be merged',
    file: MERGER,
    find: ' || !equalBytes(a.digest, b.digest)',
    replace: '',
    ...of(VERIFY, 'of two contents'),
  },
  {
    name: 'a merger may be of any size',
    file: MERGER,
    find: 'writeOtsFile(merged);',
    replace: '',
    ...of(VERIFY, 'more than one file may have'),
  },
  {
    name: 'of two branches of a merger the first is forgotten',
    file: MERGER,
    find: 'known === void 0',
    replace: 'known !== null',
    ...of(VERIFY, 'whichever comes first'),
  },
  {
    name: 'paths need not lead to their block',
    file: PATH,
    find: '!equalBytes(steps.reduce(step, digest), block.merkleRoot)',
    replace: 'false',
    ...of(ENTRY, 'is another’s'),
  },
  {
    name: 'paths may be of any length',
    file: PATH,
    find: 'steps.length > MAX_DEPTH',
    replace: 'false',
    ...of(ENTRY, 'from 256 on'),
  },
  {
    name: 'development chains are not named',
    file: PATH,
    find: 'CHAINS[chain].network.development',
    replace: 'false',
    ...of(ENTRY, 'whichever it is of the log'),
  },
  {
    name: 'siblings of a tree change sides',
    file: STEPS,
    find: '2 ** first.height < index',
    replace: '2 ** first.height > index',
    ...of(ENTRY, 'from each leaf'),
  },
  {
    name: 'the bits of a key are read backwards',
    file: STEPS,
    find: '>> 7 - at % 8',
    replace: '>> at % 8',
    ...of(ENTRY, 'from each value'),
  },
];
