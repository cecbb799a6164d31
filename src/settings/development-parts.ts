/** What must not run in production, because nobody outside the node stands behind it. */
import type { Config } from '../config.js';
import { ConfigError } from './config-error.js';
import { environmentName } from './setting.js';
import type { SettingName } from './settings-table.js';

/** The development parts that the configuration asks for, by the setting that does. */
export function developmentParts(
  config: Pick<Config, 'anchorChain' | 'seal'>,
): readonly SettingName[] {
  const parts: SettingName[] = [];
  if (config.anchorChain === 'devchain') parts.push('anchorChain');
  if (config.seal === 'development') parts.push('seal');
  return parts;
}

/**
 * For `serve` where NODE_ENV is `production`.
 * @throws ConfigError CONFIG_DEVELOPMENT_PARTS, naming every setting to change.
 */
export function refuseDevelopmentParts(config: Pick<Config, 'anchorChain' | 'seal'>): void {
  const parts = developmentParts(config);
  if (parts.length === 0) return;
  const names = parts.map(environmentName).join(' and ');
  throw new ConfigError(
    'CONFIG_DEVELOPMENT_PARTS',
    `${names} ${parts.length === 1 ? 'is' : 'are'} made for development; NODE_ENV=production needs real parts`,
  );
}
