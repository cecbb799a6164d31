/** The suites of anchor keys that lie elsewhere prove that they can fail: each fault turns one of them red. */
import { itNoticesEach } from '../support/planted-suite.js';
import { ANCHOR_SIGNING_FAULTS } from './signing-faults.js';

itNoticesEach(ANCHOR_SIGNING_FAULTS.map((fault) => ({ cases: 100, ...fault })));
