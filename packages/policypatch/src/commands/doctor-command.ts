import { PatchError } from '@policypatch/core'
import { formatDiagnosis, type ModelDiagnosis } from '@policypatch/core/platform'
import { Command } from 'commander'
import { addModelOptions, addTrustOption, type CommandContext, inContext } from '../cli/command-context.ts'
import { addExamples } from '../cli/help.ts'
import { integer } from '../options/option-values.ts'
import { baseModel, patchForms } from '../patches/find-patch.ts'

interface DoctorOptions {
  readonly patch?: string
  readonly batchSize: number
  readonly promptTokens: number
  readonly responseTokens: number
  readonly length?: number
  readonly probe: boolean
}

/** `doctor`: describes a model, and checks whether it loads, generates and trains here. */
export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description('check a model, and a patch for it, before any long work: files, memory, time')
    .argument('[model]', "a Hub id, a folder or a .gguf file (default: the patch's base model)")
    .option('--patch <patch>', `also check that a patch fits: ${patchForms}`)
    .option('--batch-size <n>', 'examples in the training step that is estimated', integer(1), 8)
    .option('--prompt-tokens <n>', 'tokens of the prompt of each', integer(1), 64)
    .option('--response-tokens <n>', 'tokens of the response of each', integer(1), 64)
    .option('--length <m>', "virtual tokens of the prefix (default: the patch's, else 50)", integer(1))
    .option('--no-probe', 'do not load the model: look at its files, and estimate memory')
    .action(inContext(doctor))
  return addExamples(
    addTrustOption(addModelOptions(command)),
    ['Does it run here?', 'policypatch doctor HuggingFaceTB/SmolLM2-135M-Instruct'],
    ['Does this patch fit it?', 'policypatch doctor ./my-model --patch patches/harmfulness'],
    [
      'Would a larger step fit?',
      'policypatch doctor model.gguf --batch-size 16 --response-tokens 128 --no-probe',
    ],
  )
}

async function doctor(
  context: CommandContext,
  { patch: place, probe, length, ...step }: DoctorOptions,
  [model]: readonly string[],
): Promise<void> {
  const patch = place === undefined ? undefined : await context.findPatch(place)
  if (model === undefined && !patch) context.usageError('pass a model or --patch')
  const { batchSize, promptTokens, responseTokens } = step
  const diagnosis = await context.diagnoseModel(baseModel(context, model, patch), {
    ...{ patch, probe },
    step: { batchSize, promptTokens, responseTokens, ...(length !== undefined && { prefixLength: length }) },
  })
  context.progress.end()
  context.print(formatDiagnosis(diagnosis), diagnosis)
  failWhereItFails(diagnosis)
}

/** Makes the exit code fail for scripts. The problems have already been printed. */
function failWhereItFails({ id, works, checks }: ModelDiagnosis): void {
  if (works) return
  const names = checks.filter(({ state }) => state === 'fails').map(({ name }) => name)
  throw new PatchError(checks.flatMap(({ problems }) => problems)[0]?.code ?? 'UNSUPPORTED', {
    expected: `${id} to pass all checks`,
    found: `that these fail: ${names.join(', ')}`,
    remedy: 'See what each check says',
  })
}
