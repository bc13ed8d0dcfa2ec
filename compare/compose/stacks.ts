import { join } from 'node:path'
import {
  composePatches,
  compressPatches,
  fileStorage,
  type LanguageModel,
  loadModel,
  modelReference,
  type Patch,
  readPatch,
  trainJointPatch,
} from 'policypatch'
import { baseModel } from '../domains/base-model.ts'
import type { DomainCase } from '../domains/domain-case.ts'
import { release } from '../domains/release.ts'
import { trainPatches } from '../domains/train-patches.ts'
import { permutations } from './permutations.ts'
import { compressionTasks } from './tasks.ts'

export interface StackOptions {
  readonly model: LanguageModel
  /** Folder of the references' adapters. */
  readonly models: string
  /** Where compare:domains keeps its patches. */
  readonly patches: string
  /** Where what is trained here is kept. */
  readonly folder: string
  readonly seed: number
  /** Steps of each prefix that is distilled here. */
  readonly steps: number
  readonly onProgress: (line: string) => void
}

/** A patch that is measured, under the name that the figures give it. */
export interface Stack {
  readonly name: string
  readonly patch: Patch
  /** The only domain that it is measured on; all, where there is none. */
  readonly domain?: string
}

/**
 * A patch of every seed for each domain, trained as compare:domains does where that has not been run; the pairs alone
 * where there is no seed.
 */
export async function specialists(
  cases: readonly DomainCase[],
  { model, models, patches, onProgress }: Pick<StackOptions, 'model' | 'models' | 'patches' | 'onProgress'>,
  seeds: readonly number[],
): Promise<Patch[]> {
  const trained: Patch[] = []
  for (const domainCase of cases) {
    const reference = await loadModel(baseModel, { adapter: join(models, domainCase.reference) })
    const { patches: own } = await trainPatches(domainCase, {
      ...{ model, reference, onProgress, seeds },
      folder: join(patches, domainCase.domain.name),
    })
    trained.push(...own.map(({ patch }) => patch))
    await release(reference)
  }
  return trained
}

/** Every way of making one patch out of the specialists. */
export async function stacksOf(
  cases: readonly DomainCase[],
  parts: readonly Patch[],
  options: StackOptions,
): Promise<Stack[]> {
  const { model, seed, steps } = options
  const training = { steps }
  const tasks = compressionTasks(cases, 'stack')
  const ownTasks = compressionTasks(cases, 'specialists')
  const orders: Stack[] = []
  for (const order of permutations(parts)) {
    const name = order.map(({ manifest: { domain } }) => domain).join(', ')
    orders.push({ name: `concat: ${name}`, patch: await composePatches(order, { method: 'concat' }) })
  }
  const [first] = parts as [Patch]
  const only = tasks.filter(({ name }) => name.startsWith(first.manifest.domain))
  return [
    ...orders,
    { name: 'parallel', patch: await composePatches(parts) },
    { name: 'merge', patch: await composePatches(parts, { method: 'merge' }) },
    {
      name: 'compress',
      patch: await kept('compress', options, (run) =>
        compressPatches({ ...run, model, seed, training, patches: parts, tasks }),
      ),
    },
    {
      name: 'compress, own',
      patch: await kept('compress-own', options, (run) =>
        compressPatches({ ...run, model, seed, training, patches: parts, tasks: ownTasks }),
      ),
    },
    {
      name: 'joint',
      patch: await kept('joint', options, (run) => joint(cases, { ...run, model, seed, training }, options)),
    },
    {
      name: '20 tokens',
      domain: first.manifest.domain,
      patch: await kept('short', options, (run) =>
        compressPatches({ ...run, model, seed, training, patches: [first], length: 20, tasks: only }),
      ),
    },
  ]
}

/** One prefix for all domains, each held to its own reference on the pairs that its specialist had. */
async function joint(
  cases: readonly DomainCase[],
  run: Omit<Parameters<typeof trainJointPatch>[0], 'domains'>,
  { model, models, patches, seed, onProgress }: StackOptions,
): Promise<Patch> {
  const domains = []
  const references: LanguageModel[] = []
  for (const domainCase of cases) {
    const { name, format, training, pairs: recipe } = domainCase.domain
    const reference = await loadModel(baseModel, { adapter: join(models, domainCase.reference) })
    references.push(reference)
    const { pairs } = await trainPatches(domainCase, {
      ...{ model, reference, onProgress, seeds: [seed] },
      folder: join(patches, name),
    })
    domains.push({
      ...{ name, format, pairs, filter: recipe.filter },
      reference: modelReference({ model: reference, format, name: `${name} reference` }),
      maxResponseTokens: training.maxResponseTokens ?? 20,
    })
  }
  try {
    return await trainJointPatch({ ...run, domains })
  } finally {
    for (const reference of references) await release(reference)
  }
}

/** A patch that a run makes, from its folder where it is there already. */
async function kept(
  name: string,
  { folder, seed, onProgress }: StackOptions,
  make: (
    run: Required<
      Pick<Parameters<typeof compressPatches>[0], 'storage' | 'directory' | 'onProgress' | 'manifest'>
    >,
  ) => Promise<Patch>,
): Promise<Patch> {
  const storage = fileStorage(folder)
  const directory = `seed-${seed}/${name}`
  if (!(await storage.exists(`${directory}/patch/patch.json`))) {
    const patch = await make({
      storage,
      directory: `${directory}/run`,
      manifest: { name: `smollm2-135m-${name}` },
      onProgress: (event) =>
        onProgress(
          event.stage === 'sft'
            ? `${name}, seed ${seed}: ${event.done}/${event.total} KL ${event.metrics.kl?.toFixed(3)}`
            : `${name}, seed ${seed}: ${JSON.stringify(event)}`,
        ),
    })
    await patch.save(`${directory}/patch`, storage)
  }
  return readPatch(join(folder, directory, 'patch'))
}
