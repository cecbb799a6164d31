/** The suites of shared ledgers prove that they can fail: planted in the product, each fault turns one red. */
import { itNoticesEach } from '../../support/planted-suite.js';
import { SHARED_FAULTS } from './planted-faults.js';

itNoticesEach(SHARED_FAULTS.map((fault) => ({ cases: 20, ...fault })));
