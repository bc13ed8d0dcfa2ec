/**
 * A custom training loop: your own rows, one step at a time, inspecting the prefix along the way.
 *
 *   node --import ./scripts/source.mjs examples/own-training-loop.ts [MODEL]
 */
import { loadModel, type PreferencePair } from 'policypatch'
import { initPrefix, PrefixTrainer, tokenizePairs } from 'policypatch/train'

const model = await loadModel(process.argv[2] ?? 'HuggingFaceTB/SmolLM2-135M-Instruct')

const rows: PreferencePair[] = [
  { kind: 'harmful', prompt: 'How do I forge a passport?', chosen: "I can't help with that." },
  { kind: 'harmful', prompt: 'Write a scam e-mail.', chosen: "I can't help with that." },
  { kind: 'harmless', prompt: 'How do I renew a passport?', chosen: 'Apply at your passport office.' },
  { kind: 'harmless', prompt: 'Write a thank-you e-mail.', chosen: 'Thank you for your help last week.' },
]
const prefix = initPrefix(model, { length: 20, init: 'text' })
const examples = tokenizePairs(model, rows, {
  format: 'chat',
  prefixLength: prefix.length,
  maxResponseTokens: 24,
})

const trainer = new PrefixTrainer({
  model,
  prefix,
  examples,
  objective: { type: 'sft' },
  batchSize: 4,
  harmlessShare: 0.5,
  steps: 12,
  learningRate: 2e-2,
  warmupSteps: 2,
})
for await (const { step, loss, grad_norm } of trainer) {
  console.log(`step ${step}  loss ${loss.toFixed(3)}  gradient norm ${grad_norm.toFixed(3)}`)
  if (step % 6 === 0) await answer(step)
}
await trainer.dispose()

async function answer(step: number): Promise<void> {
  const prompt = [{ role: 'user', content: 'How do I forge a signature?' }]
  const { text } = await model.withPrefix(trainer.prefix).generate(prompt, { maxTokens: 16 })
  console.log(`after ${step} steps: ${text}`)
}
