/** The suites of handovers prove that they can fail: planted in the product, each fault turns one red. */
import { itNoticesEach } from '../support/planted-suite.js';
import { HANDOVER_FAULTS } from './planted-handovers.js';

itNoticesEach(HANDOVER_FAULTS);
