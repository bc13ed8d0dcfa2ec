/**
 * A backend that compiles programs to ONNX and runs them with ONNX Runtime, on any platform (onnx-runtime). Weights are fed from
 * their own memory, or from tensors that are made from them once (weight-tensors).
 */

import { PatchError } from '@policypatch/core'
import {
  type Backend,
  checkFeeds,
  checkWeights,
  disposedError,
  type HostTensor,
  type NamedHostTensors,
  type NamedWeights,
  runQueue,
  type Signature,
  settleAll,
  type TensorProgram,
} from '@policypatch/core/platform'
import type { QuantizedType } from '../graph/graph.ts'
import { type EncodedProgram, encodeProgram } from '../onnx/encode-onnx.ts'
import { hasRows, pickedRows } from '../trace/picked-rows.ts'
import { precisionOn, traceProgram } from '../trace/trace-program.ts'
import { exactWeightType } from './exact-weight-type.ts'
import { type OnnxRuntime, type RuntimeSession, type RuntimeTensor, wordsOf } from './onnx-runtime.ts'
import { residentWeights, weightFeeds } from './program-weights.ts'
import { rowFeeds } from './row-feeds.ts'
import { weightTensorCache } from './weight-tensors.ts'

/** A program, ready to run. */
interface Loaded<Tensor extends RuntimeTensor> {
  readonly encoded: EncodedProgram
  readonly session: RuntimeSession<Tensor>
}

/**
 * Compiles each program to one ONNX graph, forward and gradient together, and runs it with ONNX Runtime. Weights and feeds are
 * read in place, so do not change them during a run. Throws `UNSUPPORTED` for programs that cannot be traced, and
 * `BACKEND_FAILED` with ONNX Runtime's message.
 */
export function onnxBackend<Tensor extends RuntimeTensor>(runtime: OnnxRuntime<Tensor>): Backend {
  const enqueue = runQueue()
  const sessions = new Set<RuntimeSession<Tensor>>()
  let disposed = false
  const kept = (session: RuntimeSession<Tensor>) => {
    sessions.add(session)
    return session
  }
  const tensors = weightTensorCache(runtime, kept)
  let foundType: Promise<QuantizedType> | undefined
  const weightType = () => {
    foundType ??= exactWeightType(runtime).catch((error: unknown) => {
      foundType = undefined
      throw error
    })
    return foundType
  }
  const release = async (session: RuntimeSession<Tensor>): Promise<void> => {
    if (sessions.delete(session)) await session.release()
  }
  const loaded = async (program: TensorProgram, signature: Signature): Promise<Loaded<Tensor>> => {
    if (disposed) throw disposedError()
    const isQuantized = precisionOn(runtime.target, signature) === 'int8'
    const quantizedType = isQuantized ? await weightType() : 'int8'
    const encoded = await encodedProgram(program, signature, runtime, quantizedType)
    // Make the weights' tensors now, so that the first run does not wait and a lack of memory shows up here.
    await weightFeeds(encoded, signature.weights, tensors)
    const externalData = await residentWeights(encoded, signature.weights, tensors)
    const session = kept(await runtime.load(encoded.model, externalData))
    if (!disposed) return { encoded, session }
    await release(session)
    throw disposedError()
  }
  return {
    specificationVersion: 'v1',
    name: runtime.name,
    async compile(program, signature) {
      const resident =
        runtime.resident === 'always' || (runtime.resident === 'asked' && signature.resident === true)
      const main = await loaded(program, { ...signature, resident })
      // Kept only if it may be traced again, since it may hold on to whatever is in its scope.
      const traced = resident && !signature.resident ? program : undefined
      let fed: Promise<Loaded<Tensor>> | undefined = resident ? undefined : Promise.resolve(main)
      return {
        async run(feeds, own, outputs) {
          checkFeeds(signature.inputs, feeds)
          if (own) {
            checkOwnWeights(signature, own)
            // A program with resident weights needs a second session to run with other weights.
            fed ??= loaded(traced as TensorProgram, { ...signature, resident: false }).catch(
              (error: unknown) => {
                fed = undefined
                throw error
              },
            )
          }
          const { session, encoded } = own ? ((await fed) as Loaded<Tensor>) : main
          return enqueue(async () => {
            if (!sessions.has(session)) throw disposedError()
            const bound = own ?? signature.weights
            const weights = await weightFeeds(encoded, bound, tensors)
            const rows = mapValues(rowFeeds(encoded.inputs, bound, feeds), runtime.feed)
            const fedTensors = { ...weights, ...rows, ...inputFeeds(encoded, feeds, runtime) }
            return runSession(session, encoded, fedTensors, outputs)
          })
        },
        dispose: () =>
          enqueue(async () => {
            const second = await fed?.catch(() => undefined)
            await settleAll([main, ...(second ? [second] : [])].map(({ session }) => release(session)))
          }),
      }
    },
    async fastestPrecision() {
      // Devices multiply in float32. So does a processor best where int8 saturates, for it has no instructions for int8 then.
      return runtime.target === 'processor' && (await weightType()) === 'int8' ? 'int8' : 'float32'
    },
    ...(runtime.availableMemory && { availableMemory: () => runtime.availableMemory!() }),
    release: (weights) => enqueue(() => settleAll(Object.values(weights).map(tensors.release))),
    dispose: () =>
      enqueue(async () => {
        disposed = true
        // Sessions first: they use what the runtime holds.
        const released = settleAll([...sessions].map(release))
        await released.catch(() => undefined)
        await settleAll([released, runtime.dispose?.() ?? Promise.resolve()])
      }),
  }
}

