import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../test/fixtures.ts'

const source = new URL('../../../../scripts/source.mjs', import.meta.url).href
const hooks = new URL('../../../../scripts/source-hooks.mjs', import.meta.url).href
const onnxruntime = new URL('onnxruntime.ts', import.meta.url).href
const checkDevice = new URL('check-device.ts', import.meta.url).href

/** Runs a module in a process of its own, whose home is `home`, outside what ONNX Runtime recognizes as CI. */
async function run(code: string, home: string): Promise<string> {
  const { CI, ORT_DISABLE_TELEMETRY, XDG_CACHE_HOME, ...env } = process.env
  const options = {
    env: { ...env, HOME: home },
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  }
  const args = ['--import', source, '--input-type=module', '--eval', code]
  return (await promisify(execFile)(process.execPath, args, options)).stderr
}

it('creates sessions without telemetry: nothing is kept in the home', async () => {
  const home = await temporaryFolder()
  const stderr = await run(`await (await import('${checkDevice}')).checkDevice('cpu')`, home)
  expect(stderr).toBe('')
  expect(await readdir(home)).toEqual([])
})

it('says in a worker thread, where it cannot be turned off, what to do', async () => {
  // tsx does not reach worker threads by itself.
  const inWorker = `
    import * as module from 'node:module'
    import * as tsx from 'tsx/esm/api'
    tsx.register()
    module.register('${hooks}')
    await import('${onnxruntime}')`
  const code = `
    import { Worker } from 'node:worker_threads'
    const worker = new Worker(${JSON.stringify(inWorker)}, { eval: true })
    await new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject))`
  expect(await run(code, await temporaryFolder())).toContain('ORT_DISABLE_TELEMETRY=1')
})
