import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as tfjsCore from '@tensorflow/tfjs-core'
import { defineConfig, type Options } from 'tsup'
import { oneFilePerModule } from '../../scripts/one-file-per-module.ts'

/**
 * Node cannot load the gradients of tfjs-core (extensionless ES modules in a CommonJS package), so they are built in.
 * What they use of tfjs-core is taken from the user's one copy of it; only what that copy does not export is built in too.
 */
const builtInGradients: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'built-in-gradients',
  setup(build) {
    const external = { path: '@tensorflow/tfjs-core', external: true }

    build.onResolve({ filter: /^\.\.?\// }, ({ path, importer, resolveDir }) => {
      if (!importer.includes('/@tensorflow/tfjs-core/dist/')) return
      if (path === '../base') return external
      const names = exportedNames(readFileSync(`${join(resolveDir, path)}.js`, 'utf8'))
      return names.length > 0 && names.every((name) => name in tfjsCore) ? external : undefined
    })

    build.onLoad({ filter: /\/@tensorflow\/tfjs-core\/dist\/(engine|environment)\.js$/ }, ({ path }) => ({
      contents: path.endsWith('engine.js')
        ? `import { engine } from '@tensorflow/tfjs-core'; export const ENGINE = engine()`
        : `export { env, Environment } from '@tensorflow/tfjs-core'`,
      resolveDir: dirname(path),
    }))
  },
}

function exportedNames(source: string): string[] {
  const declared = [...source.matchAll(/^export (?:async )?(?:const|let|var|function|class) (\w+)/gm)].map(
    (match) => match[1],
  )
  const listed = [...source.matchAll(/^export \{([^}]*)\}/gm)].flatMap((match) => match[1]?.split(',') ?? [])
  return [...declared, ...listed].flatMap((name) => name?.trim() || [])
}

export default defineConfig({
  entry: ['src/**/*.ts', '!src/**/*.test.ts'],
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  dts: { entry: { index: 'src/index.ts', 'testing/index': 'src/testing/index.ts' } },
  sourcemap: true,
  splitting: false,
  clean: true,
  noExternal: [/^@tensorflow\/tfjs-core\/dist\/register_all_gradients/],
  esbuildPlugins: [builtInGradients, oneFilePerModule()],
})
