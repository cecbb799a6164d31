/** The suites of elections prove that they can fail. */
import { itNoticesEach } from '../support/planted-suite.js';
import { ELECTION_FAULTS } from './election-faults.js';

itNoticesEach(ELECTION_FAULTS);
