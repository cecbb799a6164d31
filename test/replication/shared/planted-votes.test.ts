/** The suites of votes prove that they can fail: planted in the product, each fault turns one red. */
import { itNoticesEach } from '../../support/planted-suite.js';
import { VOTING_FAULTS } from './planted-voting.js';

itNoticesEach(VOTING_FAULTS);
