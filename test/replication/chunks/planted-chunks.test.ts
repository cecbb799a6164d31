/** The suites of content between nodes prove that they can fail: planted in the product, each fault turns one red. */
import { itNoticesEach } from '../../support/planted-suite.js';
import { CHUNK_FAULTS } from './planted-chunks.js';

itNoticesEach(CHUNK_FAULTS);
