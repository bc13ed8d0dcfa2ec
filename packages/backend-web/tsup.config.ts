import { defineConfig } from 'tsup'
import { oneFilePerModule } from '../../scripts/one-file-per-module.ts'

export default defineConfig({
  entry: ['src/**/*.ts'],
  format: 'esm',
  target: 'es2022',
  platform: 'browser',
  dts: { entry: { index: 'src/index.ts', 'storage/index': 'src/storage/index.ts' } },
  sourcemap: true,
  splitting: false,
  clean: true,
  esbuildPlugins: [oneFilePerModule()],
})
