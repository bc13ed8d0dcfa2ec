import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Options } from 'tsup'
import { declaredIn, filesIn } from '../../scripts/declared-in.ts'
import { oneFilePerModule } from '../../scripts/one-file-per-module.ts'

const fileOf = (specifier: string) => fileURLToPath(import.meta.resolve(specifier))

/**
 * Two libraries are built in, for of each a small part is used: tfjs-core takes 40 MB as a package and less than one here, the
 * Hub's client 11 MB and 65 kB. Of tfjs-core the ES modules are taken, which an application's bundler can drop one by one; of the
 * Hub's client its build for browsers, which runs in Node too.
 */
const builtIn: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'built-in-libraries',
  setup(build) {
    build.onResolve({ filter: /^@tensorflow\/tfjs-core$/ }, () => ({
      path: fileOf('@tensorflow/tfjs-core/dist/index.js'),
    }))
    build.onResolve({ filter: /^@huggingface\/hub$/ }, () => ({
      path: fileOf('@huggingface/hub').replace(/index\.mjs$/, 'browser/index.mjs'),
      sideEffects: false,
    }))
    // It asks for modules of Node as CommonJS does.
    build.onLoad({ filter: /\/tfjs-core\/dist\/platforms\/platform_node\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8')
        .replace("require('util')", "process.getBuiltinModule('util')")
        .replace("require('node-fetch')", 'globalThis.fetch'),
    }))
  },
}

const libraries = ['src/tf.ts', 'src/hub/hub-client.ts']
const shared = { format: 'esm', target: 'es2022', platform: 'neutral', splitting: false } as const

export default defineConfig([
  {
    ...shared,
    entry: ['src/**/*.ts', '!src/**/*.test.ts', ...libraries.map((path) => `!${path}`)],
    dts: {
      entry: declaredIn('src/index.ts', 'src/testing/index.ts', 'src/tf.ts', ...filesIn('src/doors')),
      resolve: [/^@tensorflow\/tfjs-core/, /^\.\.?\//],
    },
    sourcemap: true,
    clean: true,
    external: ['openai'],
    esbuildPlugins: [oneFilePerModule()],
  },
  { ...shared, entry: libraries, outDir: 'dist', external: ['crypto'], esbuildPlugins: [builtIn] },
])
