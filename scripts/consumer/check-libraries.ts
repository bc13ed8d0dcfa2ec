/**
 * Tests the AI SDK and transformers.js with a patched model in a page: builds the page with Vite from the sources and runs it in
 * Chromium with a tiny model.
 *
 *   npm run check:libraries
 */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { findChromium } from '../../packages/core/test/browser/chromium.ts'
import { writeTinyOnnxModel } from '../../packages/core/test/models/tiny-model.ts'
import { runInChromium } from './run-in-chromium.ts'

/** transformers.js's own copy of the runtime. */
const resolve = createRequire(createRequire(import.meta.url).resolve('@huggingface/transformers')).resolve
const runtime = dirname(resolve('onnxruntime-web'))
const site = mkdtempSync(join(tmpdir(), 'policypatch-libraries-'))
try {
  await build({
    root: fileURLToPath(new URL('./libraries/', import.meta.url)),
    configFile: false,
    base: './',
    logLevel: 'error',
    resolve: { conditions: ['@policypatch/source', 'browser', 'module', 'import', 'default'] },
    worker: { format: 'es' },
    build: { outDir: site, target: 'es2022', modulePreload: false },
  })
  await writeTinyOnnxModel(join(site, 'models/tiny'))
  for (const file of readdirSync(runtime).filter(
    (name) => /\.(wasm|mjs)$/.test(name) && name.startsWith('ort-wasm'),
  )) {
    cpSync(join(runtime, file), join(site, 'onnxruntime', file))
  }
  const chromium = findChromium()
  console.log(
    chromium
      ? await runInChromium(chromium, site)
      : 'skip  it was not run: no Chromium on the PATH or in CHROMIUM',
  )
} finally {
  rmSync(site, { recursive: true, force: true })
}
