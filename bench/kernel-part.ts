/** A kernel run as reported by ONNX Runtime's profiler. */
export interface KernelEvent {
  readonly cat: string
  readonly name: string
  /** Microseconds. */
  readonly dur: number
  readonly args: {
    readonly op_name?: string
    /** One shape per tensor, keyed by its type. */
    readonly input_type_shape?: readonly Readonly<Record<string, readonly number[]>>[]
  }
}

/** Largest size of the blocks in which rows are rotated before rounding. */
const largestBlock = 64

const parts: Readonly<Record<string, readonly string[]>> = {
  'products with weights': ['MatMulIntegerToFloat', 'DynamicQuantizeMatMul'],
  rounding: ['Abs', 'ReduceMax', 'QuantizeLinear'],
  softmax: ['Softmax'],
  'RMSNorm, RoPE, SiLU': ['SimplifiedLayerNormalization', 'RotaryEmbedding', 'QuickGelu'],
  'copies and layout': [
    'Transpose',
    'Concat',
    'Slice',
    'Gather',
    'Expand',
    'Reshape',
    'Split',
    'ScatterND',
    'Pad',
  ],
}

/** The part of a step that a kernel belongs to. */
export function kernelPart({ args }: KernelEvent): string {
  const { op_name: operator = '', input_type_shape: inputs = [] } = args
  if (['MatMul', 'FusedMatMul', 'Gemm'].includes(operator)) {
    const [left = [], right = []] = inputs.map((shape) => Object.values(shape)[0] ?? [])
    if (left.length > 2 || right.length > 2) return "attention's products"
    const [rows = 0, columns = 0] = right
    return rows === columns && rows <= largestBlock ? 'rotation' : 'products with weights'
  }
  const part = Object.entries(parts).find(([, operators]) => operators.includes(operator))
  return part?.[0] ?? 'other elementwise steps and sums'
}
