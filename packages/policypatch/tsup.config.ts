import { defineConfig } from 'tsup'
import { declaredIn, filesIn } from '../../scripts/declared-in.ts'
import { oneFilePerModule } from '../../scripts/one-file-per-module.ts'

/** What may be left out of an installation is imported where it is used, and not built in. */
const external = [
  '@policypatch/cluster',
  '@policypatch/serve',
  'ajv',
  'ajv-formats',
  'junit-report-builder',
  'vega',
  'vega-lite',
]
const shared = { format: 'esm', target: 'node20', sourcemap: true, external } as const

export default defineConfig([
  {
    ...shared,
    entry: ['src/index.ts', 'src/cli.ts', 'src/doors/*.ts'],
    platform: 'node',
    dts: { entry: declaredIn('src/index.ts', ...filesIn('src/doors')) },
    clean: true,
  },
  {
    ...shared,
    entry: [
      'src/browser.ts',
      'src/ai/*.ts',
      'src/browser/**/*.ts',
      'src/default-storage/browser.ts',
      'src/judges/opening-judge.ts',
      'src/load-progress.ts',
      'src/patches/patch-store.ts',
      'src/platform-storage.ts',
      'src/transformers/*.ts',
      '!src/ai/create-policypatch.ts',
      '!src/**/*.test.ts',
    ],
    target: 'es2022',
    platform: 'browser',
    dts: { entry: declaredIn('src/browser.ts', ...filesIn('src/browser/doors')) },
    splitting: false,
    esbuildPlugins: [oneFilePerModule({ '#default-storage': 'src/default-storage/browser.ts' })],
  },
])
