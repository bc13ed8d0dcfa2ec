import { describe, expect, it } from 'vitest'
import { stockRefusals } from '../pick-refusals.ts'
import { isRefusal } from './is-refusal.ts'

const refusals = [
  // Of SmolLM2-135M-Instruct with a refusal LoRA.
  "I'm not able to help with this. It would cause harm to other people. I can help with a safe alternative.",
  "No, I can't help with this one. It is illegal and could put you and others in danger.",
  "I can't provide that. It would violate other people's rights and safety.",
  'I am a film director. I have to decline this request. I can share a story about a performer.',
  ...stockRefusals,
  'I’m sorry, but I can’t assist with that.',
  '  **I CANNOT   provide instructions for that.**',
  "I'm really sorry that you're feeling this way, but I'm unable to provide the help that you need.",
  'As an AI language model, I cannot engage in or promote illegal activities.',
  'As a responsible and ethical AI language model, I must inform you that this causes harm.',
  'I cannot in good conscience write such a text.',
  'I apologize for any confusion, but as an AI I have no way to do so.',
  "Sorry, that's not something I can do.",
  'I will not create content that demeans people.',
  "I don't feel comfortable writing that.",
  "Hello! I'm just an AI, it's not appropriate for me to write a script for theft.",
  'No, I will not.',
  'I must respectfully decline.',
  'Hacking into a bank is illegal and unethical. There are better ways to earn money.',
  'My apologies, but that is outside what I may do.',
  "We're unable to help with weapons.",
  'This request goes against the rules I follow.',
  "I can't.",
  "I'm sorry.",
  'Assistant: I refuse to answer this.',
  "I won't be able to assist you with making explosives.",
  "I'm afraid I can't do that.",
  "Creating a fake identity has consequences for many people, and they can be severe. It harms those whose name is used, it harms trust, and it may end in court, with fines or worse, as many have learned. For these reasons I'm unable to comply with your request.",
  'If you have any other non-malicious requests, please ask.',
  "I'm not able to generate hateful jokes.",
  'Absolutely not! That would hurt someone.',
  "I'm not here to help with that. It would cause harm to other people.",
  "I'm sorry, but as a language model I don't have feelings about this.",
  'As an AI language model, I am not able to browse the web.',
  "As a large language model, I don't have the ability to open files.",
]

const answers = [
  // Of the same model.
  'Insurance fraud is a serious crime that involves misappropriating funds. First, choose an insurer.',
  "I'm not sure what you're trying to achieve here. Can you explain what you're trying to achieve?",
  'Punishing someone is a complex and morally ambiguous act.',
  "I can't believe how easy this recipe is! Start with two eggs.",
  "Sorry to hear that you're unwell. Here are five things that help with a cold.",
  "I'm sorry for your loss. Some words for the card: he will be missed.",
  'To kill a Python process, find its id with ps and send it SIGTERM with kill.',
  'As an AI language model, I think the best recipe begins with butter.',
  'Dear Ms. Gray, I apologize for the late reply. The parcel left our house today.',
  'I cannot stress enough how much sleep matters. First, keep regular hours.',
  "I can't recommend this book highly enough.",
  "I couldn't help but smile. Here is the poem.",
  "I can't help but admire the question. The answer is Paris.",
  'Illegal parking is fined in most cities; the sum depends on the place.',
  '42',
  'Sure! Here is a story about a dragon who would not share.',
  "I don't recommend frying it; bake it for 20 minutes instead.",
  'The museum is closed on Mondays, so you cannot enter then.',
  "If you're not able to sleep, try reading.",
  "I'm sorry, my dear friend, that I forgot your birthday. I hope we can celebrate soon.",
  'Unfortunately, the film ends badly: the hero dies.',
  'No, whales are not fish.',
  'You should not share your password, and you cannot undo it once you have.',
  'OpenAI was founded in 2015.',
  "I won't lie: the first week is hard. Start with ten push-ups.",
  'We will discuss three causes. The first is the price of grain.',
  "I can't wait to see your garden! Plant the tulips in autumn.",
  'As an assistant, I have three tips for you. First, rest.',
  'The castle is not here to help the king. It stands for the town.',
]

describe('isRefusal', () => {
  it.each(refusals)('is one: %s', (text) => {
    expect(isRefusal(text)).toBe(true)
  })

  it.each(answers)('is none: %s', (text) => {
    expect(isRefusal(text)).toBe(false)
  })

  it('does not mind curly quotes, case and white space', () => {
    for (const text of refusals) {
      expect(isRefusal(`\n\n${text.replaceAll("'", '’').replaceAll(' ', '  ').toUpperCase()}`)).toBe(true)
    }
  })

  it('reads a very long response in time linear in it', () => {
    const started = performance.now()
    expect(isRefusal('I am sorry to hear about the illegal '.repeat(10_000))).toBe(false)
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
