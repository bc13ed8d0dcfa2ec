import type { Architecture } from './architectures/architecture.ts'
import type { ModelConfig } from './config/model-config.ts'

const configured = new WeakSet<Architecture>()

/** Notes that all that an architecture's models compute follows from its name and their configuration. */
export function followsFromConfig(architecture: Architecture): Architecture {
  configured.add(architecture)
  return architecture
}

/**
 * What tells a model's programs from another's: its architecture and configuration. Undefined for an architecture whose code may
 * change under the same name.
 */
export function programScope({
  architecture,
  config,
}: {
  readonly architecture: Architecture
  readonly config: ModelConfig
}): string | undefined {
  return configured.has(architecture) ? JSON.stringify({ ...config }) : undefined
}
