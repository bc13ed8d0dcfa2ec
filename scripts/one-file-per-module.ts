import { dirname, join, relative } from 'node:path'
import type { Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

/**
 * Keeps a package's modules separate when published, so that an application's bundler adds to each chunk only what it uses. Each
 * source file is an entry of its own, and imports others by their output paths.
 *
 * @param imports targets of the package's `#` imports, as paths from its folder
 */
export function oneFilePerModule(imports: Readonly<Record<string, string>> = {}): Plugin {
  return {
    name: 'one-file-per-module',
    setup(build) {
      build.onResolve({ filter: /^(\.\.?\/.*\.ts|#.*)$/ }, ({ path, importer }) => {
        if (importer === '' || importer.includes('/node_modules/')) return
        const target = imports[path]
        const own = target === undefined ? path : pathFrom(dirname(importer), join(process.cwd(), target))
        return { path: own.replace(/\.ts$/, '.js'), external: true }
      })
    },
  }
}

function pathFrom(folder: string, file: string): string {
  const path = relative(folder, file).replaceAll('\\', '/')
  return path.startsWith('.') ? path : `./${path}`
}
