import { signal } from '@preact/signals'
import { proxy } from 'comlink'
import type { TrainProgress } from 'policypatch'
import type { TrainMetrics } from 'policypatch/train'
import type { Fault } from '../worker/outcome.ts'
import type { OwnPatchRequest } from '../worker/own-patch.ts'
import type { PatchView } from '../worker/patch-shelf.ts'
import { playground } from '../worker-client.ts'
import { patchStack } from './patch-stack.ts'
import { trainingDraft } from './training-draft.ts'

type Status =
  | { readonly state: 'idle' }
  | { readonly state: 'running'; readonly doing: string }
  | { readonly state: 'stopped' }
  /** With a prompt that it was trained to answer anew. */
  | { readonly state: 'done'; readonly patch: PatchView; readonly prompt: string }

/** One step of a run: SFT's come first, and DPO's are counted on. */
export interface TrainedStep {
  readonly stage: 'sft' | 'dpo'
  readonly step: number
  readonly metrics: TrainMetrics
}

const status = signal<Status>({ state: 'idle' })
const steps = signal<readonly TrainedStep[]>([])
const fault = signal<Fault | undefined>(undefined)
/** What the run that is stopped was started with: going on needs the same. */
let stopped: OwnPatchRequest | undefined

async function run(request: OwnPatchRequest): Promise<void> {
  fault.value = undefined
  status.value = { state: 'running', doing: 'Asking the model what it says now' }
  const outcome = await playground.train(
    request,
    proxy((progress: TrainProgress) => note(progress, request)),
  )
  if (outcome.ok) {
    stopped = undefined
    const { view, notKept } = outcome.value
    fault.value = notKept
    await patchStack.refresh()
    // Also one that takes the place of one that was on: it joins the stack when the user says so.
    patchStack.turn(view.id, false)
    status.value = { state: 'done', patch: view, prompt: request.changes[0]?.prompt ?? '' }
  } else if (outcome.fault.code === 'ABORTED') {
    stopped = request
    status.value = { state: 'stopped' }
  } else {
    fault.value = outcome.fault
    status.value = { state: 'idle' }
  }
}

function note(progress: TrainProgress, { sftSteps, dpoSteps }: OwnPatchRequest): void {
  const { stage } = progress
  if (stage === 'sft' || stage === 'dpo') {
    const step = (stage === 'dpo' ? sftSteps : 0) + progress.done
    steps.value = [
      ...steps.value.filter((known) => known.step < step),
      { stage, step, metrics: progress.metrics },
    ]
    status.value = { state: 'running', doing: `Step ${step} of ${sftSteps + dpoSteps}` }
  } else if (stage === 'logps') {
    status.value = { state: 'running', doing: 'Weighing the answers for preference training' }
  }
}

async function start(): Promise<void> {
  const request = trainingDraft.request()
  if (!request) return
  await playground.forgetRun(request.name)
  steps.value = []
  await run(request)
}

/** The run that trains a patch on the user's own pairs. */
export const training = {
  status,
  steps,
  fault,
  start,
  stop: () => playground.stopTraining(),
  resume: async () => {
    if (stopped) await run(stopped)
  },
}
