import { PatchError } from '../../../errors.ts'
import { describeValue } from '../../../text/describe-value.ts'
import type { ModelConfig } from '../config/model-config.ts'
import type { Architecture } from './architecture.ts'
import { llama } from './llama.ts'
import { qwen2 } from './qwen2.ts'

/** The architectures that come with the package. `loadModel` takes others beside them. */
export const architectures: readonly Architecture[] = [llama, qwen2]

/** The architecture of a `model_type` or GGUF architecture name. Throws `UNKNOWN_ARCHITECTURE`. */
export function findArchitecture(name: unknown, more: readonly Architecture[] = []): Architecture {
  const all = [...more, ...architectures]
  const found = all.find(
    (one) => one.modelTypes.includes(name as string) || one.ggufArchitectures.includes(name as string),
  )
  if (found) return found
  throw new PatchError('UNKNOWN_ARCHITECTURE', {
    expected: `a model with one of the architectures ${all.map((one) => one.name).join(', ')}`,
    found: name === undefined ? 'no architecture in its configuration' : describeValue(name),
    remedy: "Use such a model, or pass your own in loadModel's `architectures`",
  })
}

/**
 * What tells a model's programs from another's: its architecture and configuration. Undefined for an architecture of the
 * caller's own, whose code may change under the same name.
 */
export function programScope({
  architecture,
  config,
}: {
  readonly architecture: Architecture
  readonly config: ModelConfig
}): string | undefined {
  return architectures.includes(architecture) ? JSON.stringify({ ...config }) : undefined
}
