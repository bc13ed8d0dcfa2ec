import { join } from 'node:path'
import { applyPatch, type LanguageModel, loadModel } from 'policypatch'
import type { Measurement } from 'policypatch/evaluate'
import { resolveModel } from 'policypatch/platform'
import type { AbilitySubject } from './ability.ts'
import { baseModel } from './base-model.ts'
import { caseSubjects } from './case-subjects.ts'
import type { DomainCase } from './cases/domain-case.ts'
import { type MeasuredSubject, measureSubject } from './measure-case.ts'
import { type DomainStory, storyOf } from './report-of.ts'
import { trainLora } from './train-lora.ts'
import { trainPatches } from './train-patches.ts'

export interface RunCaseOptions {
  readonly model: LanguageModel
  /** Folder of the references' adapters. */
  readonly models: string
  readonly folder: string
  readonly seeds: readonly number[]
  readonly lora: boolean
  readonly onProgress: (line: string) => void
}

export interface CaseResult extends DomainStory {
  readonly domain: string
  readonly measurements: readonly Measurement[]
  /** The subjects whose ability is to be measured. */
  readonly able: readonly AbilitySubject[]
  /** Trainable parameters of the patch and of the LoRA. */
  readonly parameters: { readonly patch: number; readonly lora?: number }
}

/** Trains and measures everything for one domain. */
export async function runCase(domainCase: DomainCase, options: RunCaseOptions): Promise<CaseResult> {
  const { model, models, folder, seeds, onProgress } = options
  const { name } = domainCase.domain
  const reference = await loadModel(baseModel, { adapter: join(models, domainCase.reference) })
  const trained = await trainPatches(domainCase, { model, reference, folder, seeds, onProgress })
  // Programs compiled for training take gigabytes.
  await model.releasePrograms()
  await reference.releasePrograms()
  const [first] = trained.patches
  if (!first) throw new Error('--seeds must be at least 1')
  const measured: MeasuredSubject[] = []
  for (const subject of caseSubjects(domainCase, model, reference, trained)) {
    measured.push(await measureSubject(domainCase, subject, reference, { folder, onProgress }))
    await model.releasePrograms()
    await reference.releasePrograms()
  }
  const able: AbilitySubject[] = trained.patches.map(({ seed, patch }) => ({
    name: `patched (${name})`,
    seed,
    model: applyPatch(model, patch),
  }))
  let loraParameters: number | undefined
  if (options.lora) {
    const { path } = await resolveModel(baseModel)
    const lora = await trainLora(domainCase, { model: path, pairs: trained.pairs, folder, onProgress })
    loraParameters = lora.parameters
    const subject = { name: 'lora', model: await loadModel(baseModel, { adapter: lora.adapter }) }
    measured.push(await measureSubject(domainCase, subject, reference, { folder, onProgress }))
    await subject.model.dispose()
  }
  await reference.dispose()
  return {
    domain: name,
    measurements: measured.flatMap(({ evaluation, attacked, divergence }) => [
      ...evaluation.measurements,
      ...(attacked?.measurements ?? []),
      ...divergence,
    ]),
    able,
    parameters: {
      patch: first.patch.parameters,
      ...(loraParameters !== undefined && { lora: loraParameters }),
    },
    ...storyOf(domainCase, measured, { folder, seeds }),
  }
}
