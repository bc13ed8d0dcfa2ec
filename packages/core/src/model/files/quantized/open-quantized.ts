import type { Architecture } from '../../decoder/architectures/architecture.ts'
import type { ModelConfig } from '../../decoder/config/model-config.ts'
import { checkLayers } from '../stored-weights.ts'
import type { TensorReader } from '../tensors/tensor-reader.ts'
import { parseQuantization } from './quantization-config.ts'
import { quantizedReader } from './quantized-reader.ts'

/**
 * Opens a checkpoint with a quantization config as if it were not quantized.
 *
 * @param json config.json
 * @throws PatchError as `Architecture.parseConfig`, `parseQuantization` and `quantizedReader`
 */
export async function openQuantized(
  reader: TensorReader,
  architecture: Architecture,
  json: Readonly<Record<string, unknown>>,
): Promise<{ readonly reader: TensorReader; readonly config: ModelConfig }> {
  const { quantization_config: field, ...rest } = json
  const quantization = parseQuantization(field)
  // If it is no quantization after all, the configuration's rules decide.
  if (!quantization) return { reader, config: architecture.parseConfig(json) }
  const config = architecture.parseConfig(rest)
  checkLayers(reader, config)
  const specs = architecture.weightSpecs(config)
  const used = new Set(specs.flatMap(({ name, otherNames = [] }) => [name, ...otherNames]))
  return { reader: await quantizedReader(reader, quantization, (name) => used.has(name)), config }
}
