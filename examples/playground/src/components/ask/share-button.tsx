import { share } from '../../state/share.ts'

/** Makes a link to the prompt, the model and the patches that are seen. */
export function ShareButton() {
  return (
    <>
      <p class="quiet" role="status">
        {share.news.value}
      </p>
      <button
        type="button"
        class="plain share"
        title="Prompt, model and patches are in the address itself: nothing is sent"
        onClick={() => share.copy()}
      >
        Copy link
      </button>
    </>
  )
}
