/** The suites of attachments prove that they can fail: planted in the product, each fault turns one red. */
import { itNoticesEach } from '../support/planted-suite.js';
import { ATTACHMENT_FAULTS } from './planted-attachments.js';

itNoticesEach(ATTACHMENT_FAULTS);
