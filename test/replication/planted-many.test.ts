/** The suites of what bounds many ledgers prove that they can fail. */
import { itNoticesEach } from '../support/planted-suite.js';
import { MANY_FAULTS } from './planted-many.js';

itNoticesEach(MANY_FAULTS);
