import { PatchError } from '@policypatch/core'
import {
  type BackendValues,
  type DataId,
  type DataType,
  engine,
  KernelBackend,
  type TensorInfo,
} from '@policypatch/core/tf'
import { constant, elementsOf } from '../graph/constant.ts'
import { type GraphBuilder, type GraphOptions, graphBuilder } from '../graph/graph-builder.ts'
import type { ElementType, Value } from '../graph/value.ts'

/**
 * A tfjs backend that computes nothing: its tensors represent values of a graph, to which its kernels add. tfjs requires a class.
 */
export class TracingBackend extends KernelBackend {
  readonly graph: GraphBuilder
  readonly #values = new WeakMap<DataId, Value>()

  constructor(options: GraphOptions = {}) {
    super()
    this.graph = graphBuilder(options)
  }

  /** A tfjs tensor that represents `value`. */
  wrap(value: Value): TensorInfo {
    const dataId = {}
    this.#values.set(dataId, value)
    return { dataId, shape: [...value.shape], dtype: value.dtype as DataType }
  }

  /** The value that a tfjs tensor represents. A tensor of another backend, which the program held before, becomes a constant. */
  unwrap({ dataId, shape, dtype }: TensorInfo): Value {
    const known = this.#values.get(dataId)
    if (known) return known
    const value = constant(engine().readSync(dataId) as ArrayLike<number>, shape, dtype as ElementType)
    this.#values.set(dataId, value)
    return value
  }

  override write(values: BackendValues, shape: number[], dtype: DataType): DataId {
    return this.wrap(constant(values as ArrayLike<number>, shape, dtype as ElementType)).dataId
  }

  override readSync(dataId: DataId): BackendValues {
    const value = this.#values.get(dataId)
    if (value?.kind === 'constant') return elementsOf(value) as BackendValues
    throw new PatchError('UNSUPPORTED', {
      expected: 'a program that does not read tensor values while it is traced',
      found: `a read of a tensor of shape [${value?.shape ?? ''}] that depends on the inputs`,
      remedy: 'Express the decision with tensors, such as `where`, or move it out of the program',
    })
  }

  override async read(dataId: DataId): Promise<BackendValues> {
    return this.readSync(dataId)
  }

  // Values live as long as the trace, so nothing is counted or freed individually.
  override disposeData(): boolean {
    return true
  }
  override refCount(): number {
    return 1
  }
  override incRef(): void {}
  override dispose(): void {}
  override numDataIds(): number {
    return 0
  }
  override memory(): { unreliable: boolean } {
    return { unreliable: true }
  }
  override timerAvailable(): boolean {
    return false
  }
  override floatPrecision(): 32 {
    return 32
  }
  override epsilon(): number {
    return 1e-7
  }
}
