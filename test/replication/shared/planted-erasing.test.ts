/** The suites of erasing in shared ledgers prove that they can fail: planted in the product, each fault turns one red. */
import { itNoticesEach } from '../../support/planted-suite.js';
import { ERASING_FAULTS } from './planted-erasing.js';

itNoticesEach(ERASING_FAULTS);
