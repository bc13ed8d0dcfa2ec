import { scalar } from '../graph/constant.ts'
import type { GraphBuilder } from '../graph/graph-builder.ts'
import type { Value } from '../graph/value.ts'
import { elementwise } from '../operations/elementwise.ts'
import { multiply } from '../operations/multiply.ts'
import { type Kernel, type KernelTable, kernel } from './kernel.ts'

type Evaluate = (x: number) => number

function apply(graph: GraphBuilder, opType: string, x: Value, evaluate?: Evaluate): Value {
  return elementwise(graph, evaluate ? { opType, evaluate } : { opType }, [x])
}

function unary(opType: string, evaluate?: Evaluate): Kernel {
  return kernel<'x'>(({ x }, _, graph) => apply(graph, opType, x, evaluate))
}

/** eˣ − 1 = tanh(x/2) (eˣ + 1), which loses no precision near 0. */
function expm1(graph: GraphBuilder, x: Value): Value {
  const half = multiply(graph, x, scalar(0.5, 'float32'))
  const exponential = elementwise(graph, { opType: 'Add' }, [apply(graph, 'Exp', x), scalar(1, 'float32')])
  return multiply(graph, apply(graph, 'Tanh', half), exponential)
}

/** log(1 + x) = log(u) · x / (u − 1) with u = 1 + x rounded, or x where u is 1 (Kahan). */
function log1p(graph: GraphBuilder, x: Value): Value {
  const one = scalar(1, 'float32')
  const u = elementwise(graph, { opType: 'Add' }, [x, one])
  const isOne = elementwise(graph, { opType: 'Equal' }, [u, one], 'bool')
  const rounded = elementwise(graph, { opType: 'Sub' }, [u, one])
  const divisor = elementwise(graph, { opType: 'Where' }, [isOne, one, rounded], 'float32')
  const ratio = elementwise(graph, { opType: 'Div' }, [x, divisor])
  const logarithm = multiply(graph, apply(graph, 'Log', u), ratio)
  return elementwise(graph, { opType: 'Where' }, [isOne, x, logarithm], 'float32')
}

/** 1 where x > 0, else alpha. */
function step(graph: GraphBuilder, x: Value, alpha: number): Value {
  const positive = elementwise(graph, { opType: 'Greater' }, [x, scalar(0, x.dtype)], 'bool')
  return elementwise(
    graph,
    { opType: 'Where' },
    [positive, scalar(1, x.dtype), scalar(alpha, x.dtype)],
    x.dtype,
  )
}

export const unaryKernels: KernelTable = {
  Abs: unary('Abs', Math.abs),
  Ceil: unary('Ceil', Math.ceil),
  Cos: unary('Cos', Math.cos),
  Erf: unary('Erf'),
  Exp: unary('Exp', Math.exp),
  Expm1: kernel<'x'>(({ x }, _, graph) => expm1(graph, x)),
  Floor: unary('Floor', Math.floor),
  IsNan: kernel<'x'>(({ x }, _, graph) => elementwise(graph, { opType: 'IsNaN' }, [x], 'bool')),
  Log: unary('Log', Math.log),
  Log1p: kernel<'x'>(({ x }, _, graph) => log1p(graph, x)),
  Neg: unary('Neg', (x) => -x),
  Reciprocal: unary('Reciprocal', (x) => 1 / x),
  Relu: unary('Relu', (x) => Math.max(x, 0)),
  Rsqrt: kernel<'x'>(({ x }, _, graph) =>
    apply(graph, 'Reciprocal', apply(graph, 'Sqrt', x, Math.sqrt), (root) => 1 / root),
  ),
  Sigmoid: unary('Sigmoid', (x) => 1 / (1 + Math.exp(-x))),
  Sign: unary('Sign', Math.sign),
  Sin: unary('Sin', Math.sin),
  Softplus: unary('Softplus'),
  Sqrt: unary('Sqrt', Math.sqrt),
  Square: kernel<'x'>(({ x }, _, graph) => multiply(graph, x, x)),
  Step: kernel<'x', { alpha: number }>(({ x }, { alpha }, graph) => step(graph, x, alpha)),
  Tanh: unary('Tanh', Math.tanh),
}
