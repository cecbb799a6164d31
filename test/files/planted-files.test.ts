/** The suites of files prove that they can fail: planted in the product, each fault turns one red. */
import { itNoticesEach } from '../support/planted-suite.js';
import { FILE_FAULTS } from './planted-files.js';

itNoticesEach(FILE_FAULTS);
