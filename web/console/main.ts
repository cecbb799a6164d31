/**
 * The console: one page that the node serves at `/console`, for who looks into its ledgers. It only reads,
 * by the API, with the key of who uses it.
 */
import { ConsolePage } from './console-page.js';

/** Put in by the build. */
declare const CHIROGRAPH_VERSION: string;

new ConsolePage(CHIROGRAPH_VERSION).open();
