import { build } from 'esbuild'
import { defineConfig, type Plugin } from 'vitest/config'

const sourceCondition = '@policypatch/source'
const gradients = /@tensorflow\/tfjs-core\/dist\/register_all_gradients\.js$/

/** The gradients of tfjs-core are extensionless ES modules in a CommonJS package, which Node cannot load: one bundle of them it can. */
const bundledGradients: Plugin = {
  name: 'bundled-gradients',
  async load(id) {
    if (!gradients.test(id)) return
    const bundle = await build({ entryPoints: [id], bundle: true, format: 'esm', write: false })
    return bundle.outputFiles[0]?.text
  },
}

/** Tests that leave a process as they found it share one, and what it has imported. */
const sharing = ['core', 'compiler', 'backend-node', 'registry', 'serve']

export default defineConfig({
  plugins: [bundledGradients],
  resolve: { conditions: [sourceCondition] },
  ssr: { resolve: { conditions: [sourceCondition], externalConditions: [sourceCondition] } },
  test: {
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    server: { deps: { inline: [gradients] } },
    projects: [
      {
        extends: true,
        test: {
          name: 'alone',
          include: [
            'packages/*/src/**/*.test.ts',
            'packages/*/test/**/*.test.ts',
            'examples/*/test/**/*.test.ts',
            'scripts/fuzz/*.test.ts',
            'scripts/installs/*.test.ts',
            'packages/*/deploy/*.test.ts',
            'bench/scaling/simulation/*.test.ts',
          ],
          exclude: ['**/node_modules/**', ...sharing.map((name) => `packages/${name}/**`)],
        },
      },
      {
        extends: true,
        test: {
          name: 'sharing',
          include: sharing.flatMap((name) => [
            `packages/${name}/src/**/*.test.ts`,
            `packages/${name}/test/**/*.test.ts`,
          ]),
          isolate: false,
        },
      },
    ],
  },
})
