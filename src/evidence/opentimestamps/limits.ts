/** What a file may make its reader do (docs/formats/opentimestamps.md, "Limits"). */

/** Of the reference library: every reader of such files has these. */
export const MAX_MESSAGE_BYTES = 4096;
export const MAX_PAYLOAD_BYTES = 8192;
export const MAX_URI_BYTES = 1000;
/** Operations from the top to any node. */
export const MAX_DEPTH = 255;

/** Ours, since strangers write these files: work is at most 4,096 hashes of 4,096 bytes. */
export const MAX_OTS_BYTES = 1024 * 1024;
export const MAX_OPERATIONS = 4096;
export const MAX_ATTESTATIONS = 1024;
