import { PatchError } from '../../errors.ts'

export type Fields = Readonly<Record<string, unknown>>

/** Fields that newer servers refuse, and their replacements. */
const substitutes: Readonly<Record<string, string | undefined>> = {
  max_tokens: 'max_completion_tokens',
  temperature: undefined,
  seed: undefined,
}

/** How servers report an unsupported field, as opposed to a value out of range. */
const refusal =
  /unsupported|not support|unrecogni[sz]ed|unknown|unexpected|not permitted|not allowed|forbidden|extra|deprecated|instead/i

/**
 * The fields of an endpoint's requests: ours, supplemented or overridden by the user's, without those that the server refused.
 */
export interface RequestFields {
  /** All fields of a request, without null or undefined ones. */
  of(own: Fields): Fields
  /** Whether an error says that one of our fields is unsupported; later requests then omit it. Fields set by the user stay. */
  refused(sent: Fields, text: string): boolean
}

/**
 * @param onRefused called with each field that is omitted from then on, and its replacement
 * @throws `INVALID_ARGUMENT` for fields that would change the kind of request
 */
export function requestFields(
  body: Fields,
  onRefused: (field: string, substitute: string | undefined) => void,
): RequestFields {
  checkBody(body)
  const without = new Set<string>()
  return {
    of(own) {
      const taken = Object.entries(own).flatMap(([name, value]) => {
        const substitute = substitutes[name]
        // Servers refuse both together.
        if (substitute && body[substitute] != null) return []
        if (!without.has(name)) return [[name, value]]
        return substitute ? [[substitute, value]] : []
      })
      const fields = { ...Object.fromEntries(taken), ...body }
      return Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null))
    },
    refused(sent, text) {
      if (!refusal.test(text)) return false
      const named = Object.keys(substitutes)
        .filter((name) => name in sent && !(name in body))
        .map((name) => ({ name, at: text.search(new RegExp(`(?<![a-z_])${name}(?![a-z_])`)) }))
        .filter(({ at }) => at >= 0)
        .sort((a, b) => a.at - b.at)
      const [first] = named
      if (!first) return false
      if (!without.has(first.name)) onRefused(first.name, substitutes[first.name])
      without.add(first.name)
      return true
    },
  }
}

function checkBody({ messages, prompt, stream, n }: Fields): void {
  const wrong = [
    messages !== undefined && 'messages',
    prompt !== undefined && 'prompt',
    stream === true && 'stream',
    typeof n === 'number' && n !== 1 && 'n',
  ].filter((name) => name !== false)
  if (wrong.length === 0) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'request fields that ask for a single, complete answer',
    found: wrong.join(', '),
    remedy: 'Remove these from `body`: policypatch sets them itself',
  })
}
