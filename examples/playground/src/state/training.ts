import { signal } from '@preact/signals'
import { proxy } from 'comlink'
import type { TrainMetrics, TrainProgress } from 'policypatch'
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
  | { readonly state: 'done'; readonly patch: PatchView }

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
    status.value = { state: 'done', patch: outcome.value }
    await patchStack.refresh()
    patchStack.turn(outcome.value.id, true)
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
