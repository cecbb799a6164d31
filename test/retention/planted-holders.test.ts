/** The suites of silent holders prove that they can fail: planted in the product, each fault turns one red. */
import { itNoticesEach } from '../support/planted-suite.js';
import { HOLDER_FAULTS } from './planted-holders.js';

itNoticesEach(HOLDER_FAULTS);
