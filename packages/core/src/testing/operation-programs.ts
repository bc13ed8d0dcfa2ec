import type { NamedTensors } from '../backend/backend.ts'
import * as tf from '../tf.ts'

/** Maps the inputs of a case of operations.json to its outputs. */
export type OperationProgram = (inputs: NamedTensors) => NamedTensors

/** A case's tensor by name. */
export function pick(tensors: NamedTensors, name: string): tf.Tensor {
  const tensor = tensors[name]
  if (!tensor) throw new Error(`the case has no tensor ${name}`)
  return tensor
}

const arithmetic: OperationProgram = (inputs) => {
  const a = pick(inputs, 'a')
  const b = pick(inputs, 'b')
  return {
    add: tf.add(a, b),
    subtract: tf.sub(a, b),
    multiply: tf.mul(a, b),
    divide: tf.div(a, b),
    maximum: tf.maximum(a, b),
    minimum: tf.minimum(a, b),
    power: tf.pow(tf.abs(a), b),
    squaredDifference: tf.squaredDifference(a, b),
    sumOfThree: tf.addN([a, tf.mul(a, 2), tf.neg(a)]),
    clipped: tf.clipByValue(a, -0.5, 0.25),
    // For floats, tfjs's backends return int32 or float32.
    floorDivide: tf.cast(tf.floorDiv(a, b), 'int32'),
    scaled: tf.sub(tf.div(tf.mul(a, 0.5), 3), 1),
    reversed: tf.sub(2, a),
  }
}

const integers: OperationProgram = (inputs) => {
  const a = pick(inputs, 'a')
  const b = pick(inputs, 'b')
  return {
    add: tf.add(a, b),
    multiply: tf.mul(a, b),
    floorDivide: tf.floorDiv(a, b),
    maximum: tf.maximum(a, b),
    sum: tf.sum(a, 1),
    fromFloat: tf.cast(tf.tensor1d([-1.7, 1.7, 0, -0.2]), 'int32'),
    toFloat: tf.mul(tf.cast(a, 'float32'), 0.5),
  }
}

const unary: OperationProgram = (inputs) => {
  const x = pick(inputs, 'x')
  const positive = tf.abs(x)
  return {
    abs: positive,
    negative: tf.neg(x),
    exp: tf.exp(x),
    expm1: tf.expm1(x),
    log: tf.log(positive),
    log1p: tf.log1p(positive),
    sqrt: tf.sqrt(positive),
    rsqrt: tf.rsqrt(positive),
    square: tf.square(x),
    sigmoid: tf.sigmoid(x),
    tanh: tf.tanh(x),
    erf: tf.erf(x),
    relu: tf.relu(x),
    softplus: tf.softplus(x),
    sign: tf.sign(x),
    step: tf.step(x),
    floor: tf.floor(x),
    ceil: tf.ceil(x),
    reciprocal: tf.reciprocal(x),
    sin: tf.sin(x),
    cos: tf.cos(x),
  }
}

const matrixProducts: OperationProgram = (inputs) => {
  const [a, aT, b, bT] = ['a', 'aT', 'b', 'bT'].map((name) => pick(inputs, name)) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ]
  const left = pick(inputs, 'left')
  const right = pick(inputs, 'right')
  const swap = (x: tf.Tensor) => tf.transpose(x, [0, 1, 3, 2])
  return {
    plain: tf.matMul(a, b),
    transposedA: tf.matMul(aT, b, true, false),
    transposedB: tf.matMul(a, bT, false, true),
    transposedBoth: tf.matMul(aT, bT, true, true),
    broadcast: tf.matMul(left, right),
    broadcastTransposed: tf.matMul(left, pick(inputs, 'rightT'), false, true),
    sharedRight: tf.matMul(
      tf.reshape(tf.slice(left, [0, 0, 0, 0], [-1, 1, -1, -1]), [2, 3, 4]),
      pick(inputs, 'row'),
    ),
    matrixOnTheRight: tf.matMul(left, b),
    afterTranspose: tf.matMul(swap(tf.add(swap(left), 0)), right),
    scores: tf.matMul(left, swap(left)),
  }
}

const reductions: OperationProgram = (inputs) => {
  const x = pick(inputs, 'x')
  return {
    sum: tf.sum(x),
    sumOfMiddle: tf.sum(x, 1),
    sumKept: tf.sum(x, [0, 2], true),
    mean: tf.mean(x, -1, true),
    max: tf.max(x, [1, 2]),
    min: tf.min(x, 0),
    product: tf.prod(x, 2),
    argMax: tf.argMax(x, 1),
    softmax: tf.softmax(x),
    logSoftmax: tf.logSoftmax(x),
    logSumExp: tf.logSumExp(x, -1),
    all: tf.all(tf.greater(x, -1), 2),
    any: tf.any(tf.greater(x, 1), 2),
    cumulativeSum: tf.cumsum(x, 1),
    cumulativeSumBefore: tf.cumsum(x, 2, true),
    cumulativeSumReversed: tf.cumsum(x, 2, false, true),
  }
}

