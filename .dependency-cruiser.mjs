// The folder rules of docs/ARCHITECTURE.md. One row per folder: what it may import; everything else is forbidden.
const mayImport = {
  base: [],
  tlog: ['base'],
  signing: ['base', 'tlog'],
  records: ['base', 'tlog', 'signing'],
  schemas: ['base', 'records'],
  identities: ['base', 'signing', 'records'],
  evidence: ['base', 'tlog', 'signing', 'records', 'identities'],
  reports: ['base', 'evidence'],
  keys: ['base', 'tlog', 'signing'],
  ledger: ['base', 'tlog', 'records', 'keys'],
  checkpoint: ['base', 'tlog', 'signing', 'keys', 'ledger'],
  anchoring: ['base', 'tlog', 'signing', 'records', 'evidence', 'keys', 'ledger', 'checkpoint'],
  replication: ['base', 'tlog', 'records', 'evidence', 'keys', 'ledger', 'checkpoint'],
  views: ['base', 'tlog', 'records', 'schemas', 'keys', 'ledger'],
  access: ['base', 'tlog', 'signing', 'records', 'identities', 'keys', 'ledger', 'views'],
  backup: ['base', 'keys', 'ledger'],
  retention: ['base', 'records', 'keys', 'ledger', 'views', 'access'],
  queries: [
    'base',
    'tlog',
    'signing',
    'records',
    'schemas',
    'identities',
    'evidence',
    'keys',
    'ledger',
    'checkpoint',
    'anchoring',
    'views',
    'access',
    'retention',
    'reports',
  ],
  commands: [
    'base',
    'tlog',
    'signing',
    'records',
    'schemas',
    'identities',
    'evidence',
    'keys',
    'ledger',
    'checkpoint',
    'anchoring',
    'views',
    'access',
    'retention',
    'backup',
    'replication',
    'reports',
    'queries',
  ],
  augmentation: ['base', 'signing', 'records', 'keys', 'ledger', 'access', 'queries', 'commands'],
  api: [
    'base',
    'records',
    'schemas',
    'identities',
    'checkpoint',
    'access',
    'retention',
    'backup',
    'replication',
    'commands',
    'queries',
  ],
};

// Each outside package has one home, so swapping it touches one folder.
const homeOf = {
  '(hypercore|corestore)': 'ledger/',
  'rocksdb-native': 'ledger/',
  '(@hyperswarm/secret-stream|blind-peer-muxer|hyperdht|noise-curve-ed|noise-handshake|protomux|z32)':
    'replication/',
  '(bitcoinjs-lib|tiny-secp256k1)': 'anchoring/',
  express: '(api/|[^/]+/http)',
  commander: '(cli/|main)',
  'ipaddr.js': 'keys/',
  '@noble/hashes': 'evidence/',
  'fs-native-extensions': 'keys/',
  '(pdfkit|fontkit|dejavu-fonts-ttf)': 'reports/',
  '(node-forge|pkcs11js|shamir-secret-sharing)': 'keys/',
  '(pure-rand|tinyqueue)': 'replication/simulation/',
};

const layering = Object.entries(mayImport).map(([folder, allowed]) => ({
  name: `${folder}-imports`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: `^src/(${[folder, ...allowed].join('|')})/` },
}));

const homes = Object.entries(homeOf).map(([pkg, home]) => ({
  name: `home-of-${pkg}`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/${home}` },
  to: { path: `(^|node_modules/)${pkg}(/|$)`, pathNot: '^src/' },
}));

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'internal-stays-inside',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/[^/]+/internal/', pathNot: '^src/$1/' },
    },
    {
      name: 'pure-does-no-io',
      severity: 'error',
      from: {
        path: '^src/(base|tlog|signing|records|schemas|identities|evidence|replication/(protocol|simulation))/',
      },
      to: {
        reachable: true,
        path: '^(node:)?(fs|net|tls|http|https|http2|dgram|dns|child_process|worker_threads|cluster)',
      },
    },
    ...layering,
    ...homes,
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
