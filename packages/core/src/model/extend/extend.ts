import type { HostTensor, NamedHostTensors, NamedTensors, TensorProgram } from '../../backend/backend.ts'
import * as tf from '../../tf.ts'
import { causalBias, decode } from '../decoder/decoder.ts'
import type { BlockKeyValues, KeyValueCache } from '../decoder/key-value-cache.ts'
import type { KeyValues } from '../decoder/layers/attention.ts'
import { rotaryTables } from '../decoder/rotary.ts'
import type { ModelCore } from '../language-model/model-core.ts'
import { signatureOf } from '../language-model/program-cache.ts'
import { freeAxes, type StepSettings, stepProgram } from './step-program.ts'

export interface ExtendInput {
  /** New tokens of each row; at least one each. */
  readonly tokens: readonly (readonly number[])[]
  /** Position of each row's first new token. */
  readonly starts: readonly number[]
  /** What went before, one slot per row. */
  readonly past?: KeyValueCache
  /** What is wanted at each row's last token: all logits [rows, V], or the id of the largest. */
  readonly output: 'logits' | 'argmax'
  /** Given where every row has one new token and a past, and more such runs are to come. */
  readonly step?: StepSettings
}

export interface ExtendResult {
  /** [rows, V] float32, or [rows] int32. */
  readonly last: HostTensor
  readonly block: BlockKeyValues
}

/** Block lengths are rounded up to this, so that few shapes are compiled. */
const LENGTH_STEP = 8

/** Runs new tokens through the model and gives their keys and values, and what follows each row's last token. */
export async function extend(core: ModelCore, input: ExtendInput): Promise<ExtendResult> {
  const { tokens, starts, past, output, step } = input
  const batch = tokens.length
  const longest = Math.max(...tokens.map((row) => row.length))
  const length = longest === 1 ? 1 : LENGTH_STEP * Math.ceil(longest / LENGTH_STEP)
  const ids = new Int32Array(batch * length)
  const positions = new Int32Array(batch * length)
  const rows = new Int32Array(batch)
  for (const [row, own] of tokens.entries()) {
    ids.set(own, row * length)
    for (let i = 0; i < length; i++) positions[row * length + i] = (starts[row] as number) + i
    rows[row] = row * length + own.length - 1
  }
  const { cos, sin } = rotaryTables(core.config, positions)
  const tableShape = [batch * length, core.config.headSize]
  const feeds: NamedHostTensors = {
    ids: { shape: [batch * length], data: ids },
    cos: { shape: tableShape, data: cos },
    sin: { shape: tableShape, data: sin },
    rows: { shape: [batch], data: rows },
    ...past?.feeds(),
  }
  const program = extendProgram(core, { length, past: past !== undefined })
  const compiled = step
    ? await stepProgram(core, program, feeds, step)
    : await core.programs.get(`extend ${batch}x${length} past ${past !== undefined}`, () => ({
        program,
        // Prefixes and stacks of any length share a program: another one costs no more than the same again.
        signature: signatureOf(feeds, core, past && ((feed) => freeAxes(feed, true))),
      }))
  const wanted = [output, ...keyValueNames(core.config.layers)]
  const { [output]: last, ...block } = await compiled.run(feeds, undefined, wanted)
  return { last: last as HostTensor, block }
}

interface ExtendShape {
  readonly length: number
  readonly past: boolean
}

function extendProgram(core: Pick<ModelCore, 'architecture' | 'config'>, shape: ExtendShape): TensorProgram {
  const { architecture, config } = core
  const { length } = shape
  return (inputs, weights) => {
    const { ids, cos, sin, rows } = inputs as Record<string, tf.Tensor> &
      Record<'ids' | 'cos' | 'sin' | 'rows', tf.Tensor>
    const x = architecture.embed(config, weights, ids)
    const batch = (ids.shape[0] as number) / length
    const block = { x, batch, length, cos, sin, ...(length > 1 && { bias: causalBias(length) }) }
    const past = shape.past ? pastKeyValues(config.layers, inputs) : undefined
    const { hidden, keyValues } = decode({
      ...{ architecture, config, weights, block },
      ...(past && { past }),
    })
    const final = architecture.normalize(config, weights, tf.gather(hidden, rows))
    const logits = tf.matMul(final, weights[architecture.outputWeight(config)] as tf.Tensor, false, true)
    return { logits, argmax: tf.argMax(logits, -1), ...namedKeyValues(keyValues) }
  }
}

/** What a {@link KeyValueCache} feeds, as layers take it. */
export function pastKeyValues(layers: number, inputs: NamedTensors): KeyValues[][] {
  const input = (name: string) => inputs[`past.${name}`] as tf.Tensor
  return Array.from({ length: layers }, (_, layer) => [
    { keys: input(`key.${layer}`), values: input(`value.${layer}`), bias: input('bias') },
  ])
}

const keyValueNames = (layers: number): string[] =>
  Array.from({ length: layers }, (_, layer) => [`key.${layer}`, `value.${layer}`]).flat()

/** Keys and values of a block under the names that {@link BlockKeyValues} has. */
export function namedKeyValues(keyValues: readonly KeyValues[]): NamedTensors {
  const named: Record<string, tf.Tensor> = {}
  for (const [layer, { keys, values }] of keyValues.entries()) {
    named[`key.${layer}`] = keys
    named[`value.${layer}`] = values
  }
  return named
}
