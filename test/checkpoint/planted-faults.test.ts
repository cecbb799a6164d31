/** The suites of this folder prove that they can fail: planted in the product, each fault turns one red. */
import { itNoticesEach } from '../support/planted-suite.js';
import { WITNESS_FAULTS } from './planted-faults.js';

itNoticesEach(WITNESS_FAULTS.map((fault) => ({ cases: 12, ...fault })));
