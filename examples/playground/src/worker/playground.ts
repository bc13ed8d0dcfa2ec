import { type LanguageModel, type Patch, PatchError, type TrainProgress } from 'policypatch'
import { cachedModels, memoryStorage, removeCachedModel, storageQuota } from 'policypatch/platform'
import type { QuestionTopic } from '../known-questions.ts'
import type { ModelChoice } from '../model-choices.ts'
import { type AnswerRequest, answer, type Side } from './answer.ts'
import { fetchFiles } from './fetch-files.ts'
import { keptPatches } from './kept-patches.ts'
import { type Device, type OpenProgress, openModel } from './open-model.ts'
import { type Fault, type Outcome, settle } from './outcome.ts'
import { type OwnPatchRequest, trainOwnPatch, zipPatch } from './own-patch.ts'
import { type PatchView, patchesOf, patchShelf } from './patch-shelf.ts'

/** What the page asks of the Worker. Only data crosses, so each task that can be stopped has a call that stops it. */
export type Playground = ReturnType<typeof createPlayground>

/** The model that is open. */
export interface OpenedModel {
  readonly id: string
  /** Name of the backend, such as `onnxruntime-web-wasm`. */
  readonly backend: string
  readonly parameters: number
  /** All that it knows, where that is a list. */
  readonly questions: readonly QuestionTopic[] | undefined
}

/** A patch of the user's, and why it is gone when the page is closed, where it is. */
export interface AddedPatch {
  readonly view: PatchView
  readonly notKept: Fault | undefined
}

const patchFiles = ['patch.json', 'adapter_config.json', 'adapter_model.safetensors', 'README.md']

/** Everything that is heavy: the model, its patches, answers and training, away from the page's thread. */
export function createPlayground() {
  let model: LanguageModel | undefined
  const shelf = patchShelf(() => model)
  const kept = keptPatches()
  const opening = stoppable()
  const answering = stoppable()
  const training = stoppable()
  const runs = memoryStorage()
  const said = new Map<string, string>()

  return {
    open: (
      choice: ModelChoice,
      { device, pageUrl }: { device: Device; pageUrl: string },
      onProgress: (progress: OpenProgress) => void,
    ): Promise<Outcome<OpenedModel>> =>
      settle(async () => {
        answering.stop()
        training.stop()
        const signal = opening.start()
        const questions = await questionsOf(choice, pageUrl, signal)
        const opened = await openModel(choice, { device, pageUrl, onProgress, signal })
        const before = model
        model = opened
        said.clear()
        await before?.dispose()
        await before?.backend.dispose()
        return { id: choice.id, backend: opened.backend.name, parameters: parametersOf(opened), questions }
      }),
    stopOpening: opening.stop,

    /** Reads a patch of the page's own. */
    fetchPatch: (url: string): Promise<Outcome<void>> =>
      settle(async () => {
        for (const patch of await patchesOf(await fetchFiles(new URL(url), patchFiles))) {
          shelf.put(patch, 'page')
        }
      }),
    addPatches: (files: readonly { path: string; blob: Blob }[]): Promise<Outcome<AddedPatch[]>> =>
      settle(async () => Promise.all((await patchesOf(files)).map(add))),
    /** Puts the user's patches back that the browser has kept; what of them could not be read. */
    restorePatches: (): Promise<Outcome<readonly Fault[]>> =>
      settle(async () => {
        const { patches, faults } = await kept.read()
        for (const patch of patches) shelf.put(patch, 'own')
        return faults
      }),
    removePatch: (id: string): Promise<Outcome<void>> =>
      settle(async () => {
        shelf.remove(id)
        await kept.forget(id)
      }),
    patches: (): PatchView[] => shelf.views(),
    zip: (id: string): Promise<Outcome<Uint8Array<ArrayBuffer>>> => settle(() => zipPatch(shelf.get(id))),

    answer: (request: AnswerRequest, onText: (side: Side, text: string) => void): Promise<Outcome<void>> =>
      settle(() => answer(request, { model: held(), shelf, onText, signal: answering.start() })),
    stopAnswering: answering.stop,

    train: (
      request: OwnPatchRequest,
      onProgress: (progress: TrainProgress) => void,
    ): Promise<Outcome<AddedPatch>> =>
      settle(async () => {
        const patch = await trainOwnPatch(request, {
          model: held(),
          storage: runs,
          said,
          onProgress,
          signal: training.start(),
        })
        return add(patch)
      }),
    stopTraining: training.stop,
    /** Forgets what a run that was stopped has kept. */
    forgetRun: (name: string): Promise<void> => runs.remove(`runs/${name}`),

    /** What the browser keeps of models, and has room for. */
    storage: () => settle(async () => ({ quota: await storageQuota(), models: await cachedModels() })),
    /** Removes what the browser keeps of a model; one that is open stays open. */
    removeModel: (id: string): Promise<Outcome<void>> => settle(() => removeCachedModel(id)),
  }

  async function add(patch: Patch): Promise<AddedPatch> {
    const view = shelf.put(patch, 'own')
    return { view, notKept: await kept.keep(patch) }
  }

  function held(): LanguageModel {
    if (model) return model
    throw new PatchError('NOT_FOUND', {
      expected: 'a model',
      found: 'none yet',
      remedy: 'Open a model first',
    })
  }
}

/** A task of which one runs at a time: starting it again stops the one before. */
function stoppable() {
  let controller = new AbortController()
  return {
    start(): AbortSignal {
      controller.abort()
      controller = new AbortController()
      return controller.signal
    },
    stop: (): void => controller.abort(),
  }
}

async function questionsOf(
  { folder, knowsQuestions }: ModelChoice,
  pageUrl: string,
  signal: AbortSignal,
): Promise<readonly QuestionTopic[] | undefined> {
  if (folder === undefined || !knowsQuestions) return undefined
  const [file] = await fetchFiles(new URL(folder, pageUrl), ['questions.json'], { signal })
  return file && JSON.parse(await file.blob.text())
}

function parametersOf({ weights }: LanguageModel): number {
  return Object.values(weights).reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  )
}
