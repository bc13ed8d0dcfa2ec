import type { Backend, HostTensor, NamedHostTensors, NamedTensors, Weight } from '../backend/backend.ts'
import { PatchError } from '../errors.ts'
import * as tf from '../tf.ts'
import { expectClose, expectRefusal } from './expect-close.ts'
import { pick } from './operation-programs.ts'

const vector = (...data: number[]): HostTensor => ({ shape: [data.length], data: Float32Array.from(data) })
const inputs = { x: { shape: [3], dtype: 'float32' } } as const
const weights: NamedHostTensors = { w: vector(2, 3, 4) }

const product = (feeds: NamedTensors, bound: NamedTensors): NamedTensors => ({
  y: tf.mul(pick(feeds, 'x'), pick(bound, 'w')),
})
const sum = (feeds: NamedTensors, bound: NamedTensors): NamedTensors => ({
  y: tf.add(pick(feeds, 'x'), pick(bound, 'w')),
})

/** How programs, weights and feeds behave on any backend. Plain arithmetic, so that the numbers are exact. */
export const behaviourCases: Readonly<Record<string, (backend: Backend) => Promise<void>>> = {
  'two programs share weights': async (backend) => {
    const first = await backend.compile(product, { inputs, weights })
    const second = await backend.compile(sum, { inputs, weights })
    const x = vector(1, 2, 3)
    expectClose(await first.run({ x }), { y: vector(2, 6, 12) }, 0)
    expectClose(await second.run({ x }), { y: vector(3, 5, 7) }, 0)
    await first.dispose()
    expectClose(await second.run({ x }), { y: vector(3, 5, 7) }, 0)
  },
  'weights that were given back are held anew by a program that is run with them': async (backend) => {
    const own = { w: vector(2, 3, 4) }
    const program = await backend.compile(product, { inputs, weights: own })
    const x = vector(1, 2, 3)
    const [before] = await Promise.all([program.run({ x }), backend.release?.(own)])
    expectClose(before, { y: vector(2, 6, 12) }, 0)
    await backend.release?.(own)
    expectClose(await program.run({ x }), { y: vector(2, 6, 12) }, 0)
  },
  'one program runs with several sets of weights': async (backend) => {
    const program = await backend.compile(product, { inputs, weights })
    const x = vector(1, 2, 3)
    expectClose(await program.run({ x }, { w: vector(5, 6, 7) }), { y: vector(5, 12, 21) }, 0)
    expectClose(await program.run({ x }), { y: vector(2, 6, 12) }, 0)
    await expectRefusal(() => program.run({ x }, {}), 'INVALID_ARGUMENT', 'w')
    await expectRefusal(() => program.run({ x }, { w: vector(1, 2) }), 'SHAPE_MISMATCH', 'w')
    const more = { w: vector(5, 6, 7), bias: vector(1) }
    await expectRefusal(() => program.run({ x }, more), 'INVALID_ARGUMENT', 'bias')
  },
  'free axes take any length': async (backend) => {
    const matrix = { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }
    const program = await backend.compile(
      (feeds, bound) => {
        const a = tf.transpose(tf.matMul(pick(feeds, 'a'), pick(bound, 'w')))
        const rows = a.shape[1] as number
        const folded = tf.reshape(a, [rows, 2, 1])
        const [first, rest] = tf.split(tf.concat([pick(feeds, 'b'), tf.ones([1])]), [1, -1])
        return {
          folded: tf.add(folded, tf.broadcastTo(tf.scalar(1), [rows, 1, 1])),
          first: tf.add(first as tf.Tensor, 0),
          sum: tf.sum(rest as tf.Tensor),
          zeros: tf.zeros([rows]),
        }
      },
      {
        inputs: {
          a: { shape: [1, 2], dtype: 'float32', free: { 0: 'rows' } },
          b: { shape: [1], dtype: 'float32', free: { 0: 'length' } },
          c: { shape: [1], dtype: 'float32', free: { 0: 'rows' } },
        },
        weights: { w: matrix },
      },
    )
    const c = (length: number) => vector(...new Array<number>(length).fill(0))
    const three = { shape: [3, 2], data: Float32Array.of(1, 0, 0, 1, 1, 1) }
    const expected = {
      folded: { shape: [3, 2, 1], data: Float32Array.of(2, 4, 5, 3, 5, 7) },
      first: vector(5),
      sum: { shape: [], data: Float32Array.of(8) },
      zeros: vector(0, 0, 0),
    }
    expectClose(await program.run({ a: three, b: vector(5, 7), c: c(3) }), expected, 0)
    const one = { shape: [1, 2], data: Float32Array.of(1, 1) }
    const alone = {
      folded: { shape: [1, 2, 1], data: Float32Array.of(5, 7) },
      first: vector(4),
      sum: { shape: [], data: Float32Array.of(7) },
      zeros: vector(0),
    }
    expectClose(await program.run({ a: one, b: vector(4, 1, 2, 3), c: c(1) }), alone, 0)
    await expectRefusal(() => program.run({ a: three, b: vector(1), c: c(2) }), 'SHAPE_MISMATCH', 'c')
  },
  'a resident program gives what others give': async (backend) => {
    const program = await backend.compile(product, { inputs, weights, resident: true })
    expectClose(await program.run({ x: vector(1, 2, 3) }), { y: vector(2, 6, 12) }, 0)
  },
  'products in int8 do not saturate': async (backend) => {
    // Rotated as the compiler does, each block's first value becomes equal values, which all round to the largest.
    const largest = (rows: number, columns: number): HostTensor => ({
      shape: [rows, columns],
      data: Float32Array.from({ length: rows * columns }, (_, i) => (i % 64 === 0 ? 1 : 0)),
    })
    for (const resident of [false, true]) {
      const program = await backend.compile(
        (feeds, bound) => ({ y: tf.matMul(pick(feeds, 'x'), pick(bound, 'w'), false, true) }),
        {
          inputs: { x: { shape: [2, 128], dtype: 'float32' } },
          weights: { w: largest(64, 128) },
          precision: 'int8',
          resident,
        },
      )
      const y = { shape: [2, 64], data: new Float32Array(128).fill(2) }
      expectClose(await program.run({ x: largest(2, 128) }), { y }, 1e-4)
    }
  },
  'outputs are chosen by name': async (backend) => {
    const program = await backend.compile(
      (feeds, bound) => ({ ...product(feeds, bound), x: pick(feeds, 'x') }),
      {
        inputs,
        weights,
      },
    )
    const x = vector(1, 2, 3)
    expectClose(await program.run({ x }, undefined, ['y']), { y: vector(2, 6, 12) }, 0)
  },
  'weights whose memory is overwritten are read anew': async (backend) => {
    const program = await backend.compile(product, { inputs, weights })
    const w = { ...vector(5, 6, 7), transient: true } as const
    const x = vector(1, 2, 3)
    expectClose(await program.run({ x }, { w }), { y: vector(5, 12, 21) }, 0)
    w.data.set([1, 0, 2])
    expectClose(await program.run({ x }, { w }), { y: vector(1, 0, 6) }, 0)
    expectClose(await program.run({ x }), { y: vector(2, 6, 12) }, 0)
  },
  'packed weights are expanded': async (backend) => {
    const packed = { shape: [3], expand: () => Float32Array.of(2, 3, 4) }
    const program = await backend.compile(product, { inputs, weights: { w: packed } })
    expectClose(await program.run({ x: vector(1, 2, 3) }), { y: vector(2, 6, 12) }, 0)
  },
  'rows of packed tables are picked': async (backend) => {
    const data = Float32Array.from({ length: 10 }, (_, i) => i)
    const packed: Weight = {
      shape: [5, 2],
      expand: () => data.slice(),
      rows(from, to, out = new Float32Array(2 * (to - from))) {
        out.set(data.subarray(2 * from, 2 * to))
        return out
      },
    }
    const ids = (...values: number[]): HostTensor => ({
      shape: [values.length],
      data: Int32Array.from(values),
    })
    const spec = { shape: [1], dtype: 'int32', free: { 0: 'length' } } as const
    const program = await backend.compile(
      (feeds, bound) => {
        const table = pick(bound, 'table')
        const rows = tf.gather(table, pick(feeds, 'ids'))
        const others = tf.mul(tf.gather(table, pick(feeds, 'others')), 2)
        return { rows, sum: tf.sum(others, 0), last: tf.gather(others, pick(feeds, 'last')) }
      },
      {
        inputs: { ids: spec, others: { ...spec, free: { 0: 'more' } }, last: { shape: [1], dtype: 'int32' } },
        weights: { table: packed },
      },
    )
    const feeds = { ids: ids(4, 0), others: ids(1, 3, 3), last: ids(2) }
    const expected = {
      rows: { shape: [2, 2], data: Float32Array.of(8, 9, 0, 1) },
      sum: vector(28, 34),
      last: { shape: [1, 2], data: Float32Array.of(12, 14) },
    }
    expectClose(await program.run(feeds), expected, 0)
    expectClose(await program.run(feeds, { table: { shape: [5, 2], data } }), expected, 0)
    const both = await backend.compile(
      (inputs, bound) => ({
        y: tf.matMul(tf.gather(pick(bound, 'table'), pick(inputs, 'ids')), pick(bound, 'table'), false, true),
      }),
      { inputs: { ids: spec }, weights: { table: packed } },
    )
    const y = { shape: [1, 5], data: Float32Array.of(3, 13, 23, 33, 43) }
    expectClose(await both.run({ ids: ids(1) }), { y }, 0)
  },
  'runs are independent': async (backend) => {
    const program = await backend.compile(product, { inputs, weights })
    const first = await program.run({ x: vector(1, 1, 1) })
    const second = await program.run({ x: vector(0, -1, 2) })
    expectClose(first, { y: vector(2, 3, 4) }, 0)
    expectClose(second, { y: vector(0, -3, 8) }, 0)
  },
  'runs started together do not mix': async (backend) => {
    const program = await backend.compile(product, { inputs, weights })
    const values = [1, 2, 3, 4, 5]
    const results = await Promise.all(values.map((value) => program.run({ x: vector(value, value, value) })))
    for (const [index, value] of values.entries())
      expectClose(results[index] ?? {}, { y: vector(2 * value, 3 * value, 4 * value) }, 0)
  },
  'outputs belong to the caller': async (backend) => {
    const x = vector(1, 2, 3)
    const program = await backend.compile(
      (feeds, bound) => ({ x: pick(feeds, 'x'), again: pick(feeds, 'x'), w: pick(bound, 'w') }),
      { inputs, weights },
    )
    const { x: first, w } = await program.run({ x })
    first?.data.fill(9)
    w?.data.fill(9)
    expectClose(
      await program.run({ x }),
      { x: vector(1, 2, 3), again: vector(1, 2, 3), w: vector(2, 3, 4) },
      0,
    )
  },
  'feeds are not written to': async (backend) => {
    const program = await backend.compile(
      (feeds) => ({ y: tf.relu(tf.neg(tf.mul(tf.add(pick(feeds, 'x'), 1), 2))) }),
      { inputs, weights: {} },
    )
    const x = vector(-1, 2, -3)
    expectClose(await program.run({ x }), { y: vector(0, 0, 4) }, 0)
    expectClose({ x }, { x: vector(-1, 2, -3) }, 0)
  },
  'feeds may be views of a longer array': async (backend) => {
    const program = await backend.compile(product, { inputs, weights })
    const data = Float32Array.of(7, 7, 1, 2, 3, 7).subarray(2, 5)
    expectClose(await program.run({ x: { shape: [3], data } }), { y: vector(2, 6, 12) }, 0)
  },
  'unused inputs and constant outputs': async (backend) => {
    const program = await backend.compile(
      () => ({ zeros: tf.zeros([2]), large: tf.fill([3], 5), whole: tf.scalar(4, 'int32') }),
      { inputs, weights },
    )
    const expected = {
      zeros: vector(0, 0),
      large: vector(5, 5, 5),
      whole: { shape: [], data: Int32Array.of(4) },
    }
    expectClose(await program.run({ x: vector(1, 2, 3) }), expected, 0)
  },
  'wrong feeds are refused': async (backend) => {
    const program = await backend.compile(product, { inputs, weights })
    const x = vector(1, 2, 3)
    await expectRefusal(() => program.run({}), 'INVALID_ARGUMENT', 'x')
    await expectRefusal(() => program.run({ x, extra: x }), 'INVALID_ARGUMENT', 'extra')
    await expectRefusal(() => program.run({ x: vector(1, 2) }), 'SHAPE_MISMATCH', 'x')
    await expectRefusal(
      () => program.run({ x: { shape: [3], data: Int32Array.of(1, 2, 3) } }),
      'INVALID_ARGUMENT',
      'x',
    )
    expectClose(await program.run({ x }), { y: vector(2, 6, 12) }, 0)
  },
  'a program that was disposed of does not run': async (backend) => {
    const program = await backend.compile(product, { inputs, weights })
    await program.dispose()
    await program.dispose()
    await expectRefusal(() => program.run({ x: vector(1, 2, 3) }), 'BACKEND_FAILED', 'disposed')
  },
  'a backend that was disposed of neither runs nor compiles': async (backend) => {
    const program = await backend.compile(product, { inputs, weights })
    await backend.dispose()
    await backend.dispose()
    await expectRefusal(() => program.run({ x: vector(1, 2, 3) }), 'BACKEND_FAILED', 'disposed')
    await expectRefusal(() => backend.compile(product, { inputs, weights }), 'BACKEND_FAILED', 'disposed')
  },
  'an error in a program reaches the caller': async (backend) => {
    const failing = async () => {
      const program = await backend.compile(
        () => {
          throw new PatchError('NOT_FINITE', { expected: 'a', found: 'b', remedy: 'c' })
        },
        { inputs, weights },
      )
      await program.run({ x: vector(1, 2, 3) })
    }
    await expectRefusal(failing, 'NOT_FINITE', 'a')
  },
}
