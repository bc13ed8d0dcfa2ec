import { diffPatches, type PatchDifference } from '@policypatch/core/patch'
import { Command } from 'commander'
import { addTrustOption, inContext } from '../cli/command-context.ts'
import { addExamples } from '../cli/help.ts'
import { renderTable } from '../cli/render-table.ts'
import { rate } from '../patches/describe-patch.ts'
import { patchForms } from '../patches/find-patch.ts'

/** `diff`: compares two patches. */
export function diffCommand(): Command {
  const command = new Command('diff')
    .description('compare two patches: settings, prefixes, measured effects')
    .argument('<before>', patchForms)
    .argument('<after>', 'the other patch, in the same form')
    .action(
      inContext(async ({ print, findPatch }, _, [before = '', after = '']) => {
        const difference = diffPatches(await findPatch(before), await findPatch(after))
        print(describe(difference, before, after), difference)
      }),
    )
  return addExamples(
    addTrustOption(command),
    ['Two training runs', 'policypatch diff patches/harmfulness patches/harmfulness-seed-1'],
    ['Two releases', 'policypatch diff harmfulness@1.0.0 harmfulness@1.1.0'],
  )
}

function describe({ fields, prefix, effects }: PatchDifference, before: string, after: string): string {
  const cell = (value: unknown) => (value === undefined ? '–' : JSON.stringify(value))
  const rows = [
    ...fields.map((one) => [one.field, cell(one.before), cell(one.after)]),
    ...effects
      .filter((one) => JSON.stringify(one.before) !== JSON.stringify(one.after))
      .map((one) => [`${one.metric}, ${one.data}: ${one.change}`, rate(one.before), rate(one.after)]),
  ]
  const table = rows.length > 0 ? renderTable([['', before, after], ...rows]) : 'The manifests are the same.'
  if (!prefix) return table
  const { relativeDistance, cosines } = prefix
  const least = Math.min(...cosines)
  const mean = cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length
  const distance =
    relativeDistance === 0
      ? 'The prefixes are the same.'
      : `The prefixes differ by ${(100 * relativeDistance).toFixed(1)}% of the norm; the cosine of their virtual tokens is ` +
        `${mean.toFixed(3)} on average and ${least.toFixed(3)} at the lowest.`
  return `${table}\n${distance}`
}
