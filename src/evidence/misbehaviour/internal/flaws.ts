/** Why a proof of misbehaviour is none: codes that never change, and what they say to people. */

export const FLAWS = {
  'checkpoints.malformed': 'a checkpoint cannot be read',
  'checkpoints.number': 'there are not as many checkpoints as this kind of proof has',
  'checkpoints.signatures': 'a checkpoint has other signatures than that of the key',
  'checkpoints.unsigned': 'a checkpoint is not signed by the key',
  'checkpoints.origin': 'a checkpoint is of another log than the key is named after',
  'checkpoints.order': 'the checkpoints are one, or in the wrong order',
  'roots.sizes': 'the trees are of two sizes',
  'roots.same': 'both trees have the same root',
  'beginning.path': 'the path does not lead to the root of the second tree',
  'beginning.same': 'the second tree had the root of the first when it had its size',
  'entry.first-path': 'the first path does not lead to the root of the first tree',
  'entry.second-path': 'the second path does not lead to the root of the second tree',
  'entry.same': 'both trees have the same entry there',
  'binding.consistent': 'the bindings can both be true, or are not of one core',
  'core.name': 'the checkpoint names another core',
  'core.tree': 'a tree is none, or is not signed by the core’s key',
  'core.consistent': 'the tree is the one that the checkpoint names, or both are one',
  'epochs.malformed': 'an epoch, a head or a map proof cannot be read',
  'epochs.earlier-path': 'the earlier epoch is not in the tree of the checkpoint',
  'epochs.later-path': 'the later epoch is not in the tree of the checkpoint',
  'epochs.order': 'the earlier epoch does not come first',
  'epochs.earlier-tenant': 'the tenant is not in the earlier map of tenants',
  'epochs.earlier-log': 'the head is not in the earlier map of its tenant',
  'epochs.later-tenant': 'what is said of the tenant does not follow from the later map of tenants',
  'epochs.later-log': 'what is said of the log does not follow from the later map of its tenant',
  'epochs.origin': 'the heads are of two origins',
  'epochs.growth': 'growth is shown of a head that has not grown, or does not lead to its root',
  'epochs.consistent': 'the later head can follow from the earlier one',
  'log-identity.recovery-name': 'the recovery key does not speak for this log by its name',
  'log-identity.recovery-signature': 'the recovery key has not signed the log’s key',
  'log-identity.contradicted': 'another recovery key is pinned for logs of this name',
} as const;

export type FlawCode = keyof typeof FLAWS;

/** Says what is wrong, or null. */
export type Rules<S> = Readonly<Record<string, (subject: S) => FlawCode | null>>;

/** The first rule that is broken. */
export function firstFlaw<S>(rules: Rules<S>, subject: S): FlawCode | null {
  for (const rule of Object.values(rules)) {
    const flaw = rule(subject);
    if (flaw !== null) return flaw;
  }
  return null;
}
