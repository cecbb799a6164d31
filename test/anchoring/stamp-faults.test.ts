/** The suites of time-stamps and anchor files prove that they can fail: planted in the product, each fault turns one red. */
import { itNoticesEach } from '../support/planted-suite.js';
import { STAMP_FAULTS } from './stamp-faults.js';

itNoticesEach(STAMP_FAULTS);
