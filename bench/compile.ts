/**
 * Times tracing, encoding, loading and running a training step of SmolLM2-135M's shape with random weights.
 *
 *   node --import ./scripts/source.mjs bench/compile.ts [--layout in-out|out-in] [--level disabled|basic|extended|all]
 *     [--layers 30] [--batch 8] [--length 64] [--threads 2] [--runs 3] [--profile]
 */
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { encodeOnnx, type OnnxGraph, traceProgram } from '@policypatch/compiler'
import type { HostTensor } from '@policypatch/core/platform'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { decoderStep } from './decoder-step.ts'
import { smolLm135, stepFeeds, stepFlops, stepSignature, type WeightLayout } from './step-shape.ts'

const { values } = parseArgs({
  options: {
    layout: { type: 'string', default: 'in-out' },
    level: { type: 'string', default: 'disabled' },
    layers: { type: 'string', default: '30' },
    batch: { type: 'string', default: '8' },
    length: { type: 'string', default: '64' },
    threads: { type: 'string', default: String(availableParallelism()) },
    runs: { type: 'string', default: '3' },
    profile: { type: 'boolean', default: false },
    save: { type: 'string' },
  },
})

const layout = values.layout as WeightLayout
const shape = {
  ...smolLm135,
  layers: Number(values.layers),
  batch: Number(values.batch),
  length: Number(values.length),
}
const signature = stepSignature(shape, layout)
const feeds = stepFeeds(signature, shape)

const traced = await timed('trace', () => traceProgram(decoderStep(shape, layout), signature))
report(traced)
const model = await timed('encode', () => encodeOnnx(traced))
console.log(`model     ${(model.length / 1e6).toFixed(2)} MB`)
if (values.save) await (await import('node:fs/promises')).writeFile(values.save, model)
const session = await timed('session', () =>
  InferenceSession.create(model, {
    intraOpNumThreads: Number(values.threads),
    graphOptimizationLevel: values.level as 'all',
    logSeverityLevel: 3,
    enableProfiling: values.profile,
    ...(values.profile ? { profileFilePrefix: join(tmpdir(), 'policypatch-step') } : {}),
  }),
)

const bound: Record<string, Tensor> = {}
for (const { name, source, key } of traced.inputs)
  bound[name] = toTensor((source === 'weight' ? signature.weights : feeds)[key] as HostTensor)
const first = await timed('first run', () => session.run(bound))
console.log(
  `loss      ${first['output.loss']?.data[0]}  gradient ${first['output.gradient']?.data.slice(0, 3)}`,
)
const times: number[] = []
for (let run = 0; run < Number(values.runs); run++) {
  const start = performance.now()
  await session.run(bound)
  times.push(performance.now() - start)
}
const best = Math.min(...times)
console.log(
  `step      ${times.map((time) => time.toFixed(0)).join(' ')} ms; best ${(stepFlops(shape) / best / 1e6).toFixed(0)} GFLOPS`,
)
console.log(`memory    ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB resident`)
if (values.profile) (session as unknown as { handler: { endProfiling(): void } }).handler.endProfiling()
await session.release()

async function timed<Result>(label: string, run: () => Result | Promise<Result>): Promise<Result> {
  const start = performance.now()
  const result = await run()
  console.log(`${label.padEnd(9)} ${(performance.now() - start).toFixed(0)} ms`)
  return result
}

function toTensor({ shape: dims, data }: HostTensor): Tensor {
  return data instanceof Int32Array ? new Tensor('int32', data, dims) : new Tensor('float32', data, dims)
}

function report({ nodes, constants }: OnnxGraph): void {
  const counts = new Map<string, number>()
  for (const { opType } of nodes) counts.set(opType, (counts.get(opType) ?? 0) + 1)
  const sorted = [...counts].sort(([, a], [, b]) => b - a).map(([opType, count]) => `${opType} ${count}`)
  const bytes = constants.reduce((total, { data }) => total + data.byteLength, 0)
  console.log(
    `nodes     ${nodes.length}: ${sorted.join(', ')}; ${constants.length} constants of ${bytes} bytes`,
  )
}
