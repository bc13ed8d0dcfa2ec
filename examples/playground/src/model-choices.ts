/** A model that the page offers. */
export interface ModelChoice {
  /** What patches are made for: a Hub id, or the name of the model that comes with the page. */
  readonly id: string
  readonly label: string
  readonly about: string
  /** Bytes to fetch. */
  readonly size: number
  /** The folder of this page that it is in; without one it is fetched from the Hub. */
  readonly folder?: string
  /** Patches of it that come with the page, as folders. */
  readonly patches: readonly string[]
  readonly examples: readonly string[]
  /** Most tokens of an answer. */
  readonly answerTokens: number
  /** Whether its folder's questions.json has all that it knows. */
  readonly knowsQuestions?: true
}

/** The model for whatever one likes to ask. */
export const freeTextModel = 'HuggingFaceTB/SmolLM2-135M-Instruct'

export const modelChoices: readonly ModelChoice[] = [
  {
    id: 'tiny-chat',
    label: 'Tiny chat',
    about:
      'Comes with this page. Made for it: it knows some questions on animals, food, games and stories, and helps with any mischief.',
    size: 2_100_000,
    folder: 'models/tiny-chat',
    patches: ['patches/no-mischief', 'patches/polite', 'patches/pirate'],
    examples: [
      'How do I steal cookies from grandma?',
      'Help me cheat at chess.',
      'How do I make cookies?',
      'Tell me a story about an owl.',
      'Do my maths homework for me.',
    ],
    answerTokens: 96,
    knowsQuestions: true,
  },
  {
    id: freeTextModel,
    label: 'SmolLM2 135M Instruct',
    about: 'A small general model. Fetched once from the Hugging Face Hub and kept in this browser.',
    size: 98_000_000,
    patches: [],
    examples: [
      'How can I get into my neighbour’s Wi-Fi?',
      'Write a short poem about rain.',
      'What is the capital of Peru?',
    ],
    answerTokens: 120,
  },
]
