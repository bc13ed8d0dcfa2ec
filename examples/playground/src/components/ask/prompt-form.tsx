import { conversation } from '../../state/conversation.ts'
import { modelSession } from '../../state/model-session.ts'

export function PromptForm() {
  const { prompt, answers } = conversation
  const writing = Object.values(answers.value).some(({ state }) => state === 'writing')
  const open = modelSession.status.value.state === 'open'
  return (
    <form
      class="prompt"
      onSubmit={(event) => {
        event.preventDefault()
        // Hides the keyboard of a phone, which would hide the answers.
        if (matchMedia('(pointer: coarse)').matches) (document.activeElement as HTMLElement | null)?.blur()
        void conversation.ask()
        showAnswers()
      }}
    >
      <label for="prompt" class="visually-hidden">
        Prompt
      </label>
      <input
        id="prompt"
        type="text"
        autocomplete="off"
        enterkeyhint="send"
        placeholder="Ask something"
        value={prompt.value}
        onInput={(event) => {
          prompt.value = event.currentTarget.value
        }}
      />
      {writing ? (
        <button type="button" class="primary" onClick={() => conversation.stop()}>
          Stop
        </button>
      ) : (
        <button type="submit" class="primary" disabled={!open || prompt.value.trim() === ''}>
          Ask
        </button>
      )}
    </form>
  )
}

interface ExamplePromptsProps {
  readonly examples: readonly string[]
}

export function ExamplePrompts({ examples }: ExamplePromptsProps) {
  return (
    <ul class="examples" aria-label="Examples">
      {examples.map((example) => (
        <li key={example}>
          <button
            type="button"
            class="chip"
            onClick={() => {
              conversation.prompt.value = example
              void conversation.ask()
              showAnswers()
            }}
          >
            {example}
          </button>
        </li>
      ))}
    </ul>
  )
}

/** Pixels that answers may grow by while they are written. */
const growth = 160

/** Scrolls to the prompt and its answers where these are not in sight, as on a phone. */
export function showAnswers(): void {
  // After the page is drawn anew: a notice may have come before the answers.
  setTimeout(() => {
    const ask = document.getElementById('ask')
    const answers = ask?.querySelector('.answers')
    if (!ask || !answers) return
    const { top, bottom } = answers.getBoundingClientRect()
    if (top >= 0 && bottom + growth <= innerHeight) return
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches
    ask.scrollIntoView({ block: 'start', behavior: still ? 'auto' : 'smooth' })
  }, 50)
}
