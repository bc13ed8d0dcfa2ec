import { trainingDraft } from '../state/training-draft.ts'
import { PairRow } from './pair-row.tsx'

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
