import { inspectPrefix, type PrefixInspection } from '@policypatch/core/patch'
import { Command } from 'commander'
import { addModelOptions, addTrustOption, inContext } from '../cli/command-context.ts'
import { addExamples } from '../cli/help.ts'
import { renderTable } from '../cli/render-table.ts'
import { describePatch } from '../patches/describe-patch.ts'
import { baseModel, patchForms } from '../patches/find-patch.ts'

interface InspectCommandOptions {
  readonly model?: string | true
}

/** `inspect`: describes a patch after checking all of its files. */
export function inspectCommand(): Command {
  const command = new Command('inspect')
    .description('check a patch and show its contents')
    .argument('<patch>', patchForms)
    .option('--model [model]', "also analyse the prefix in its model (default: the patch's base model)")
    .action(
      inContext(async (context, options: InspectCommandOptions, [place = '']) => {
        const { print, loadModel } = context
        const patch = await context.findPatch(place)
        const { manifest, bytes, parameters } = patch
        if (options.model === undefined) return print(describePatch(patch), { bytes, parameters, manifest })
        const model = await loadModel(
          baseModel(context, options.model === true ? undefined : options.model, patch),
        )
        const inspection = await inspectPrefix(model, patch)
        print(`${describePatch(patch)}\n\n${describeInspection(inspection)}`, {
          bytes,
          parameters,
          manifest,
          inspection,
        })
      }),
    )
  return addExamples(
    addTrustOption(addModelOptions(command)),
    ['Contents and measured effects', 'policypatch inspect patches/harmfulness'],
    ['The same, with its virtual tokens in the model', 'policypatch inspect harmfulness.zip --model'],
  )
}

function describeInspection({ tokens, embeddingNorms, attention }: PrefixInspection): string {
  const { mean, deviation, largest } = embeddingNorms
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`
  const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const virtual = tokens.map(({ norm, nearest }, i) => [
    `${i}`,
    norm.toFixed(3),
    nearest.map(({ text, cosine }) => `${JSON.stringify(text)} ${cosine.toFixed(2)}`).join('  '),
  ])
  const layers = attention.map((heads, layer) => [
    `${layer}`,
    percent(average(heads)),
    percent(Math.max(...heads)),
  ])
  return [
    `Norm of the base model's token embeddings: ${mean.toFixed(3)} ± ${deviation.toFixed(3)}, at most ${largest.toFixed(3)}.`,
    renderTable([['virtual token', 'norm', 'nearest tokens, cosine'], ...virtual]),
    'Attention of prompt tokens to the prefix:',
    renderTable([['layer', 'mean over heads', 'largest of a head'], ...layers]),
  ].join('\n')
}
