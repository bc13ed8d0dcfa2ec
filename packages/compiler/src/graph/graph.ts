import type { Attribute, ElementType, TypedArray } from './value.ts'

export interface GraphTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: ElementType
  /** Axes whose length is known only when the graph runs, and a name for each; what `shape` says there means nothing. */
  readonly free?: Readonly<Record<number, string>>
}

/**
 * One of the two tensors that `quantizeWeight` makes of a matrix [rows, columns], or of its transpose: int8 values of
 * the same shape, and the float32 scale of each of their columns.
 */
export interface QuantizedPart {
  readonly part: 'values' | 'scales'
  readonly transposed: boolean
}

/** An input of the graph, and what of the signature is to be fed to it. */
export interface GraphInput extends GraphTensor {
  readonly source: 'input' | 'weight'
  /** Its name in the signature. */
  readonly key: string
  /** What is fed is made of the weight, not the weight itself. */
  readonly quantized?: QuantizedPart
  /** What is fed are the rows of the weight that the ids pick which this input of the program has. */
  readonly picked?: string
  /** It is not fed: the model file refers to it, as external data at a location of its name. */
  readonly resident?: boolean
}

export interface GraphOutput extends GraphTensor {
  /** Its name among the program's outputs. */
  readonly key: string
}

export interface GraphConstant extends GraphTensor {
  readonly data: TypedArray
}

export interface GraphNode {
  readonly opType: string
  readonly domain: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

/**
 * One ONNX graph before it is encoded. Weights are inputs like any other, so that no graph ever holds a copy of them,
 * unless the signature asks for it.
 * Inputs and weights that the program does not use are left out.
 */
export interface OnnxGraph {
  readonly inputs: readonly GraphInput[]
  readonly outputs: readonly GraphOutput[]
  readonly constants: readonly GraphConstant[]
  /** In an order in which they can be run. */
  readonly nodes: readonly GraphNode[]
}
