/**
 * Breaks down the time of a training step with ONNX Runtime's profiler: SmolLM2-135M's shape, random weights.
 *
 *   npm run bench:step -- [--case sft-b8|sft-b16|dpo] [--precision int8|float32] [--runs 5] [--threads 2]
 *
 * Skips the first two steps, which compile and round weights.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatTable } from '@policypatch/core/evaluate'
import type { Precision } from '@policypatch/core/platform'
import { InferenceSession } from 'onnxruntime-node'
import { median, printLoad } from '../timing/figures.ts'
import { syntheticModel } from '../timing/synthetic-model.ts'
import { prepareTrainer, stepCases, stepTask } from '../timing/training-step.ts'
import { type KernelEvent, kernelPart } from './kernel-part.ts'

const { values } = parseArgs({
  options: {
    case: { type: 'string', default: 'sft-b8' },
    precision: { type: 'string', default: 'int8' },
    runs: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
  },
})
const stepCase = stepCases.find(({ name }) => name === values.case)
if (!stepCase) throw new Error(`--case takes one of ${stepCases.map(({ name }) => name).join(', ')}`)
const [runs, threads, products] = [Number(values.runs), Number(values.threads), values.precision as Precision]
const warmUp = 2

/** The backend's sessions, each with the profiler on. Releasing a session ends its profile. */
interface Profiled {
  readonly handler: { endProfiling(): void; dispose(): Promise<void> }
}
const folder = await mkdtemp(join(tmpdir(), 'policypatch-step-'))
const sessions = new Set<Profiled['handler']>()
const { create } = InferenceSession
InferenceSession.create = async (...[model, options]: unknown[]) => {
  const profiled = { ...(options as object), enableProfiling: true, profileFilePrefix: join(folder, 'step') }
  const session = await create.call(InferenceSession, model as Uint8Array, profiled)
  const { handler } = session as unknown as Profiled
  const dispose = handler.dispose.bind(handler)
  handler.dispose = () => {
    sessions.delete(handler)
    return dispose()
  }
  sessions.add(handler)
  return session
}

try {
  printLoad('before')
  const task = stepTask(stepCase, 49152, { threads, precision: 'fp32', products })
  const trainer = prepareTrainer(task, await syntheticModel({ threads, products }))
  const times: number[] = []
  for (let step = 0; step < warmUp + runs; step++) {
    const start = performance.now()
    await trainer.step()
    if (step >= warmUp) times.push(performance.now() - start)
  }
  for (const session of sessions) session.endProfiling()
  const inParts = await partTimes(trainer.steps)
  const total = [...inParts.values()].reduce((sum, time) => sum + time, 0)
  const share = (time: number) => `${((100 * time) / total).toFixed(0)}%`
  const sorted = [...inParts].sort(([, a], [, b]) => b - a)
  const rows = [...sorted, ['all kernels', total] as const]
  console.log(
    formatTable([
      ['part', 'ms a step', 'share'],
      ...rows.map(([part, time]) => [part, time.toFixed(0), share(time)]),
    ]),
  )
  console.log(
    `a step: ${median(times).toFixed(0)} ms, the median of ${times.map((time) => time.toFixed(0)).join(' ')}`,
  )
  printLoad('after')
} finally {
  await rm(folder, { recursive: true })
}

/** Milliseconds per step by part, over the last runs of every program that runs in each step. */
async function partTimes(steps: number): Promise<Map<string, number>> {
  const sums = new Map<string, number>()
  for (const name of await readdir(folder)) {
    const events = JSON.parse(await readFile(join(folder, name), 'utf8')) as KernelEvent[]
    const kernels = events.filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time'))
    const often = new Map<string, KernelEvent[]>()
    for (const kernel of kernels) often.set(kernel.name, [...(often.get(kernel.name) ?? []), kernel])
    for (const all of often.values()) {
      // Programs that round weights run once per weight, not in every step.
      if (all.length % steps !== 0) continue
      const perStep = all.length / steps
      for (const kernel of all.slice(warmUp * perStep)) {
        const part = kernelPart(kernel)
        sums.set(part, (sums.get(part) ?? 0) + kernel.dur / 1000 / runs)
      }
    }
  }
  return sums
}
