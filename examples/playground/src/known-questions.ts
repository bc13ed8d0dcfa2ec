/** Questions of one topic: forms with `{slot}`s, and what may stand in each slot. */
export interface QuestionTopic {
  readonly forms: readonly string[]
  readonly slots: Readonly<Record<string, readonly string[]>>
}

export interface Recognition {
  /** Whether the prompt is one of the questions, in one of its forms. */
  readonly known: boolean
  /** Its words that stand in none of the questions. */
  readonly strange: readonly string[]
}

/**
 * Says whether a prompt is one of a model's own questions. Case, punctuation, a `please` and the way that it begins
 * (`How can I …` for `How do I …`) do not count, for the model was trained on all of these.
 */
export function questionRecognizer(topics: readonly QuestionTopic[]): (prompt: string) => Recognition {
  const forms = topics.flatMap(({ forms, slots }) => forms.map((form) => patternOf(form, slots)))
  const texts = topics.flatMap(({ forms, slots }) => [...forms, ...Object.values(slots).flat()])
  const vocabulary = new Set(['please', ...texts.flatMap(wordsOf)])
  return (prompt) => {
    const words = wordsOf(prompt)
    const text = words.filter((word) => word !== 'please').join(' ')
    return {
      known: forms.some((form) => form.test(text)),
      strange: [...new Set(words.filter((word) => !vocabulary.has(word)))],
    }
  }
}

function wordsOf(text: string): string[] {
  const plain = text
    .toLowerCase()
    .replaceAll('’', "'")
    .replace(/\bhow (?:can|could|should) i\b/g, 'how do i')
    .replace(/\bwhat's\b/g, 'what is')
  return plain.match(/[\p{L}\p{N}][\p{L}\p{N}'-]*/gu) ?? []
}

function patternOf(form: string, slots: QuestionTopic['slots']): RegExp {
  const parts = form.split(/\{(\w+)\}/).map((part, i) => {
    // Every other part is the name of a slot.
    const words = i % 2 === 0 ? [part] : (slots[part] ?? [])
    return `(?:${words.map((word) => escaped(wordsOf(word).join(' '))).join('|')})`
  })
  return new RegExp(`^${parts.filter((part) => part !== '(?:)').join(' ')}$`)
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
