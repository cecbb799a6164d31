/** The suites of this folder prove that they can fail: planted in the product, each fault turns one red. */
import { itNoticesEach } from '../support/planted-suite.js';
import { REPLICA_FAULTS } from './planted-faults.js';

itNoticesEach(REPLICA_FAULTS.map((fault) => ({ cases: 20, ...fault })));
