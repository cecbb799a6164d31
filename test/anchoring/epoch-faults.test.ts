/** The suites of epochs prove that they can fail: planted in the product, each fault turns one of them red. */
import { itNoticesEach } from '../support/planted-suite.js';
import { EPOCH_FAULTS } from './epoch-faults.js';

itNoticesEach(EPOCH_FAULTS.map((fault) => ({ cases: 100, ...fault })));
