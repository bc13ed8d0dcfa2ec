const core = '^packages/core/src'
/** The root files and the folders below all others, which every folder may import. */
const base = `${core}/((?!index\\.)|(text|storage|backend)/)[^/.]+\\.ts$`
const test = '(\\.test\\.ts$|^packages/[^/]+/test/)'

/** A folder of core imports the root files, itself and the folders named. */
const folder = (name, allowed, comment) => ({
  name: `core-${name}`,
  comment,
  severity: 'error',
  from: { path: `${core}/${name}/`, pathNot: test },
  to: { path: `${core}/`, pathNot: [base, `${core}/${name}/`, ...allowed] },
})

/** The files in which a library is built in. */
const builtIn = '^packages/(core/src/(tf|hub/hub-client)|backend-web/src/tfjs-webgpu-library)\\.ts$'

const into = (name) => `${core}/${name}/`

/** The rooms of core's model, each on those before it; files, which read models, are on all of them. */
const rooms = ['decoder', 'language-model', 'score', 'extend', 'gate', 'generate']
const room = (name, allowed) => ({
  name: `core-model-${name}`,
  comment: `of the model, ${name} imports only ${allowed.join(', ') || 'itself'}`,
  severity: 'error',
  from: { path: into(`model/${name}`), pathNot: test },
  to: { path: into('model'), pathNot: [name, ...allowed].map((one) => into(`model/${one}`)) },
})

/** A package imports, of this repository, only the packages named. */
const onlyPackages = (name, allowed) => ({
  name: `${name}-packages`,
  comment: `${name} imports no other package of this repository than: ${allowed.join(', ') || 'none'}`,
  severity: 'error',
  from: { path: `^packages/${name}/src/` },
  to: { path: '^packages/', pathNot: `^packages/(${[name, ...allowed].join('|')})/` },
})

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'core-base',
      comment: 'backend, errors, printable and random import nothing local but printable and tf',
      severity: 'error',
      from: { path: `${core}/(backend/backend|errors|text/printable|random|tf)\\.ts$` },
      to: { path: '^packages/', pathNot: `${core}/(text/printable|tf)\\.ts$` },
    },
    {
      name: 'core-root',
      comment:
        'the other root files, text, storage and backend import one another only; index.ts is the door to everything',
      severity: 'error',
      from: { path: base },
      to: { path: '^packages/', pathNot: base },
    },
    folder('hub', [], 'hub, where models are fetched from, imports only the root files'),
    folder('tokenize', [], 'tokenize imports only the root files'),
    folder('model', [into('tokenize')], 'model uses tokenize'),
    ...rooms.map((name, i) => room(name, rooms.slice(0, i))),
    {
      name: 'core-model-files',
      comment: 'a model is built of parts without knowing the files that they came from',
      severity: 'error',
      from: { path: `${core}/model/[^/]+\\.ts$`, pathNot: test },
      to: { path: into('model/files') },
    },
    folder('pairs', [into('tokenize'), into('model')], 'pairs uses tokenize and model'),
    folder(
      'evaluate',
      [into('tokenize'), into('model'), into('pairs')],
      'evaluate uses tokenize, model, and pairs: its judges, and its way of asking many prompts',
    ),
    folder(
      'domains',
      [into('tokenize'), into('model'), into('pairs'), into('evaluate')],
      'domains says of a fault which prompts, judges and metrics it has, and measures it with those of pairs and evaluate',
    ),
    folder(
      'train',
      [into('tokenize'), into('model'), into('pairs'), into('evaluate'), into('domains'), into('patch')],
      'train uses tokenize, model, pairs, evaluate, domains, whose recipes it trains by, and patch, whose files it ends with',
    ),
    folder(
      'patch',
      [into('tokenize'), into('model')],
      'patch never imports train, pairs or evaluate, so that applying a patch never bundles the trainer',
    ),
    folder(
      'doctor',
      [into('tokenize'), into('model'), into('patch'), into('train')],
      'doctor looks at models and patches, and tries a step of training',
    ),
    folder(
      'tasks',
      [into('tokenize'), into('model'), into('train')],
      'tasks cuts the work of models and of training into shards, and does them',
    ),
    folder(
      'engine',
      [into('tokenize'), into('model')],
      'engine runs many requests on a model, and knows of patches only that they are prefixes',
    ),
    {
      name: 'testing-is-for-tests',
      comment: 'what ships never imports the test tools',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: ['/src/testing/', test] },
      to: { path: `${core}/testing/` },
    },
    onlyPackages('core', []),
    onlyPackages('compiler', ['core']),
    onlyPackages('backend-node', ['core', 'compiler']),
    onlyPackages('backend-web', ['core', 'compiler']),
    onlyPackages('registry', ['core', 'backend-node', 'backend-web']),
    onlyPackages('serve', ['core', 'backend-node']),
    onlyPackages('cluster', ['core', 'backend-node']),
    {
      name: 'public-names-only',
      comment:
        "another package is imported by its public name, which leads to an index.ts or another door; tests share core's",
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: {
        path: '^packages/',
        pathNot: [
          '^packages/$1/',
          '^packages/[^/]+/src/(((testing|storage|repository)/)?index|doors/[^/]+)\\.ts$',
          // tfjs, which core has built in.
          `${core}/tf\\.ts$`,
          '^packages/core/test/',
        ],
      },
    },
    {
      name: 'no-paths-between-packages',
      comment: 'and never by a path, but for what tests share',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: {
        path: '^packages/',
        pathNot: ['^packages/$1/', '^packages/core/test/'],
        dependencyTypes: ['local'],
      },
    },
    {
      name: 'test-tools-are-for-tests',
      comment: 'what ships imports nothing of a test folder',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: test },
      to: { path: '^packages/[^/]+/test/' },
    },
    {
      name: 'onnxruntime-without-telemetry',
      comment: 'what ships imports onnxruntime-node where its telemetry is turned off, and nowhere else',
      severity: 'error',
      from: {
        path: '^packages/[^/]+/src/',
        pathNot: [test, '^packages/backend-node/src/onnxruntime/onnxruntime\\.ts$'],
      },
      to: { path: 'node_modules/onnxruntime-node/' },
    },
    {
      name: 'no-door-inside',
      comment: 'internal code never imports an index.ts or another door of its own package',
      severity: 'error',
      from: { path: '^packages/([^/]+)/src/', pathNot: test },
      to: {
        path: [
          '^packages/$1/src/index\\.ts$',
          '^packages/$1/src/.+/index\\.ts$',
          '^packages/$1/src/doors/',
          '^packages/$1/src/.+/doors/',
        ],
      },
    },
    {
      name: 'no-node-builtins',
      comment: 'core and compiler run in the browser too, backend-web only there',
      severity: 'error',
      from: {
        path: '^packages/((core|compiler|backend-web)/src/|policypatch/src/(browser|stored)[./])',
        pathNot: test,
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'a file that nothing imports is dead',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: ['/index\\.ts$', '/doors/', '/src/cli\\.ts$', test, '\\.d\\.ts$', '\\.config\\.ts$'],
      },
      to: {},
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'not-to-dev-dependency',
      comment:
        'what ships depends on dependencies, not on devDependencies, but for the libraries that are built in',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: [test, builtIn] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm-peer'] },
    },
    {
      name: 'not-undeclared',
      comment: 'a package is declared in the package.json of the package that imports it',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: test },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^packages/[^/]+/(dist|coverage|\\.turbo)/' },
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@policypatch/source', 'import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
      mainFields: ['main', 'module', 'types'],
    },
  },
}
