import { signal } from '@preact/signals'
import { fragmentOf } from '../share-link.ts'
import { conversation } from './conversation.ts'
import { modelSession } from './model-session.ts'
import { patchStack } from './patch-stack.ts'

/** What became of a link: of one that was made here, or of the one that the page was opened with. */
const news = signal('')

/** How long the clipboard may take, in milliseconds, before the reader is told to copy the link by hand. */
const patienceMs = 2000

/** Puts a link to what is seen now into the address and the clipboard. The user's own patches are not in it. */
async function copy(): Promise<void> {
  const { active, method } = patchStack
  const shown = active.value.filter(({ view }) => view.origin === 'page')
  const own = active.value.filter(({ view }) => view.origin === 'own').map(({ view }) => view.id)
  const fragment = fragmentOf({
    model: modelSession.choice.value.id,
    prompt: conversation.prompt.value,
    method: method.value,
    stack: shown.map(({ view, weight }) => ({ id: view.id, weight })),
  })
  history.replaceState(null, '', fragment)
  const left = own.length > 0 ? ` Without ${own.join(', ')}: your own patches stay in this browser.` : ''
  news.value = (await isCopied(location.href))
    ? `The link is copied.${left}`
    : `The link is in the address bar: copy it there.${left}`
}

/** A browser may deny it, or leave it unanswered, as where the page is not in front. */
const isCopied = (text: string): Promise<boolean> =>
  Promise.race([
    navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    ) ?? false,
    new Promise<boolean>((resolve) => setTimeout(resolve, patienceMs, false)),
  ])

/** Links to what is seen. */
export const share = { news, copy }
