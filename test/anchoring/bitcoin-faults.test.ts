/** The suites of the chain of anchors prove that they can fail: planted in the product, each fault turns one of them red. */
import { itNoticesEach } from '../support/planted-suite.js';
import { BITCOIN_FAULTS } from './bitcoin-faults.js';

itNoticesEach(BITCOIN_FAULTS.map((fault) => ({ cases: 100, ...fault })));
