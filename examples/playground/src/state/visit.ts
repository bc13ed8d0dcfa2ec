import { type ModelChoice, modelChoices } from '../model-choices.ts'
import { readFragment, type SharedState } from '../share-link.ts'
import { playground } from '../worker-client.ts'
import { conversation } from './conversation.ts'
import { modelSession } from './model-session.ts'
import { patchStack } from './patch-stack.ts'
import { share } from './share.ts'

/** What a link asks for, until its model is open. */
let link: SharedState | undefined

/** Shows what the address asks for; without a link, the first example of the first model. */
async function begin(): Promise<void> {
  const state = readFragment(location.hash)
  const linked = modelChoices.find(({ id }) => id === state?.model)
  const choice = linked ?? (modelChoices[0] as ModelChoice)
  link = linked && state
  share.news.value =
    state && !linked ? `The link is for a model that this page does not offer: ${state.model}` : ''
  conversation.clear()
  conversation.prompt.value = link?.prompt ?? choice.examples[0] ?? ''
  if (choice.folder === undefined && !(await isKept(choice))) modelSession.wait(choice)
  else await open(choice)
}

/** Opens a model, sets the stack of a link that asks for it, and has the prompt answered. */
async function open(choice: ModelChoice): Promise<void> {
  await modelSession.open(choice)
  if (modelSession.status.value.state !== 'open' || modelSession.choice.value !== choice) return
  if (link) {
    const missing = patchStack.set(link.stack, link.method)
    if (missing.length > 0) {
      share.news.value = `The link asks for patches that are not here: ${missing.join(', ')}`
    }
    link = undefined
  }
  await conversation.ask()
}

/** Goes to another model, with a prompt to ask there or its first example. */
async function change(choice: ModelChoice, prompt = choice.examples[0] ?? ''): Promise<void> {
  link = undefined
  share.news.value = ''
  // What the address said is not what is seen any more.
  history.replaceState(null, '', location.pathname + location.search)
  conversation.clear()
  conversation.prompt.value = prompt
  await open(choice)
}

async function isKept({ id, size }: ModelChoice): Promise<boolean> {
  const outcome = await playground.storage()
  return outcome.ok && outcome.value.models.some((kept) => kept.id === id && kept.bytes >= size * 0.98)
}

/** The way into the page, and from one model to another. */
export const visit = { begin, open, change }
