import type { Attribute, ElementType, TypedArray } from './value.ts'

export interface GraphTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: ElementType
  /** Names of the axes whose length is known only when the graph runs; their lengths in `shape` are meaningless. */
  readonly free?: Readonly<Record<number, string>>
}

/** How the values of a quantized weight are stored, from -127 to 127: as int8, or as uint8 with 128 added. */
export type QuantizedType = 'int8' | 'uint8'

/** What `quantizeWeight` makes from a matrix. */
export interface QuantizedForm {
  readonly transposed: boolean
  readonly type: QuantizedType
}

/**
 * One of the two tensors that `quantizeWeight` makes from a matrix [rows, columns] or its transpose: values of the same shape,
 * and a float32 scale for each column.
 */
export interface QuantizedPart extends QuantizedForm {
  readonly part: 'values' | 'scales'
}

/** An input of the graph, and what part of the signature is fed to it. */
export interface GraphInput extends GraphTensor {
  readonly source: 'input' | 'weight'
  /** Its name in the signature. */
  readonly key: string
  /** Set if a quantized part of the weight is fed instead of the weight. */
  readonly quantized?: QuantizedPart
  /** Set if only rows of the weight are fed: those picked by the ids in the program input of this name. */
  readonly picked?: string
  /** Set if the weight is not fed: the model file refers to it as external data, whose location is the input's name. */
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
 * An ONNX graph before it is encoded. Weights are inputs like any other, so no graph holds a copy of them unless the signature
 * asks for it. Inputs and weights that the program does not use are left out.
 */
export interface OnnxGraph {
  readonly inputs: readonly GraphInput[]
  readonly outputs: readonly GraphOutput[]
  readonly constants: readonly GraphConstant[]
  /** In topological order. */
  readonly nodes: readonly GraphNode[]
}
