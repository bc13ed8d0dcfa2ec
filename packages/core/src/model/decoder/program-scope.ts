import type { Architecture } from './architectures/architecture.ts'
import type { ModelConfig } from './config/model-config.ts'

const configured = new WeakSet<Architecture>()

/** Marks an architecture whose computation is fully determined by its name and the configuration. */
export function followsFromConfig(architecture: Architecture): Architecture {
  configured.add(architecture)
  return architecture
}

/**
 * Identifies a model's programs by its architecture and configuration. Undefined for an architecture whose code may change under
 * the same name.
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
