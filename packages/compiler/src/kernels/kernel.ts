import type { GraphBuilder } from '../graph/graph-builder.ts'
import type { Value } from '../graph/value.ts'

/** Writes one tfjs kernel as nodes. `inputs` are named as in tfjs, or a list. */
export type Kernel = (
  inputs: Readonly<Record<string, Value | undefined>> | readonly Value[],
  attributes: unknown,
  graph: GraphBuilder,
) => Value | readonly Value[]

/** Kernels by their tfjs names. */
export type KernelTable = Readonly<Record<string, Kernel>>

/** A kernel with named inputs, all required. */
export function kernel<Name extends string, Attributes = unknown>(
  write: (
    inputs: Readonly<Record<Name, Value>>,
    attributes: Attributes,
    graph: GraphBuilder,
  ) => Value | readonly Value[],
): Kernel {
  return (inputs, attributes, graph) => write(inputs as Record<Name, Value>, attributes as Attributes, graph)
}

/** A kernel with any number of inputs. */
export function variadicKernel<Attributes = unknown>(
  write: (inputs: readonly Value[], attributes: Attributes, graph: GraphBuilder) => Value,
): Kernel {
  return (inputs, attributes, graph) =>
    write(Object.values(inputs) as Value[], attributes as Attributes, graph)
}
