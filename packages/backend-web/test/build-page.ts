import { fileURLToPath } from 'node:url'
import { build } from 'vite'

/** Builds the test page and its Worker as an application would be built, from the sources of this repository. */
export async function buildPage(outDir: string): Promise<void> {
  await build({
    root: fileURLToPath(new URL('./page/', import.meta.url)),
    configFile: false,
    logLevel: 'warn',
    base: './',
    resolve: { conditions: ['@policypatch/source', 'browser', 'module', 'import', 'default'] },
    worker: { format: 'es' },
    build: {
      outDir,
      emptyOutDir: true,
      minify: false,
      reportCompressedSize: false,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 100_000,
    },
  })
}
