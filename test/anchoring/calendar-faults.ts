/** Faults of calendars, asked and asking, each with the suite that must notice it. */
import type { FaultOfSuite } from '../support/planted-suite.js';

const STAMPS = 'test/anchoring/calendar-stamps.test.ts';
const UPSTREAM = 'test/upstream.test.ts';
const CLIENT_FILE = 'anchoring/calendar-client.js';
const PLACE_FILE = 'anchoring/calendar.js';
const KEEPER_FILE = 'anchoring/calendar-stamps.js';
const OPEN_FILE = 'anchoring/internal/open-stamps.js';
const STORE_FILE = 'anchoring/calendar-store.js';
const ROUNDS_FILE = 'anchoring/calendar-rounds.js';

export const CALENDAR_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'a promise may lead anywhere',
    file: CLIENT_FILE,
    find: '&& placeOf(calendar, attestation.uri) !== null',
    replace: '',
    suite: STAMPS,
    tests: 'sends us elsewhere',
  },
  {
    name: 'a key goes to whom an answer names',
    file: PLACE_FILE,
    find: 'null : { url: place.href };',
    replace: 'null : { url: place.href, key };',
    suite: STAMPS,
    tests: 'sends us elsewhere',
  },
  {
    name: 'https leads to http',
    file: PLACE_FILE,
    find: '&& place.protocol !== own.protocol',
    replace: '&& false',
    suite: STAMPS,
    tests: 'is not followed to http',
  },
  {
    name: 'what has no block keeps a promise',
    file: CLIENT_FILE,
    find: 'if (blocks === null)',
    replace:
      'if (blocks === null) return { attestations: [{ kind: "bitcoin", height: 1 }], branches: [] }; if (false)',
    suite: STAMPS,
    tests: 'kept nothing',
  },
  {
    name: 'roots are sent with every epoch',
    file: KEEPER_FILE,
    find: 'since >= intervalMillis',
    replace: 'true',
    suite: STAMPS,
    tests: 'no more often',
  },
  {
    name: 'one calendar is as good as two',
    file: KEEPER_FILE,
    find: 'if (took >= wanted)',
    replace: 'if (took >= 1)',
    suite: STAMPS,
    tests: 'too few take',
  },
  {
    name: 'a calendar that took a root is asked again',
    file: ROUNDS_FILE,
    find: 'if (taken?.took.includes(name) === true)',
    replace: 'if (false)',
    suite: STAMPS,
    tests: 'too few take',
  },
  {
    name: 'a calendar that fails is asked on and on',
    file: ROUNDS_FILE,
    find: 'if (pause.isOn(clock.now()))',
    replace: 'if (false)',
    suite: STAMPS,
    tests: 'too few take',
  },
  {
    name: 'nothing ever lapses',
    file: OPEN_FILE,
    find: 'at < oldest',
    replace: 'false',
    suite: STAMPS,
    tests: 'let go after 14',
  },
  {
    name: 'a pending stamp is removed before it is settled',
    file: STORE_FILE,
    find: 'await this.#write(settledName(stamp.size), stamp);',
    replace: 'await this.drop(stamp.size); await this.#write(settledName(stamp.size), stamp);',
    suite: STAMPS,
    tests: 'whichever step',
  },
  {
    name: 'what a crash left beside a settled stamp stays',
    file: STORE_FILE,
    find: 'if (settled.includes(size))',
    replace: 'if (settled.includes(size)) continue; else if (false)',
    suite: STAMPS,
    tests: 'whichever step',
  },
  {
    name: 'a root that was not kept counts as stamped',
    file: OPEN_FILE,
    find: 'await this.#store.writePending(stamp);',
    replace: '',
    suite: STAMPS,
    tests: 'kept over a restart',
  },
  {
    name: 'the mark of a development chain is lost on the way',
    file: 'evidence/opentimestamps/timestamp-tree.js',
    find: '|| kind === "development"',
    replace: '',
    suite: UPSTREAM,
    tests: 'headers confirm',
  },
  {
    name: 'the pads of a commitment are exchanged',
    file: 'evidence/opentimestamps/commitment-path.js',
    find: 'padded(salt, INNER_PAD)',
    replace: 'padded(salt, OUTER_PAD)',
    suite: UPSTREAM,
    tests: 'headers confirm',
  },
  {
    name: 'a node without a chain tries to send anchors',
    file: 'commands/anchor-now.js',
    find: 'await markEpoch(deps);\n  if (!deps.sendsAnchors)',
    replace: 'await markEpoch(deps);\n  if (false)',
    suite: UPSTREAM,
    tests: 'headers confirm',
  },
];
