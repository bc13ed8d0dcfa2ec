import { formatBytes } from '../../format.ts'
import { freeTextModel, modelChoices } from '../../model-choices.ts'
import { conversation } from '../../state/conversation.ts'
import { modelSession } from '../../state/model-session.ts'
import { visit } from '../../state/visit.ts'

/** Says that a prompt is none of those that the model was made for, and why, and offers a model that takes any. */
export function OffTemplateNotice() {
  const asked = conversation.asked.value
  const seen = asked === '' ? undefined : modelSession.recognize.value?.(asked)
  const other = modelChoices.find(({ id }) => id === freeTextModel)
  return (
    <div role="status">
      {seen && !seen.known && other && (
        <div class="notice off-template">
          <p>
            This small model knows only questions like the examples, and this is not one of them: do not trust
            its answer. {strangeLine(seen.strange)} Choose SmolLM2 for free text.
          </p>
          <button type="button" onClick={() => visit.change(other, asked)}>
            Ask {other.label} ({formatBytes(other.size)})
          </button>
        </div>
      )}
    </div>
  )
}

function strangeLine(words: readonly string[]): string {
  if (words.length === 0) return 'Its words are known, but not in this order.'
  const named = words.slice(0, 4).map((word) => `“${word}”`)
  const more = words.length > 4 ? ` and ${words.length - 4} more` : ''
  return `It has no question with ${named.join(', ')}${more}.`
}
