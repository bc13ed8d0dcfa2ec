import { defineConfig } from 'tsup'
import { oneFilePerModule } from '../../scripts/one-file-per-module.ts'

/** What may be left out of an installation is imported where it is used, and not built in. */
const external = ['ajv', 'ajv-formats', 'vega', 'vega-lite']
const shared = { format: 'esm', target: 'node20', sourcemap: true, external } as const

export default defineConfig([
  {
    ...shared,
    entry: { index: 'src/index.ts', cli: 'src/cli.ts' },
    platform: 'node',
    dts: { entry: { index: 'src/index.ts' } },
    clean: true,
  },
  {
    ...shared,
    entry: [
      'src/browser.ts',
      'src/browser/*.ts',
      'src/default-storage/browser.ts',
      'src/judges/opening-judge.ts',
      'src/load-progress.ts',
      'src/stored/*.ts',
      '!src/**/*.test.ts',
    ],
    target: 'es2022',
    platform: 'browser',
    dts: { entry: { browser: 'src/browser.ts' } },
    splitting: false,
    esbuildPlugins: [oneFilePerModule({ '#default-storage': 'src/default-storage/browser.ts' })],
  },
])
