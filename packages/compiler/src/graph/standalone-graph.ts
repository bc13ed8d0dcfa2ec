import type { GraphInput, GraphTensor, OnnxGraph } from './graph.ts'
import type { TypedArray } from './value.ts'

export interface StandaloneOptions {
  /** Values of weights, by their names in the signature: they become part of the graph. */
  readonly weightOf: (key: string) => TypedArray
  /** Names of inputs and outputs in the file, by those in the graph. */
  readonly names: Readonly<Record<string, string>>
  /** Names of output axes whose length is free though it is no product of free lengths, by output and axis. */
  readonly free?: (output: string, shape: readonly number[]) => Readonly<Record<number, string>> | undefined
}

/**
 * A graph that needs nothing but its inputs: weights become constants, inputs and outputs take the names given, and what
 * is int32 is taken as int64, as exported models have it.
 */
export function standaloneGraph(graph: OnnxGraph, { weightOf, names, free }: StandaloneOptions): OnnxGraph {
  const weights = graph.inputs.filter(({ source }) => source === 'weight')
  const inputs = graph.inputs.filter(({ source }) => source === 'input')
  const named = (name: string) => names[name] ?? name
  const outputs = new Set(graph.outputs.map(({ name }) => name))
  const rename = (name: string) => (outputs.has(name) ? named(name) : name)
  return {
    inputs: inputs.map((input): GraphInput => ({ ...input, name: named(input.name), dtype: widened(input) })),
    outputs: graph.outputs.map((output) => {
      const more = free?.(named(output.name), output.shape)
      return { ...output, name: named(output.name), ...(more && { free: { ...output.free, ...more } }) }
    }),
    constants: [
      ...graph.constants,
      ...weights.map(({ name, key, shape, dtype }) => ({ name, shape, dtype, data: weightOf(key) })),
    ],
    nodes: [
      // The rest of the graph knows inputs by their names there, and in int32.
      ...inputs.map((input) => ({
        opType: input.dtype === 'int32' ? 'Cast' : 'Identity',
        domain: '',
        inputs: [named(input.name)],
        outputs: [input.name],
        attributes: input.dtype === 'int32' ? { to: 6 } : {},
      })),
      ...graph.nodes.map((node) => ({
        ...node,
        // Else a length of 0, such as that of an empty cache, would mean that of the input.
        attributes: node.opType === 'Reshape' ? { ...node.attributes, allowzero: 1 } : node.attributes,
        inputs: node.inputs.map(rename),
        outputs: node.outputs.map(rename),
      })),
    ],
  }
}

const widened = ({ dtype }: GraphTensor) => (dtype === 'int32' ? 'int64' : dtype)
