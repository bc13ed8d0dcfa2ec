import type { Architecture } from './architecture.ts'
import { architectures } from './architectures/find-architecture.ts'
import type { ModelConfig } from './model-config.ts'

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
