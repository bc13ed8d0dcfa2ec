import type { Patch } from '@policypatch/core'
import type { AbilityData, ReportData } from '@policypatch/core/evaluate'
import type { CommandContext } from '../cli/command-context.ts'
import { renderTable } from '../cli/render-table.ts'
import { readText } from '../options/open-reference.ts'
import { baseModel } from '../patches/find-patch.ts'
import { readAbilityData } from '../read-ability-data.ts'
import { abilityReport, abilityTable, measureAbility, type SubjectAbility } from './ability.ts'
import type { EvalOptions, Measured } from './eval-options.ts'
import { withAbility } from './evaluation-report.ts'
import { measureInDomain } from './measure-in-domain.ts'
import { measureRefusal } from './measure-refusal.ts'

/** Everything that `eval` measures. */
export interface MeasuredAll extends Pick<Measured, 'effects'> {
  readonly abilities: readonly SubjectAbility[]
  readonly tables: readonly string[]
  /** The figures as JSON. */
  readonly json: Readonly<Record<string, unknown>>
  readonly report: ReportData
}

/** Measures what the options of `eval` ask for: refusal or the figures of a domain, and ability. */
export async function measureAsked(
  context: CommandContext,
  options: EvalOptions,
  patches: readonly Patch[],
): Promise<MeasuredAll> {
  const { prompts: files, out, fresh, maxTokens, domain } = options
  const data = await abilityDataOf(options)
  const modelId = baseModel(context, options.model, patches[0])
  const { systemPrompt: file } = options
  const systemPrompt = typeof file === 'string' ? await readText(file) : file
  const measured = await (domain ? measureInDomain : measureRefusal)(context, options, {
    ...{ patches, modelId, systemPrompt },
  })
  const { model, subjects, tables, json, effects } = measured
  const abilities = data ? await measureAbility(context, subjects, { data, out, fresh }) : []
  const ran = await context.ran()
  const settings = { prompts: files?.join(', '), maxTokens, seed: 0 }
  return {
    ...{ effects, abilities },
    tables: [...tables, ...(data ? [renderTable(abilityTable(abilities))] : [])],
    json: { model, ...json, ...(data && { ability: abilityReport(abilities) }) },
    report: { ...withAbility(measured.report(settings), abilities), ...(ran.length > 0 && { ran }) },
  }
}

async function abilityDataOf({ ability }: EvalOptions): Promise<AbilityData | undefined> {
  if (ability === undefined) return undefined
  return readAbilityData(ability === true ? undefined : ability)
}
