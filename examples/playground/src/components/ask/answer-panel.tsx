import type { ComponentChildren } from 'preact'
import type { Answer } from '../../state/conversation.ts'
import type { Side } from '../../worker/answer.ts'

interface AnswerPanelProps {
  readonly side: Side
  readonly title: string
  readonly answer: Answer
  readonly asked: string
  readonly children?: ComponentChildren
}

export function AnswerPanel({ side, title, answer, asked, children }: AnswerPanelProps) {
  const { text, state, to, under } = answer
  return (
    <article
      class="answer"
      data-side={side}
      data-state={state}
      data-to={to}
      data-under={under}
      aria-labelledby={`${side}-title`}
    >
      <h3 id={`${side}-title`}>{title}</h3>
      {children ?? <p class="strip quiet">No patch stands before the prompt</p>}
      <p class="text" aria-live="polite" aria-busy={state === 'writing'}>
        {text}
        {state === 'writing' && <span class="caret" aria-hidden="true" />}
      </p>
      {state === 'empty' && (
        <p class="empty">{asked === '' ? 'The answer appears here as it is written.' : ''}</p>
      )}
    </article>
  )
}