const shapes: OperationProgram = (inputs) => {
  const x = pick(inputs, 'x')
  const y = pick(inputs, 'y')
  return {
    reshaped: tf.reshape(x, [4, -1]),
    reshapedTwice: tf.reshape(tf.reshape(x, [24]), [3, 8]),
    transposed: tf.transpose(x, [2, 0, 1]),
    transposedTwice: tf.transpose(tf.transpose(x, [2, 0, 1]), [1, 0, 2]),
    expandedDimension: tf.expandDims(x, 2),
    squeezed: tf.squeeze(y, [1]),
    sliced: tf.slice(x, [0, 1, 1], [-1, 2, -1]),
    strided: tf.stridedSlice(x, [1, 0, 0], [2, 3, 4], [1, 1, 2]),
    backwards: tf.stridedSlice(x, [0, 0, 3], [2, 3, 0], [1, 2, -1], 0, 4),
    concatenated: tf.concat([x, y, x], 1),
    stacked: tf.stack([x, tf.mul(x, 2)], -1),
    unstacked: tf.unstack(x, 1)[2] as tf.Tensor,
    split: tf.split(x, [1, 3], 2)[1] as tf.Tensor,
    padded: tf.pad(
      x,
      [
        [0, 0],
        [0, 2],
        [1, 0],
      ],
      7,
    ),
    tiled: tf.tile(x, [2, 1, 3]),
    broadcast: tf.broadcastTo(y, [2, 5, 4]),
    broadcastThenAdded: tf.add(x, tf.broadcastTo(y, [2, 3, 4])),
    zeros: tf.zerosLike(x),
    range: tf.range(3, 12, 2),
  }
}

const indexing: OperationProgram = (inputs) => {
  const x = pick(inputs, 'x')
  const ids = pick(inputs, 'ids')
  const rows = pick(inputs, 'rows')
  const columns = pick(inputs, 'columns')
  const firstIds = tf.reshape(tf.slice(ids, [0, 0], [1, 3]), [3])
  const four = tf.scalar(4, 'int32')
  const wrapped = tf.where(tf.greaterEqual(firstIds, four), tf.sub(firstIds, four), firstIds)
  const { values, indices } = tf.topk(pick(inputs, 'scores'), 3)
  return {
    rows: tf.gather(x, ids),
    columns: tf.gather(x, wrapped, 1),
    withinBatch: tf.gather(rows, columns, 1, 1),
    withinRows: tf.gather(tf.reshape(tf.slice(rows, [0, 0, 0], [-1, -1, 1]), [3, 4]), columns, 1, 1),
    oneHot: tf.oneHot(ids, 5, 1, 0, 'float32'),
    topValues: values,
    topIndices: indices,
    segmentSum: tf.unsortedSegmentSum(
      tf.concat([x, tf.slice(x, [0, 0], [1, 4])], 0),
      tf.reshape(ids, [6]),
      5,
    ),
  }
}

const comparisons: OperationProgram = (inputs) => {
  const a = pick(inputs, 'a')
  const b = pick(inputs, 'b')
  const lower = tf.tensor2d(
    [
      [1, 0, 0, 0],
      [1, 1, 0, 0],
      [1, 1, 1, 0],
      [1, 1, 1, 1],
    ],
    [4, 4],
    'bool',
  )
  return {
    equal: tf.equal(a, b),
    notEqual: tf.notEqual(a, b),
    less: tf.less(a, b),
    lessEqual: tf.lessEqual(a, b),
    greater: tf.greater(a, b),
    greaterEqual: tf.greaterEqual(a, b),
    and: tf.logicalAnd(tf.greater(a, 0), tf.greater(tf.broadcastTo(b, [3, 4]), 0)),
    or: tf.logicalOr(tf.greater(a, 0), tf.greater(tf.broadcastTo(b, [3, 4]), 0)),
    not: tf.logicalNot(tf.greater(a, 0)),
    where: tf.where(tf.greater(a, b), a, tf.broadcastTo(tf.mul(b, 10), [3, 4])),
    causal: tf.softmax(tf.where(lower, tf.mul(tf.reshape(b, [4, 1]), b), tf.fill([4, 4], -1e9))),
    fromBool: tf.mul(tf.cast(tf.greater(a, b), 'float32'), 2),
    isNaN: tf.isNaN(a),
  }
}

export const operationPrograms: Readonly<Record<string, OperationProgram>> = {
  arithmetic,
  integers,
  unary,
  matrixProducts,
  reductions,
  shapes,
  indexing,
  comparisons,
}
