import { showAnswers } from '../show-answers.ts'
import { conversation } from '../state/conversation.ts'

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
