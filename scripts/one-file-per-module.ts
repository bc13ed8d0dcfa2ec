import { dirname, join, relative } from 'node:path'
import type { Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

/**
 * Keeps a package's modules apart in what is published, so that an application's bundler puts into each chunk what that
 * chunk uses: sources are entries of their own, and import each other as the files that they become.
 *
 * @param imports what the package's `#` imports stand for, as paths from its folder
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
