/** The suites of blind peers prove that they can fail: planted in the product, each fault turns one red. */
import { itNoticesEach } from '../../support/planted-suite.js';
import { BLIND_PEER_FAULTS } from './planted-faults.js';

itNoticesEach(BLIND_PEER_FAULTS);
