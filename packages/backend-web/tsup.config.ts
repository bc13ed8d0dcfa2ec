import { fileURLToPath } from 'node:url'
import { defineConfig, type Options } from 'tsup'
import { oneFilePerModule } from '../../scripts/one-file-per-module.ts'

/** tfjs's WebGPU backend is built in, 30 MB as packages, and runs on the tfjs-core that core has built in. */
const builtInWebgpu: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'built-in-webgpu',
  setup(build) {
    build.onResolve({ filter: /^@tensorflow\/tfjs-backend-webgpu$/ }, ({ path }) => ({
      path: fileURLToPath(import.meta.resolve(`${path}/dist/index.js`)),
    }))
    build.onResolve({ filter: /^@tensorflow\/tfjs-core$/ }, () => ({
      path: '@policypatch/core/tf',
      external: true,
    }))
  },
}

const library = 'src/tfjs-webgpu-library.ts'
const shared = { format: 'esm', target: 'es2022', platform: 'browser', splitting: false } as const

export default defineConfig([
  {
    ...shared,
    entry: ['src/**/*.ts', '!src/**/*.test.ts', `!${library}`],
    dts: {
      entry: {
        index: 'src/index.ts',
        'repository/index': 'src/repository/index.ts',
        'storage/index': 'src/storage/index.ts',
      },
    },
    sourcemap: true,
    clean: true,
    esbuildPlugins: [oneFilePerModule()],
  },
  { ...shared, entry: [library], esbuildPlugins: [builtInWebgpu] },
])
