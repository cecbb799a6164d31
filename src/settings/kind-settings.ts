/**
 * Settings that mean something for some kinds of a part only. One that does nothing where it is set is refused: who
 * set it believes that it does something.
 */
import { mustBe } from './setting.js';

/** @throws ConfigError CONFIG_MALFORMED for the first that is set and not of this kind. */
export function refuseOtherKinds<Kind extends string, Name extends string>(
  part: string,
  kind: Kind,
  kindsOf: Readonly<Record<Name, readonly Kind[]>>,
  isSet: (name: Name) => boolean,
  spell: (name: Name) => string,
): void {
  for (const name of Object.keys(kindsOf) as Name[]) {
    const kinds = kindsOf[name];
    if (isSet(name) && !kinds.includes(kind))
      throw mustBe(spell(name), `left out where ${part} is not ${kinds.join(' or ')}`);
  }
}
