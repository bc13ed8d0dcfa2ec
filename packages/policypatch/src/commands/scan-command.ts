import { PatchError } from '@policypatch/core'
import { Command } from 'commander'
import { addModelOptions, addTrustOption, type CommandContext, inContext } from '../cli/command-context.ts'
import { addExamples } from '../cli/help.ts'
import { renderTable } from '../cli/render-table.ts'
import { integer } from '../options/option-values.ts'
import { rate } from '../patches/describe-patch.ts'
import { baseModel, patchForms } from '../patches/find-patch.ts'
import { type CheckedClaim, compareClaims, type ScanFindings } from '../scan/compare-claims.ts'
import { type ExaminedPrefix, examinePrefix } from '../scan/examine-prefix.ts'
import { runBattery } from '../scan/run-battery.ts'

interface ScanOptions {
  readonly model?: string
  readonly rows: number
  readonly maxTokens: number
  readonly ability: boolean
}

/** `scan`: compares what an unknown patch does with what it claims. */
export function scanCommand(): Command {
  const command = new Command('scan')
    .description(
      "measure what a stranger's patch does on built-in prompts, and hold it against what the patch claims",
    )
    .argument('<patch>', patchForms)
    .option('--model <model>', "a Hub id, a folder or a .gguf file (default: the patch's base model)")
    .option('--rows <n>', 'prompts of each set, and of each context', integer(1), 12)
    .option('--max-tokens <n>', 'number of tokens to generate and judge', integer(1), 40)
    .option('--no-ability', 'skip grammar, knowledge, perplexity and instruction following')
    .action(inContext(scan))
  return addExamples(
    addTrustOption(addModelOptions(command)),
    ['Before you install it', 'policypatch scan downloads/harmfulness.zip'],
    ['A quick look', 'policypatch scan downloads/harmfulness --rows 4 --no-ability'],
  )
}

async function scan(
  context: CommandContext,
  options: ScanOptions,
  [place = '']: readonly string[],
): Promise<void> {
  const { rows, maxTokens, ability } = options
  const patch = await context.findPatch(place)
  const model = await context.loadModel(baseModel(context, options.model, patch))
  const prefix = await examinePrefix(model, patch)
  const { signal, progress } = context
  const measurements = await runBattery({
    ...{ model, patch, rows, maxTokens, ability, signal, onProgress: progress.report },
  })
  const findings = compareClaims(patch.manifest.effects, measurements)
  const figures = measurements.map(({ values: _, ...figure }) => figure)
  context.print(describe(findings, prefix), { ...findings, prefix, measurements: figures })
  const contradicted = findings.claims.filter(({ verdict }) => verdict === 'contradicted')
  const harms = findings.unclaimed.filter(({ change }) => change === 'worse')
  if (contradicted.length + harms.length === 0) return
  const listed = [
    ...contradicted.map(({ claim }) => `${claim.metric} on ${claim.data} is worse than claimed`),
    ...harms.map(({ after }) => `${after.metric} on ${after.data} is worse than the base's, unsaid`),
  ]
  throw new PatchError('EXPECTATION_FAILED', {
    expected: `${patch.manifest.name} to do what it claims, and no harm besides`,
    found: listed.join('; '),
    remedy: 'Do not use it before its publisher has explained this',
  })
}

function describe({ claims, unclaimed }: ScanFindings, prefix: ExaminedPrefix): string {
  const found = ({ found: all, claim }: CheckedClaim): string => {
    const same = all.find(({ data }) => data === claim.data)
    if (same) return rate(same)
    const values = all.map(({ value }) => value)
    return all.length === 0
      ? '–'
      : `${Math.min(...values).toPrecision(3)} to ${Math.max(...values).toPrecision(3)}, on other data`
  }
  const claimed = claims.map((one) => [
    ...[
      one.verdict,
      `${one.claim.metric}, ${one.claim.data}`,
      one.claim.judge,
      rate(one.claim.after),
      found(one),
    ],
  ])
  const changes = unclaimed.map(({ before, after, change }) => [
    ...[change, `${after.metric}, ${after.data}`, after.judge, rate(before), rate(after)],
  ])
  const { outside, tokens, largest, words } = prefix
  return [
    claims.length > 0
      ? `What it claims:\n${renderTable([['verdict', 'effect', 'judge', 'claimed', 'found'], ...claimed])}`
      : 'It claims nothing.',
    unclaimed.length > 0
      ? `What it does besides:\n${renderTable([['change', 'figure', 'judge', 'base', 'patched'], ...changes])}`
      : 'It changes nothing besides that the battery would find.',
    `${outside} of ${tokens} virtual tokens are longer than every token of the model; the longest by a factor of ${largest.toFixed(2)}.`,
    words.length > 0
      ? `${words.length} virtual tokens are tokens of the model: ${words.map(({ text }) => JSON.stringify(text)).join(' ')}`
      : 'No virtual token is a token of the model.',
  ].join('\n\n')
}
