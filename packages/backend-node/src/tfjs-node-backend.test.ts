import { mkdir, writeFile } from 'node:fs/promises'
import { backendConformance } from '@policypatch/core/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { temporaryFolder, tfjsNodeProblem } from '../test/fixtures.ts'
import { tfjsNodeBackend } from './tfjs-node-backend.ts'

const problem = await tfjsNodeProblem()

describe.skipIf(problem)(`tfjs-node${problem ? `: ${problem}` : ''}`, () => {
  it.each(backendConformance({ createBackend: () => tfjsNodeBackend() }))('$name', ({ run }) => run())
})

const supported = Number(process.versions.node.split('.')[0]) < 23

describe.runIf(supported)('what cannot be loaded', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('is asked for with the way to install it', async () => {
    vi.stubEnv('POLICYPATCH_TFJS_NODE', '')
    const found = tfjsNodeBackend({ gpu: true })
    await expect(found).rejects.toMatchObject({
      code: 'BACKEND_FAILED',
      expected: 'one of @tensorflow/tfjs-node-gpu',
      remedy: expect.stringContaining('npm install @tensorflow/tfjs-node'),
    })
    await expect(tfjsNodeBackend({ module: '/nowhere' })).rejects.toMatchObject({
      code: 'BACKEND_FAILED',
      expected: 'one of /nowhere',
    })
  })

  it('is told from what is there and fails', async () => {
    const module = `${await temporaryFolder()}/broken`
    await mkdir(module)
    await writeFile(`${module}/index.js`, 'throw new Error("no libtensorflow\\nsee elsewhere")')
    await expect(tfjsNodeBackend({ module })).rejects.toMatchObject({
      code: 'BACKEND_FAILED',
      found: 'that it fails: no libtensorflow',
    })
  })
})
