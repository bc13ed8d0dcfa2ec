import { defineConfig } from 'tsup'
import { oneFilePerModule } from '../../scripts/one-file-per-module.ts'

const shared = { format: 'esm', target: 'node20', sourcemap: true } as const

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
    ],
    target: 'es2022',
    platform: 'browser',
    dts: { entry: { browser: 'src/browser.ts' } },
    splitting: false,
    esbuildPlugins: [oneFilePerModule({ '#default-storage': 'src/default-storage/browser.ts' })],
  },
])
