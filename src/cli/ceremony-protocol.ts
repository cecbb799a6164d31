/** The protocol of a key ceremony, as it is printed, read aloud, signed and kept. It says no secret. */
import { formatInstant } from '../base/time.js';
import {
  fingerprintOf,
  type RecoveryPublicKey,
  spokenFingerprint,
} from '../keys/recovery-share.js';
import { oneLine } from './terminal.js';

const LINE = '_'.repeat(36);

/** @param fileOf the name of a share's file, by its number. */
export function ceremonyProtocol(
  publicPart: RecoveryPublicKey,
  fileOf: (number: number) => string,
): readonly string[] {
  const { ceremony, label, madeAt, officers, publicKey, shares, threshold } = publicPart;
  return [
    'PROTOCOL OF A KEY CEREMONY',
    '',
    `Ceremony      ${ceremony}`,
    ...(label === undefined ? [] : [`Key of        ${oneLine(label)}`]),
    `Held at       ${formatInstant(madeAt)} (clock of this machine)`,
    `Rule          any ${threshold} of ${officers} shares make the key; fewer say nothing of it`,
    '',
    'Public key, SHA-256 (read aloud; `chirograph keys ceremony --check` shows it again)',
    ...inTwoLines(fingerprintOf(publicKey)),
    '',
    'Shares',
    ...shares.flatMap((fingerprint, at) => [
      `  ${at + 1}. ${fileOf(at + 1)}   SHA-256 of the share`,
      ...inTwoLines(fingerprint),
      `     Officer (name)  ${LINE}`,
      `     Signature       ${LINE}`,
      '',
    ]),
    'Done by the program',
    '  [x] key made in memory, split, and zeroed; it was never written whole',
    `  [x] ${officers} shares written, each to a file of its own, mode 0600`,
    `  [x] read back: the first ${threshold}, the last ${threshold}, and all ${officers} make the key`,
    '',
    'To be done by those present',
    '  [ ] this machine has had no network since it was started, and has none',
    '  [ ] each officer has taken one share on a medium of their own, and nobody else’s',
    '  [ ] each has tried the medium: `chirograph keys ceremony --check` with enough of them',
    '  [ ] recovery.json (public) is on its way to the node: setting `recoveryKeys`',
    '  [ ] the share files on this machine have been destroyed, with the machine’s disk or memory',
    '',
    `Place and date      ${LINE}`,
    `Held by             ${LINE}`,
    `Witness             ${LINE}`,
  ];
}

function inTwoLines(fingerprint: Parameters<typeof spokenFingerprint>[0]): readonly string[] {
  const groups = spokenFingerprint(fingerprint).split(' ');
  return [groups.slice(0, 8), groups.slice(8)].map((some) => `     ${some.join(' ')}`);
}
