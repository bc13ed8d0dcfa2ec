import { fileURLToPath } from 'node:url'
import { build, type Rolldown } from 'vite'

/** What runs tensors, and is chosen by device: it has sizes of its own, in docs/browser.md. */
const isRuntime = (id: string) => /^(@tensorflow\/|onnxruntime-web\/)/.test(id)

/** Chunks of a small application in this folder, as Vite makes them from the sources of this repository for a browser. */
export async function buildBundle(entry = './apply.ts'): Promise<Rolldown.OutputChunk[]> {
  const built = (await build({
    root: fileURLToPath(new URL('.', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@policypatch/source', 'browser', 'module', 'import', 'default'] },
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: {
        input: fileURLToPath(new URL(entry, import.meta.url)),
        preserveEntrySignatures: 'strict',
        external: isRuntime,
      },
    },
  })) as Rolldown.RolldownOutput
  return built.output.filter((item) => item.type === 'chunk')
}
