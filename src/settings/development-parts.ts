/** What must not run in production, because nobody outside the node stands behind it. */
import type { Config } from '../config.js';
import { ConfigError } from './config-error.js';
import { environmentName } from './setting.js';
import type { SettingName } from './settings-table.js';

type DevelopmentConfig = Pick<Config, 'anchorChain' | 'seal' | 'timeStamps'>;

/** The development parts that the configuration asks for, by the setting that does. */
export function developmentParts(config: DevelopmentConfig): readonly SettingName[] {
  const parts: SettingName[] = [];
  if (config.anchorChain === 'devchain') parts.push('anchorChain');
  if (config.seal === 'development') parts.push('seal');
  if (config.timeStamps === 'development') parts.push('timeStamps');
  return parts;
}

/**
 * For `serve` where NODE_ENV is `production`.
 * @throws ConfigError CONFIG_DEVELOPMENT_PARTS, naming every setting to change.
 */
export function refuseDevelopmentParts(
  config: DevelopmentConfig & Pick<Config, 'oidcIssuers'>,
): void {
  const parts = [...developmentParts(config), ...issuersInClear(config)];
  if (parts.length === 0) return;
  const names = parts.map(environmentName).join(' and ');
  throw new ConfigError(
    'CONFIG_DEVELOPMENT_PARTS',
    `${names} ${parts.length === 1 ? 'is' : 'are'} made for development; NODE_ENV=production needs real parts`,
  );
}

/** Good for trying things out; what the node signs is no less true for it, so it is no mark of its files. */
function issuersInClear({ oidcIssuers = [] }: Pick<Config, 'oidcIssuers'>): readonly SettingName[] {
  const isInClear = oidcIssuers.some(
    ({ issuer, keys }) =>
      issuer.startsWith('http:') || (keys.kind === 'url' && keys.url.startsWith('http:')),
  );
  return isInClear ? ['oidcIssuers'] : [];
}
