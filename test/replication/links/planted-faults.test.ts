/** The suites of links prove that they can fail: planted in the product, each fault turns one red. */
import { itNoticesEach } from '../../support/planted-suite.js';
import { LINK_FAULTS } from './planted-faults.js';

itNoticesEach(LINK_FAULTS);
