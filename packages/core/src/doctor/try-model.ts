import { PatchError } from '../errors.ts'
import { loadStoredModel } from '../model/files/load-model.ts'
import type { LanguageModel } from '../model/language-model/language-model.ts'
import { applyPatch } from '../patch/apply/apply-patch.ts'
import { differingBase } from '../patch/apply/check-fit.ts'
import type { PatchContents } from '../patch/patch.ts'
import type { StoredPlace } from '../storage/place.ts'
import type { Prompt, Tokenizer } from '../tokenize/tokenizer.ts'
import { fits } from './advise.ts'
import type { DiagnoseOptions } from './diagnose-options.ts'
import { type Check, type CheckName, failed, type MeasuredTimes, note, ok, skipped } from './diagnosis.ts'
import type { MemoryEstimate } from './estimate-memory.ts'
import { attempt, type ExaminedFiles } from './examine-files.ts'
import { timeText } from './figures.ts'
import { probeGeneration, probeReading, probeStep } from './probe.ts'
import type { StepShape } from './step-shape.ts'

interface Known {
  readonly examined: ExaminedFiles
  readonly memory: MemoryEstimate | undefined
  readonly checks: readonly Check[]
}

interface Tried {
  readonly checks: readonly Check[]
  readonly times?: MeasuredTimes | undefined
}

/** Loads the model and runs it for a few seconds, unless it is already known that this would fail. */
export async function tryModel(
  options: DiagnoseOptions,
  place: StoredPlace,
  step: StepShape,
  { examined, memory, checks }: Known,
): Promise<Tried> {
  const { patch, probe = true, onProgress } = options
  const early = patch && differingEarly(patch, examined)
  if (!probe) return { checks: early ?? [] }
  const broken = checks.filter(
    ({ name, state }) =>
      state === 'fails' && name !== 'positions' && name !== 'memory' && name !== 'template',
  )
  if (broken.length > 0 || !memory)
    return { checks: [...(early ?? []), skipped('loads', 'not tried: see above')] }
  if (!fits(memory.generation.total, memory.limit)) {
    return { checks: [...(early ?? []), skipped('loads', 'not tried: it does not fit the memory')] }
  }
  const problems: PatchError[] = []
  onProgress?.('loads')
  const start = performance.now()
  const { patch: _, step: __, probe: ___, memoryInUse: ____, onProgress: _____, ...loading } = options
  const model = await attempt(problems, () => loadStoredModel(place, { ...loading, ownsBackend: false }))
  if (!model) return { checks: [...(early ?? []), failed('loads', problems)] }
  const load = (performance.now() - start) / 1000
  try {
    const { checks: made, times } = await runModel(model, step, options, memory)
    return { checks: [ok('loads', `in ${timeText(load)}`), ...made], times: { load, ...times } }
  } finally {
    await model.dispose()
  }
}

/** The check of a patch against what is known without the weights; undefined if nothing differs. */
function differingEarly(
  { manifest }: PatchContents,
  { decoder, tokenizer }: ExaminedFiles,
): Check[] | undefined {
  if (!decoder || !tokenizer) return [skipped('patch', 'not tried: see above')]
  const { architecture, hiddenSize, vocabSize, layers, heads } = decoder.config
  const found = {
    ...manifest.base,
    architecture,
    hiddenSize,
    vocabSize,
    layers,
    heads,
    tokenizer: tokenizer.fingerprint,
  }
  const differing = differingBase(manifest.base, found)
  if (!differing) return undefined
  const error = new PatchError('PATCH_MISMATCH', {
    expected: `${manifest.base.id}, the base model of ${manifest.name} ${manifest.version}: ${differing.expected}`,
    found: differing.found,
    remedy: 'Load the model that the patch was made for, or get or train a patch for this one',
  })
  return [failed('patch', [error])]
}

async function runModel(
  base: LanguageModel,
  step: StepShape,
  { patch, onProgress }: DiagnoseOptions,
  memory: MemoryEstimate,
): Promise<{ readonly checks: readonly Check[]; readonly times: Omit<MeasuredTimes, 'load'> }> {
  const checks: Check[] = []
  const check = async <Result>(
    name: CheckName,
    run: () => Promise<Result>,
    told: (result: Result) => Check,
  ) => {
    const problems: PatchError[] = []
    onProgress?.(name)
    const result = await attempt(problems, run)
    checks.push(result === undefined ? failed(name, problems) : told(result))
    return result
  }
  let model = base
  if (patch) {
    const { name, version } = patch.manifest
    const fitting = await check(
      'patch',
      async () => applyPatch(base, patch, { gates: false }),
      (patched) => {
        const { length = 0 } = patched.prefix ?? {}
        return ok(
          'patch',
          `${name} ${version} fits: ${length} virtual tokens of width ${base.config.hiddenSize}`,
        )
      },
    )
    model = fitting ?? base
  }
  await check(
    'reads',
    () => probeReading(base),
    ({ perplexity }) => {
      const line = `perplexity ${perplexity.toPrecision(3)} on a plain English text`
      return perplexity < 1000
        ? ok('reads', line)
        : note('reads', line, 'it does not read English, or its weights are not trained')
    },
  )
  const prompt = await promptFor(base.tokenizer)
  const generated = await check(
    'generates',
    () => probeGeneration(model, prompt),
    ({ text, firstToken, token }) =>
      ok('generates', `${timeText(token)} a token, after ${timeText(firstToken)} for the first: ${text}`),
  )
  const { recompute } = memory.training.plan
  if (!fits(memory.training.total, memory.limit))
    checks.push(skipped('trains', 'not tried: it does not fit the memory'))
  const stepped = fits(memory.training.total, memory.limit)
    ? await check(
        'trains',
        () => probeStep(base, step, { recompute }),
        ({ seconds: time, examples }) =>
          ok(
            'trains',
            `${timeText(time)} a step of ${step.batchSize} examples${examples < step.batchSize ? `, reckoned from ${examples}` : ''}`,
          ),
      )
    : undefined
  return {
    checks,
    times: {
      ...(generated && { firstToken: generated.firstToken, token: generated.token }),
      ...(stepped && { step: stepped.seconds, stepExamples: stepped.examples }),
    },
  }
}

async function promptFor(tokenizer: Tokenizer): Promise<Prompt> {
  const asked = [{ role: 'user', content: 'Name three animals.' }]
  const rendered = await attempt([], () => tokenizer.renderChat(asked))
  return rendered === undefined ? 'Once upon a time there was' : asked
}
