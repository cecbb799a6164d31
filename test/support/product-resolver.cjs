// Jest's resolver for a suite on a mutant: what lies in src/ is taken from the mutant's dist/.
const { join, relative } = require('node:path');

const SOURCES = join(module.path, '../../src/');

module.exports = (request, options) => {
  const path = options.defaultResolver(request, options);
  if (!path.startsWith(SOURCES)) return path;
  const built = relative(SOURCES, path).replace(/\.ts$/, '.js');
  return join(process.env.PRODUCT_ROOT, 'dist', built);
};