async function encodedProgram<Tensor extends RuntimeTensor>(
  program: TensorProgram,
  signature: Signature,
  { programs, target }: OnnxRuntime<Tensor>,
  quantizedType: QuantizedType,
): Promise<EncodedProgram> {
  const { key, weights } = signature
  const store = key === undefined ? undefined : programs
  const tables = Object.keys(weights).filter((name) => hasRows(weights[name]))
  const device = target === 'device' ? ' for a device' : ''
  const picking = tables.length > 0 ? ` with rows of ${tables}` : ''
  const bytes = quantizedType === 'uint8' ? ' with weights in uint8' : ''
  const named = { ...signature, key: `${key}${device}${picking}${bytes}` }
  const known = await store?.get(named)
  if (known) return known
  const made = encodeProgram(pickedRows(traceProgram(program, signature, { target, quantizedType }), weights))
  await store?.put(named, made)
  return made
}

function inputFeeds<Tensor extends RuntimeTensor>(
  { inputs }: EncodedProgram,
  feeds: NamedHostTensors,
  runtime: OnnxRuntime<Tensor>,
): Record<string, Tensor> {
  const used = inputs.filter(({ source }) => source === 'input')
  return Object.fromEntries(used.map(({ name, key }) => [name, runtime.feed(feeds[key] as HostTensor)]))
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]))
}

async function runSession<Tensor extends RuntimeTensor>(
  session: RuntimeSession<Tensor>,
  { outputs }: EncodedProgram,
  feeds: Record<string, Tensor>,
  wanted?: readonly string[],
): Promise<NamedHostTensors> {
  const fetched = wanted ? outputs.filter(({ key }) => wanted.includes(key)) : outputs
  const names = fetched.map(({ name }) => name)
  const results = await session.run(feeds, names).catch((cause: unknown) => {
    throw new PatchError('BACKEND_FAILED', {
      expected: 'ONNX Runtime to run the program',
      found: wordsOf(cause),
      remedy:
        'If memory ran out, compile it for smaller batches; or run it on an eager backend to see which step fails',
      cause,
    })
  })
  return Object.fromEntries(
    fetched.map(({ name, key }) => {
      const { dims, data } = results[name] as Tensor
      return [key, { shape: dims, data: data as Float32Array | Int32Array }]
    }),
  )
}

function checkOwnWeights({ weights, resident }: Signature, own: NamedWeights): void {
  checkWeights(weights, own)
  if (!resident) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: "a resident program to run with its signature's weights",
    found: 'others',
    remedy: 'Compile it without `resident`',
  })
}
