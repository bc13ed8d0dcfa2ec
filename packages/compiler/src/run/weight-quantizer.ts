import { expandWeight, type HostTensor, runQueue, settleAll, type Weight } from '@policypatch/core/platform'
import type { OnnxGraph, QuantizedForm } from '../graph/graph.ts'
import { sizeOf } from '../graph/value.ts'
import { encodeOnnx } from '../onnx/encode-onnx.ts'
import type { OnnxRuntime, QuantizedTensors, RuntimeSession, RuntimeTensor } from './onnx-runtime.ts'
import { joinColumns, quantizeWeight } from './quantize-weight.ts'

type Sessions<Tensor extends RuntimeTensor> = Map<string, Promise<RuntimeSession<Tensor>>>

/**
 * Most values to quantize at once (64 MiB in float32): enough for a matrix of a large model, but not for the embeddings of a
 * small one.
 */
const largestPiece = 2 ** 24

/**
 * Returns a function that quantizes weights with a runtime. Quantizing takes several times a matrix's memory in float32, so large
 * matrices are quantized in pieces: groups of the result's columns, each of which has its own scale.
 *
 * @param keep registers a session to be released when the backend is disposed of
 */
export function weightQuantizer<Tensor extends RuntimeTensor>(
  runtime: OnnxRuntime<Tensor>,
  keep: (session: RuntimeSession<Tensor>) => RuntimeSession<Tensor>,
): (weight: Weight, form: QuantizedForm, plain?: Promise<Tensor>) => Promise<QuantizedTensors<Tensor>> {
  const inTurn = runQueue()
  const largeInTurn = runQueue()
  const kept: Sessions<Tensor> = new Map()
  let scratch = new Float32Array(0)

  return async (weight, form, plain) => {
    if (sizeOf(weight.shape) > largestPiece) return largeInTurn(() => inPieces(weight, form, plain))
    const whole = await plain
    // One at a time, so that no other weight is expanded into the shared memory before this one has been read.
    return inTurn(() => quantize(whole ?? runtime.feed(expanded(weight)), weight.shape, form))
  }

  async function inPieces(weight: Weight, form: QuantizedForm, plain?: Promise<Tensor>) {
    const { transposed } = form
    const [rows = 0, columns = 0] = weight.shape
    const [count, length] = transposed ? [rows, columns] : [columns, rows]
    const most = Math.max(1, Math.floor(largestPiece / length))
    const size = Math.ceil(count / Math.ceil(count / most))
    const data = await sourceOf(weight, transposed, plain)
    const pieces: QuantizedTensors<Tensor>[] = []
    // Not kept: releasing these sessions frees their memory for intermediate results.
    const own: Sessions<Tensor> = new Map()
    try {
      for (let from = 0; from < count; from += size) {
        const to = Math.min(from + size, count)
        const shape = transposed ? [to - from, columns] : [rows, to - from]
        const piece = inTurn(() => {
          const values = transposed
            ? rowsOf(weight, data, from, to)
            : columnsOf(data!, weight.shape, from, to)
          return quantize(runtime.feed({ shape, data: values }), shape, form, own)
        })
        pieces.push(await piece)
      }
      return await join(pieces, [length, count], size, form, own)
    } finally {
      await settleAll([...own.values()].map(async (session) => (await session).release()))
    }
  }

  /** All values of a weight; undefined if the pieces can be expanded separately, as rows. */
  async function sourceOf(weight: Weight, transposed: boolean, plain?: Promise<Tensor>) {
    const whole = await plain
    if (whole) return whole.data as Float32Array
    if ('expand' in weight && weight.rows && transposed) return undefined
    return expandWeight(weight).data as Float32Array
  }

  function rowsOf(weight: Weight, data: Float32Array | undefined, from: number, to: number): Float32Array {
    const width = weight.shape[1] as number
    if (data) return data.subarray(from * width, to * width)
    const { rows } = weight as Extract<Weight, { expand: unknown }>
    return rows!(from, to, place((to - from) * width))
  }

  function columnsOf(data: Float32Array, [rows = 0, width = 0]: readonly number[], from: number, to: number) {
    const values = place(rows * (to - from))
    for (let row = 0; row < rows; row++) {
      values.set(data.subarray(row * width + from, row * width + to), row * (to - from))
    }
    return values
  }

  /** The weight, in memory that the next one overwrites: allocating such memory anew takes longer than filling it. */
  function expanded(weight: Weight): HostTensor {
    if (!('expand' in weight)) return weight
    return { shape: weight.shape, data: weight.expand(place(sizeOf(weight.shape))) }
  }

  function place(size: number): Float32Array {
    if (scratch.length < size) scratch = new Float32Array(size)
    return scratch.subarray(0, size)
  }

  async function quantize(
    weight: Tensor,
    shape: readonly number[],
    form: QuantizedForm,
    own?: Sessions<Tensor>,
  ): Promise<QuantizedTensors<Tensor>> {
    const ready = await session(
      `${shape} ${form.transposed} ${form.type}`,
      () => quantizeWeight(shape, form),
      own,
    )
    return results(await ready.run({ 'input.w': weight }, ['output.values', 'output.scales']))
  }

  async function join(
    pieces: readonly QuantizedTensors<Tensor>[],
    shape: readonly [number, number],
    size: number,
    { type }: QuantizedForm,
    own: Sessions<Tensor>,
  ): Promise<QuantizedTensors<Tensor>> {
    const ready = await session('join', () => joinColumns(shape, size, type), own)
    const feeds = pieces.flatMap(({ values, scales }, i) => [
      [`input.values.${i}`, values] as const,
      [`input.scales.${i}`, scales] as const,
    ])
    return results(await ready.run(Object.fromEntries(feeds), ['output.values', 'output.scales']))
  }

  function session(
    form: string,
    graph: () => OnnxGraph,
    own?: Sessions<Tensor>,
  ): Promise<RuntimeSession<Tensor>> {
    const load = async () => {
      const made = await runtime.loadPreparation!(encodeOnnx(graph()), { keepsMemory: form !== 'join' })
      return own ? made : keep(made)
    }
    const sessions = own ?? kept
    const made = sessions.get(form) ?? load()
    sessions.set(form, made)
    made.catch(() => sessions.delete(form))
    return made
  }
}

function results<Tensor>(made: Readonly<Record<string, Tensor>>): QuantizedTensors<Tensor> {
  return { values: made['output.values'] as Tensor, scales: made['output.scales'] as Tensor }
}
