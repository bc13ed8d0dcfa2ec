import { patchStack } from '../../state/patch-stack.ts'
import { FaultNotice } from '../fault-notice.tsx'
import { MethodChoice } from '../train/method-choice.tsx'
import { PatchDrop } from './patch-drop.tsx'
import { PatchRow } from './patch-row.tsx'

/** The patches at hand: which are on, how much they count, and the way to add one. */
export function PatchSection() {
  const { rows, active, fault, news } = patchStack
  return (
    <section class="patches" aria-labelledby="patches-title">
      <h2 id="patches-title">Patches</h2>
      {rows.value.length === 0 ? (
        <p class="empty">No patch for this model yet. Add one below, or train your own.</p>
      ) : (
        <ol class="rows">
          {rows.value.map((row, index) => (
            <PatchRow key={row.view.id} row={row} index={index} count={rows.value.length} />
          ))}
        </ol>
      )}
      {active.value.length > 1 && <MethodChoice />}
      <FaultNotice
        fault={fault.value}
        onClose={() => {
          fault.value = undefined
        }}
      />
      <PatchDrop />
      <p class="visually-hidden" role="status">
        {news.value}
      </p>
    </section>
  )
}
