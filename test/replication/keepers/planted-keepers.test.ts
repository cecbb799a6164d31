/** The suites of keepers prove that they can fail: planted in the product, each fault turns one red. */
import { itNoticesEach } from '../../support/planted-suite.js';
import { KEEPER_FAULTS } from './planted-keepers.js';

itNoticesEach(KEEPER_FAULTS);
