import { computed, signal } from '@preact/signals'
import { proxy } from 'comlink'
import { questionRecognizer } from '../known-questions.ts'
import { type ModelChoice, modelChoices } from '../model-choices.ts'
import type { Device, OpenProgress } from '../worker/open-model.ts'
import type { Fault } from '../worker/outcome.ts'
import type { OpenedModel } from '../worker/playground.ts'
import { playground } from '../worker-client.ts'
import { patchStack } from './patch-stack.ts'

type Status =
  | { readonly state: 'opening'; readonly progress?: Exclude<OpenProgress, { stage: 'notice' }> }
  | { readonly state: 'open'; readonly opened: OpenedModel }
  | { readonly state: 'stopped' }
  /** A link asks for it, and it is to be fetched: not without being told to. */
  | { readonly state: 'waiting' }
  | { readonly state: 'failed'; readonly fault: Fault }

const choice = signal<ModelChoice>(modelChoices[0] as ModelChoice)
const status = signal<Status>({ state: 'opening' })
const questions = computed(() => (status.value.state === 'open' ? status.value.opened.questions : undefined))
const recognize = computed(() => questions.value && questionRecognizer(questions.value))
const notice = signal<string | undefined>(undefined)

/** `?device=wasm` or `?device=webgpu` in the page's address overrides the choice of the device. */
function device(): Device {
  const wanted = new URLSearchParams(location.search).get('device')
  return wanted === 'wasm' || wanted === 'webgpu' ? wanted : 'auto'
}

async function open(wanted: ModelChoice): Promise<void> {
  choice.value = wanted
  status.value = { state: 'opening' }
  notice.value = undefined
  const outcome = await playground.open(
    wanted,
    { device: device(), pageUrl: document.baseURI },
    proxy((progress: OpenProgress) => {
      if (progress.stage === 'notice') notice.value = progress.line
      else if (choice.value === wanted) status.value = { state: 'opening', progress }
    }),
  )
  // Another one was chosen while this one was on its way.
  if (choice.value !== wanted) return
  if (!outcome.ok) {
    status.value =
      outcome.fault.code === 'ABORTED' ? { state: 'stopped' } : { state: 'failed', fault: outcome.fault }
    return
  }
  await patchStack.offer(wanted.patches)
  status.value = { state: 'open', opened: outcome.value }
}

function wait(wanted: ModelChoice): void {
  choice.value = wanted
  status.value = { state: 'waiting' }
}

/** The model that is chosen, and whether it is open yet. */
export const modelSession = {
  choice,
  status,
  /** What runs otherwise than was hoped for, in a line. */
  notice,
  /** Tells the questions that the model knows from others; undefined where it is one for all of them. */
  recognize,
  open,
  wait,
  stop: () => playground.stopOpening(),
}
