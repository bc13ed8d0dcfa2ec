import { PatchError } from '@policypatch/core'
import {
  expandWeight,
  type HostTensor,
  type NamedHostTensors,
  type NamedWeights,
  type Weight,
} from '@policypatch/core/platform'
import type { GraphInput } from '../graph/graph.ts'

/** The rows of weights that a run's ids pick, by the names of the inputs to feed them to. */
export function rowFeeds(
  inputs: readonly GraphInput[],
  weights: NamedWeights,
  feeds: NamedHostTensors,
): Record<string, HostTensor> {
  return Object.fromEntries(
    inputs.flatMap(({ name, key, picked }) =>
      picked === undefined
        ? []
        : [[name, rowsAt(weights[key] as Weight, (feeds[picked] as HostTensor).data)]],
    ),
  )
}

/** Rows of a table, one after the other: ids [n] → [n, d]. */
function rowsAt(weight: Weight, ids: ArrayLike<number>): HostTensor {
  const [count = 0, width = 0] = weight.shape
  const data = new Float32Array(ids.length * width)
  const row = rowOf(weight, width)
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number
    if (!(id >= 0 && id < count)) {
      throw new PatchError('INVALID_ARGUMENT', {
        expected: `ids of rows from 0 to ${count - 1}`,
        found: `${id}`,
        remedy: 'Check the ids',
      })
    }
    row(id, data.subarray(i * width, (i + 1) * width))
  }
  return { shape: [ids.length, width], data }
}

/** Returns a function that copies a row of a weight to `out`. */
function rowOf(weight: Weight, width: number): (id: number, out: Float32Array) => void {
  if ('expand' in weight && weight.rows) {
    const rows = weight.rows.bind(weight)
    return (id, out) => void rows(id, id + 1, out)
  }
  const { data } = expandWeight(weight)
  return (id, out) => out.set(data.subarray(id * width, (id + 1) * width))
}
