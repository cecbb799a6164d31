/** The suites of files over HTTP prove that they can fail: planted in the product, each fault turns one red. */
import { itNoticesEach } from '../../support/planted-suite.js';
import { FILES_HTTP_FAULTS } from './planted-files-http.js';

itNoticesEach(FILES_HTTP_FAULTS);
