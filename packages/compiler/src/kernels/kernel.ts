import type { GraphBuilder } from '../graph/graph-builder.ts'
import type { Value } from '../graph/value.ts'

/** How one tfjs kernel is written as nodes. `inputs` are under the names that tfjs gives them, or a list. */
export type Kernel = (
  inputs: Readonly<Record<string, Value | undefined>> | readonly Value[],
  attributes: unknown,
  graph: GraphBuilder,
) => Value | readonly Value[]

/** tfjs kernel names and what each is written as. */
export type KernelTable = Readonly<Record<string, Kernel>>

/** A kernel with named inputs, all of them given. */
export function kernel<Name extends string, Attributes = unknown>(
  write: (
    inputs: Readonly<Record<Name, Value>>,
    attributes: Attributes,
    graph: GraphBuilder,
  ) => Value | readonly Value[],
): Kernel {
  return (inputs, attributes, graph) => write(inputs as Record<Name, Value>, attributes as Attributes, graph)
}

/** A kernel of any number of inputs. */
export function variadicKernel<Attributes = unknown>(
  write: (inputs: readonly Value[], attributes: Attributes, graph: GraphBuilder) => Value,
): Kernel {
  return (inputs, attributes, graph) =>
    write(Object.values(inputs) as Value[], attributes as Attributes, graph)
}
