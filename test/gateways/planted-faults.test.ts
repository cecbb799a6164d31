/** The suites of this folder prove that they can fail: planted in the product, each fault turns one red. */
import { itNoticesEach } from '../support/planted-suite.js';
import { S3_FAULTS } from './planted-faults.js';

itNoticesEach(S3_FAULTS);
