/** The suites of OpenTimestamps prove that they can fail: planted in the product, each fault turns one of them red. */
import { itNoticesEach } from '../../support/planted-suite.js';
import { FAULTS_OF_TIMESTAMPS } from './planted-faults.js';

itNoticesEach(FAULTS_OF_TIMESTAMPS);
