import { type DraftPair, trainingDraft } from '../../state/training-draft.ts'

export function PairEditor() {
  const { pairs, keeps } = trainingDraft
  return (
    <div class="editor">
      <h3>Answer these in a new way</h3>
      <ol class="pairs">
        {pairs.value.map((pair, index) => (
          <PairRow key={pair.key} pair={pair} number={index + 1} />
        ))}
      </ol>
      <button type="button" class="plain" onClick={trainingDraft.add}>
        Add a pair
      </button>
      <h3>
        <label for="keeps">Leave these as they are</label>
      </h3>
      <textarea
        id="keeps"
        rows={6}
        aria-describedby="keeps-help"
        value={keeps.value}
        onInput={(event) => {
          keeps.value = event.currentTarget.value
        }}
      />
      <p id="keeps-help" class="quiet">
        One prompt a line. Without them a patch learns to answer everything in the new way.
      </p>
    </div>
  )
}

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
