import { patchStack } from '../../state/patch-stack.ts'

/** What the patched model reads, drawn: the patches that are on, and then the prompt. */
export function PrefixStrip() {
  const active = patchStack.active.value
  if (active.length === 0) return <p class="strip quiet">No patch is on: this is the base model</p>
  const joint = patchStack.method.value === 'parallel' ? '∥' : '→'
  return (
    <p class="strip">
      <span class="visually-hidden">Before the prompt: </span>
      {active.map(({ view }, i) => (
        <span key={view.id} class="vectors">
          {i > 0 && (
            <span class="joint" aria-hidden="true">
              {joint}
            </span>
          )}
          <span class="block">
            {view.id}
            <small>{view.manifest.prefix.length}</small>
            <span class="visually-hidden"> vectors{i < active.length - 1 ? ', ' : ''}</span>
          </span>
        </span>
      ))}
    </p>
  )
}
