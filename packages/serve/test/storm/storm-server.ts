/**
 * The server of a storm, in a process of its own: the tiny model on the engine, with two versions of a patch. Its parent is told the address,
 * and asks for what it holds; SIGTERM ends it as it ends `policypatch serve`.
 */
import { createEngine } from '@policypatch/core/engine'
import { serve, serveConfig } from '../../src/index.ts'
import { tinyModel, tinyPatch } from '../tiny-model.ts'

/** What the process holds, after a collection, and what went wrong unseen. */
export interface ProcessReport {
  readonly residentBytes: number
  readonly heapBytes: number
  readonly unhandled: number
  readonly running: number
}

let unhandled = 0
process.on('unhandledRejection', (reason) => {
  unhandled++
  console.error('unhandled rejection:', reason)
})
process.on('uncaughtException', (error) => {
  unhandled++
  console.error('uncaught exception:', error)
})

const model = await tinyModel()
const engine = createEngine(model)
const server = await serve({
  engine,
  config: serveConfig({ port: 0, patches: ['harmfulness@1.0.0'], log: { level: 'silent' } }),
  patches: [await tinyPatch(model, 'harmfulness', '1.0.0'), await tinyPatch(model, 'harmfulness', '1.1.0')],
})

process.on('message', async () => {
  // Once more for what the first one let go of.
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const { rss, heapUsed } = process.memoryUsage()
  const report: ProcessReport = {
    ...{ residentBytes: rss, heapBytes: heapUsed, unhandled },
    running: engine.status().running + engine.status().waiting,
  }
  process.send?.(report)
})
process.on('SIGTERM', async () => {
  const drained = await server.close()
  await model.dispose()
  process.exit(drained && unhandled === 0 ? 0 : 1)
})
process.send?.(server.url)
