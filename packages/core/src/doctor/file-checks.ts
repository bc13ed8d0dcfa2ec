import { PatchError } from '../errors.ts'
import { fits } from './advise.ts'
import { type Check, failed, note, ok } from './diagnosis.ts'
import type { MemoryEstimate } from './estimate-memory.ts'
import type { ExaminedFiles } from './examine-files.ts'
import { bytesText } from './figures.ts'
import type { StepShape } from './step-shape.ts'

/** The checks of files, configuration and weights. */
export function fileChecks({ reader, decoder, unused, problems }: ExaminedFiles): Check[] {
  if (!reader) return [failed('files', problems.files)]
  const kinds = [...new Set([...reader.tensors.values()].map(({ dtype }) => dtype))]
  const files =
    problems.files.length > 0
      ? failed('files', problems.files)
      : ok('files', `${reader.format}, ${reader.tensors.size} tensors of ${kinds.join(', ')}`)
  if (!decoder) return [files, failed('configuration', problems.configuration)]
  const own = reader.tensors.size - unused.length
  const configuration = ok('configuration', 'every field is known and honoured, or changes nothing')
  if (problems.weights.length > 0) return [files, configuration, failed('weights', problems.weights)]
  const passed = `${unused.length} tensors are not needed, such as ${unused[0]}`
  return [
    files,
    configuration,
    unused.length > 0
      ? note('weights', `all ${own} are there`, passed)
      : ok('weights', `all ${own} are there, and no others`),
  ]
}

/** Whether prefix, prompt and response fit in the context. */
export function positionsCheck(maxPositions: number, step: StepShape, shorter: string | undefined): Check {
  const { prefixLength, promptTokens, responseTokens } = step
  const used = prefixLength + promptTokens + responseTokens
  const line = `${prefixLength} virtual tokens, prompt and response take ${used} of ${maxPositions}`
  if (shorter === undefined) return ok('positions', line)
  const error = new PatchError('CONTEXT_EXCEEDED', {
    expected: `a prefix, prompt and response of at most ${maxPositions} tokens, the model's context`,
    found: `${prefixLength} + ${promptTokens} + ${responseTokens}`,
    remedy: shorter.replace(/\.$/, ''),
  })
  return failed('positions', [error])
}

/** Whether a training step fits in memory, and how it is run so that it does. */
export function memoryCheck({ training, generation, limit }: MemoryEstimate): Check {
  const [step, answers] = [training.total, generation.total].map(bytesText)
  const line = `a training step takes ${step}, generating ${answers}`
  if (limit === undefined) return note('memory', line, 'how much this device has is not known')
  const have = `of ${bytesText(limit)} that this process may take`
  if (!fits(training.total, limit)) {
    const error = new PatchError('BACKEND_FAILED', {
      expected: `a training step that fits ${bytesText(limit)}, what this process may take`,
      found: `${step} by estimate`,
      remedy: 'See what to change, below',
    })
    return failed(
      'memory',
      [error],
      fits(generation.total, limit) ? `generating takes ${answers}, which fits` : '',
    )
  }
  const { recompute, weights } = training.plan
  if (recompute === 'none') return ok('memory', `${line}, ${have}`)
  const byLayer = weights === 'by layer' ? ', and weights expanded for one layer at a time' : ''
  return note(
    'memory',
    `${line}, ${have}`,
    `layers are recomputed for the gradient${byLayer}, which is slower`,
  )
}
