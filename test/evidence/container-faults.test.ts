/** The mutations of containers prove that they can fail: planted in the product, each fault turns them red. */
import { itNoticesEach } from '../support/planted-suite.js';
import { CONTAINER_FAULTS } from './container-faults.js';

itNoticesEach(CONTAINER_FAULTS);
