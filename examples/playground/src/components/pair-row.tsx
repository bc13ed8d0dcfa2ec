import { type DraftPair, trainingDraft } from '../state/training-draft.ts'

interface PairRowProps {
  readonly pair: DraftPair
  readonly number: number
}

export function PairRow({ pair: { key, prompt, answer }, number }: PairRowProps) {
  return (
    <li class="pair">
      <textarea
        rows={1}
        aria-label={`Prompt ${number}`}
        placeholder="When asked"
        value={prompt}
        onInput={(event) => trainingDraft.edit(key, { prompt: event.currentTarget.value })}
      />
      <textarea
        rows={1}
        aria-label={`Answer ${number}`}
        placeholder="it shall say"
        value={answer}
        onInput={(event) => trainingDraft.edit(key, { answer: event.currentTarget.value })}
      />
      <button
        type="button"
        class="icon"
        aria-label={`Remove pair ${number}`}
        onClick={() => trainingDraft.remove(key)}
      >
        ×
      </button>
    </li>
  )
}
