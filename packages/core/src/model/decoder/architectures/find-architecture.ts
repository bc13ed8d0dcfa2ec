import { PatchError } from '../../../errors.ts'
import { describeValue } from '../../../text/describe-value.ts'
import type { Architecture } from './architecture.ts'
import { cohere } from './cohere.ts'
import { cohere2 } from './cohere2.ts'
import { gemma } from './gemma.ts'
import { gemma2 } from './gemma2.ts'
import { gemma3 } from './gemma3.ts'
import { gptNeox } from './gpt-neox.ts'
import { gpt2 } from './gpt2.ts'
import { granite } from './granite.ts'
import { llama } from './llama.ts'
import { mistral } from './mistral.ts'
import { olmo2 } from './olmo2.ts'
import { phi3 } from './phi3.ts'
import { qwen2, qwen3 } from './qwen.ts'
import { smollm3 } from './smollm3.ts'
import { stablelm } from './stablelm.ts'

/** The built-in architectures; `loadModel` accepts more. */
export const architectures: readonly Architecture[] = [
  ...[llama, mistral, qwen2, qwen3, gemma, gemma2, gemma3, phi3],
  ...[smollm3, olmo2, granite, cohere, cohere2, stablelm, gptNeox, gpt2],
]

/** The architecture for a `model_type` or a GGUF architecture name. Throws `UNKNOWN_ARCHITECTURE`. */
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
