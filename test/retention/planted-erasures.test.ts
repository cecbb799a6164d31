/** The suites of erasures prove that they can fail: planted in the product, each fault turns one red. */
import { itNoticesEach } from '../support/planted-suite.js';
import { ERASURE_FAULTS } from './planted-erasures.js';

itNoticesEach(ERASURE_FAULTS);
