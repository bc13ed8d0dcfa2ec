import { training } from '../../state/training.ts'
import { FaultNotice } from '../fault-notice.tsx'
import { PairEditor } from './pair-editor.tsx'
import { TrainControls } from './train-controls.tsx'
import { TrainingCurves } from './training-curves.tsx'

/** A patch of the user's own: pairs, a run that can be stopped, its curves, and the patch to take away. */
export function TrainSection() {
  return (
    <section class="train" aria-labelledby="train-title">
      <h2 id="train-title">Train your own</h2>
      <p class="lead">
        Say how some prompts shall be answered, and which answers shall stay. Training takes a minute or so
        and touches nothing but the patch.
      </p>
      <div class="train-columns">
        <div>
          <PairEditor />
          <TrainControls />
          <FaultNotice fault={training.fault.value} />
        </div>
        <TrainingCurves />
      </div>
    </section>
  )
}
