import { defineConfig } from 'tsup'
import manifest from './package.json' with { type: 'json' }

export default defineConfig({
  entry: { index: 'src/index.ts', 'doors/state': 'src/doors/state.ts' },
  format: 'esm',
  target: 'node20',
  platform: 'node',
  dts: true,
  sourcemap: true,
  clean: true,
  // What may be left out of an installation is not built in.
  external: Object.keys(manifest.optionalDependencies),
})
