import type { GraphInput, GraphTensor, OnnxGraph } from './graph.ts'
import type { TypedArray } from './value.ts'

export interface StandaloneOptions {
  /** Values of a weight, by its name in the signature. They become part of the graph. */
  readonly weightOf: (key: string) => TypedArray
  /** Names of inputs and outputs in the file, by their names in the graph. */
  readonly names: Readonly<Record<string, string>>
  /** Names of output axes whose length is free but not a product of free lengths, by output and axis. */
  readonly free?: (output: string, shape: readonly number[]) => Readonly<Record<number, string>> | undefined
}

/**
 * A graph that needs nothing but its inputs. Weights become constants, inputs and outputs get the given names, and int32 inputs
 * become int64, as in exported models.
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
      // The other nodes expect the original names of the inputs, and int32.
      ...inputs.map((input) => ({
        opType: input.dtype === 'int32' ? 'Cast' : 'Identity',
        domain: '',
        inputs: [named(input.name)],
        outputs: [input.name],
        attributes: input.dtype === 'int32' ? { to: 6 } : {},
      })),
      ...graph.nodes.map((node) => ({
        ...node,
        // Otherwise a length of 0, such as that of an empty cache, would mean the length of the input.
        attributes: node.opType === 'Reshape' ? { ...node.attributes, allowzero: 1 } : node.attributes,
        inputs: node.inputs.map(rename),
        outputs: node.outputs.map(rename),
      })),
    ],
  }
}

const widened = ({ dtype }: GraphTensor) => (dtype === 'int32' ? 'int64' : dtype)
