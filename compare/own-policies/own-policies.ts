/**
 * Checks whether a user's own policy can be trained from nothing but 60 prompts and recorded answers: three synthetic policies
 * (compare/policies), each trained with `trainPatch`'s defaults, which generate the everyday prompts. Measured on unseen prompts
 * that violate the policy, allowed ones close to it, and ordinary ones (compare/held-out), next to the base.
 *
 *   npm run compare:own-policies -- [--policy NAME] [--seed 0] [--max-tokens 40]
 *     [--work compare/.own-policies] [--out compare/results/own-policies.json]
 *
 * `--policy`, which may be repeated, selects policies; the output then contains only those. All intermediate results are kept in
 * `--work`, and the same command resumes a stopped run. Patches are reused by prompts, answers and seed, but not by the trainer's
 * defaults: if those change, use another folder.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { loadModel } from 'policypatch'
import { printLoad } from '../../timing/figures.ts'
import { baseModel } from '../domains/base-model.ts'
import { progressLine } from '../domains/progress-line.ts'
import { measurePolicy } from './measure-policy.ts'
import { type Policy, policies, policyPrompts } from './policy-prompts.ts'
import { policyRows, printPolicyRows } from './policy-rows.ts'
import { trainPolicy } from './train-policy.ts'

const { values } = parseArgs({
  options: {
    policy: { type: 'string', multiple: true, default: [...policies] },
    seed: { type: 'string', default: '0' },
    'max-tokens': { type: 'string', default: '40' },
    work: { type: 'string', default: 'compare/.own-policies' },
    out: { type: 'string', default: 'compare/results/own-policies.json' },
  },
})
const chosen = values.policy.map(policyNamed)
const seed = Number(values.seed)
const maxTokens = Number(values['max-tokens'])

printLoad('before')
const progress = progressLine()
const model = await loadModel(baseModel)
const found = []
for (const policy of chosen) {
  const onProgress = (line: string) => progress.show(`${policy}: ${line}`)
  const { recorded, measured: prompts } = await policyPrompts(policy)
  const trained = await trainPolicy({
    model,
    policy,
    recorded,
    seed,
    folder: resolve(values.work),
    onProgress,
  })
  // Programs compiled for training take gigabytes.
  await model.releasePrograms()
  const measured = await measurePolicy({ ...trained, model, prompts, maxTokens, onProgress })
  await model.releasePrograms()
  const rows = policyRows(policy, measured, prompts)
  const { manifest } = trained.patch
  const { judges, cells } = measured
  found.push({ policy, trainedOn: recorded.length, rows, judges, manifest, cells })
}
await model.dispose()
progress.end()

const results = {
  command: 'npm run compare:own-policies',
  created: new Date().toISOString(),
  base: baseModel,
  settings: { policies: chosen, seed, maxTokens },
  policies: found.map(({ manifest: { recipe, prefix }, ...rest }) => ({
    ...rest,
    recipe,
    gate: prefix.gate,
  })),
}
const out = resolve(values.out)
mkdirSync(dirname(out), { recursive: true })
writeFileSync(out, `${JSON.stringify(results, null, 1)}\n`)
printPolicyRows(found.flatMap(({ rows }) => rows))
printLoad('after')

function policyNamed(name: string): Policy {
  const policy = policies.find((one) => one === name)
  if (!policy) throw new Error(`No policy ${name}: there are ${policies.join(', ')}`)
  return policy
}
