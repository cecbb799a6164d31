/** The suites of signatures that are kept prove that they can fail: planted in the product, each fault turns one red. */
import { itNoticesEach } from '../support/planted-suite.js';
import { AUGMENTATION_FAULTS } from './planted-faults.js';

itNoticesEach(AUGMENTATION_FAULTS);
