import { conversation } from '../../state/conversation.ts'
import { modelSession } from '../../state/model-session.ts'
import { share } from '../../state/share.ts'
import { FaultNotice } from '../fault-notice.tsx'
import { PrefixStrip } from '../patch/prefix-strip.tsx'
import { AnswerPanel } from './answer-panel.tsx'
import { OffTemplateNotice } from './off-template-notice.tsx'
import { ExamplePrompts, PromptForm } from './prompt-form.tsx'

/** The prompt, and the two answers to it side by side. */
export function AskSection() {
  const { answers, fault, asked } = conversation
  return (
    <section class="ask" id="ask" aria-labelledby="ask-title">
      <div class="ask-head">
        <h2 id="ask-title">Ask</h2>
        <ShareButton />
      </div>
      <PromptForm />
      <ExamplePrompts examples={modelSession.choice.value.examples} />
      <FaultNotice fault={fault.value} />
      <OffTemplateNotice />
      <div class="answers">
        <AnswerPanel side="base" title="Base model" answer={answers.value.base} asked={asked.value} />
        <AnswerPanel side="patched" title="Patched" answer={answers.value.patched} asked={asked.value}>
          <PrefixStrip />
        </AnswerPanel>
      </div>
    </section>
  )
}

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
