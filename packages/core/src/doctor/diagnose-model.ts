/**
 * A diagnosis before any long work: what a model is, what is wrong with it, whether it loads, generates and trains here, and
 * what that takes. Its files are examined one by one (examine-files), memory is estimated from them (estimate-memory), and
 * only what fits is tried, for a few seconds (probe).
 */

import { type Place, storedAt } from '../storage/place.ts'
import { memoryAdvice, positionsAdvice } from './advise.ts'
import { checkTemplate, checkTokenizer } from './check-tokenizer.ts'
import { describeConfig } from './describe-config.ts'
import { type DiagnoseOptions, stepOf } from './diagnose-options.ts'
import { type Check, checkOf, failed, type ModelDiagnosis, type ModelSummary } from './diagnosis.ts'
import { estimateMemory, type SizedModel, sizedModel } from './estimate-memory.ts'
import { type ExaminedFiles, examineFiles } from './examine-files.ts'
import { fileChecks, memoryCheck, positionsCheck } from './file-checks.ts'
import { tryModel } from './try-model.ts'

/**
 * Examines a model and what this machine can do with it. Problems with the model or the patch are reported in the diagnosis,
 * not thrown. The probe takes seconds, and runs nothing that is estimated not to fit in memory.
 *
 * @throws PatchError `ABORTED`; `INVALID_ARGUMENT` for an invalid step
 */
export async function diagnoseModel(place: Place, options: DiagnoseOptions): Promise<ModelDiagnosis> {
  const step = stepOf(options)
  const { backend, precision = 'float32', architectures, onProgress } = options
  const notices: string[] = []
  const onNotice = (line: string) => {
    if (!notices.includes(line)) notices.push(line)
  }
  const stored = storedAt(place)
  onProgress?.('files')
  const examined = await examineFiles(stored, { architectures, onNotice })
  try {
    const { reader, decoder, tokenizer, problems } = examined
    const isSized = reader && decoder && problems.weights.length === 0
    const sized = isSized ? sizedModel(reader, decoder.architecture, decoder.config) : undefined
    const free = backend.availableMemory?.()
    const memoryOptions = { precision, inUse: options.memoryInUse?.() ?? 0, free }
    const memory = sized && estimateMemory(sized, step, memoryOptions)
    const checks: Check[] = [
      ...fileChecks(examined),
      ...(tokenizer
        ? [
            checkOf('tokenizer', checkTokenizer(tokenizer, decoder?.config.vocabSize)),
            checkOf('template', await checkTemplate(tokenizer)),
          ]
        : [failed('tokenizer', problems.tokenizer)]),
    ]
    const advice: string[] = []
    if (decoder) {
      const shorter = positionsAdvice(decoder.config, step)
      if (shorter !== undefined) advice.push(shorter)
      checks.push(positionsCheck(decoder.config.maxPositions, step, shorter))
    }
    if (sized && memory) {
      advice.push(...memoryAdvice(sized, step, memory, memoryOptions))
      checks.push(memoryCheck(memory))
    }
    const tried = await tryModel(options, stored, step, { examined, memory, checks })
    const all = [...checks, ...tried.checks].map((check) => withNotices(check, notices))
    return {
      id: options.id ?? stored.path,
      works: all.every(({ state }) => state !== 'fails'),
      runsOn: `${backend.name}, ${precision}`,
      step,
      model: sized && summaryOf(examined, sized),
      checks: all,
      memory,
      times: tried.times,
      advice,
    }
  } finally {
    await examined.close()
  }
}

/** Adds notices to the tokenizer's check: all of them are about how a text is split or what a template lacks. */
const withNotices = (check: Check, notices: readonly string[]): Check =>
  check.name === 'tokenizer' && check.state !== 'fails' && notices.length > 0
    ? { ...check, state: 'note', lines: [...check.lines, ...notices] }
    : check

function summaryOf(
  { reader, decoder, license }: ExaminedFiles,
  { config, tensors }: SizedModel,
): ModelSummary {
  const parameters = tensors.reduce((sum, { size }) => sum + size, 0)
  const types = new Map<string, number>()
  for (const { dtype, size } of tensors) types.set(dtype, (types.get(dtype) ?? 0) + size / parameters)
  const { layers, hiddenSize, vocabSize, maxPositions } = config
  return {
    family: decoder?.architecture.name ?? config.architecture,
    ...{ parameters, layers, hiddenSize, vocabSize, maxPositions },
    format: reader?.format ?? 'safetensors',
    tensors: reader?.tensors.size ?? tensors.length,
    bytes: tensors.reduce((sum, { byteLength }) => sum + byteLength, 0),
    types: Object.fromEntries([...types].sort(([, a], [, b]) => b - a)),
    license,
    uses: describeConfig(config),
  }
}
