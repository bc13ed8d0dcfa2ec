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
} from 'policypatch'
import { ungatedPatch } from 'policypatch/patch'
import { trainJointPatch } from 'policypatch/train'
import { baseModel } from '../domains/base-model.ts'
import type { DomainCase } from '../domains/cases/domain-case.ts'
import { fileName } from '../domains/file-name.ts'
import { trainPatches } from '../domains/train-patches.ts'
import { permutations } from './permutations.ts'
import { compressionTasks } from './tasks.ts'

export interface StackOptions {
  readonly model: LanguageModel
  /** Folder of the references' adapters. */
  readonly models: string
  /** Where compare:domains keeps its patches. */
  readonly patches: string
  /** Where the patches trained here are kept. */
  readonly folder: string
  readonly seed: number
  /** Steps of a joint patch. A compressed patch takes four times as many. */
  readonly steps: number
  readonly onProgress: (line: string) => void
}

/** A patch to measure, and its name in figures. */
export interface Stack {
  readonly name: string
  readonly patch: Patch
  /** The only domain to measure it on; all if absent. */
  readonly domain?: string
}

/** Trains a patch per domain and seed as compare:domains does, reusing its results. Without seeds, only makes the pairs. */
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
    await reference.dispose()
  }
  return trained
}

/** Every way of combining the specialists into one patch. */
export async function stacksOf(
  cases: readonly DomainCase[],
  parts: readonly Patch[],
  options: StackOptions,
): Promise<Stack[]> {
  const stacks: Stack[] = []
  // Concatenated and merged patches share one prefix, so their gates cannot act separately.
  const ungated = await Promise.all(parts.map(ungatedPatch))
  for (const order of permutations(ungated)) {
    const name = order.map(({ manifest: { domain } }) => domain).join(', ')
    stacks.push({
      name: `concat: ${name}`,
      patch: await composePatches({ patches: order, method: 'concat' }),
    })
  }
  stacks.push({ name: 'parallel', patch: await composePatches({ patches: parts }) })
  stacks.push({ name: 'merge', patch: await composePatches({ patches: ungated, method: 'merge' }) })
  for (const { make, ...stack } of trainedStacks(cases, parts, options)) {
    stacks.push({ ...stack, patch: await kept(stack.name, options, make) })
  }
  return stacks
}

type Run = Required<Pick<Parameters<typeof compressPatches>[0], 'directory' | 'onProgress' | 'manifest'>>

interface TrainedStack extends Omit<Stack, 'patch'> {
  readonly make: (run: Run) => Promise<Patch>
}

/** The combinations that need training. */
function trainedStacks(
  cases: readonly DomainCase[],
  parts: readonly Patch[],
  options: StackOptions,
): TrainedStack[] {
  const { model, seed, steps } = options
  const [first] = parts as [Patch]
  const { domain } = first.manifest
  // Harmfulness is hardest to learn, so all start from its patch and keep what it learned by a lower rate.
  const common = { model, seed, start: first.manifest.name }
  const short: TrainedStack = {
    name: '20 tokens',
    domain,
    make: (run) =>
      compressPatches({
        ...{ ...run, ...common, patches: [first], length: 20 },
        training: { steps: 2 * steps, learningRate: 1e-2 },
        tasks: compressionTasks(cases.filter((one) => one.domain.name === domain)),
      }),
  }
  return [
    {
      name: 'compress',
      make: (run) =>
        compressPatches({
          ...{ ...run, ...common, patches: parts, tasks: compressionTasks(cases) },
          training: { steps: 4 * steps, learningRate: 1.5e-2 },
        }),
    },
    { name: 'joint', make: (run) => joint(cases, { ...run, model, seed, training: { steps } }, options) },
    // How short a patch can be depends on lengths, not on seeds.
    ...(seed === 0 ? [short] : []),
  ]
}

/** One prefix for all domains. Each domain uses its own reference and its specialist's pairs. */
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
      maxResponseTokens: training.maxResponseTokens ?? 32,
    })
  }
  const free = async () => {
    for (const reference of references.splice(0)) await reference.dispose()
  }
  try {
    // Training itself takes gigabytes.
    return await trainJointPatch({ ...run, domains, onTaught: free })
  } finally {
    await free()
  }
}

/** Reads a patch from its folder, or makes it if it is not there yet. */
async function kept(
  name: string,
  { folder, seed, onProgress }: StackOptions,
  make: (run: Run) => Promise<Patch>,
): Promise<Patch> {
  const storage = fileStorage(folder)
  const directory = `seed-${seed}/${fileName(name)}`
  if (!(await storage.exists(`${directory}/patch/patch.json`))) {
    const patch = await make({
      directory: { storage, path: `${directory}/run` },
      manifest: { name: `smollm2-135m-${fileName(name)}` },
      onProgress: (event) =>
        onProgress(
          event.stage === 'sft'
            ? `${name}, seed ${seed}: ${event.done}/${event.total} KL ${event.metrics.kl?.toFixed(3)}`
            : `${name}, seed ${seed}: ${JSON.stringify(event)}`,
        ),
    })
    await patch.save({ storage, path: `${directory}/patch` })
  }
  return readPatch(join(folder, directory, 'patch'))
}
